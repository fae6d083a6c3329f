#include "parse/tree_builder.h"

#include <algorithm>
#include <array>

namespace codeanatomy::parse {

namespace {

/// The fields of a kind that hold nodes, for Freeze.
struct NodeFields {
  struct Entry {
    uint8_t slot;
    bool is_list;
    AstField field;
  };
  std::array<Entry, kMaxAstFields> entries{};
  uint8_t count = 0;
};

constexpr auto kNodeFields = [] {
  std::array<NodeFields, kAstKinds.size()> table{};
  for (size_t k = 0; k < kAstKinds.size(); ++k) {
    for (uint8_t f = 0; f < kAstKinds[k].field_count; ++f) {
      const auto& info = kAstKinds[k].field_array[f];
      const bool is_list = info.type == AstFieldType::kNodeList;
      if (!is_list && info.type != AstFieldType::kNode && info.type != AstFieldType::kOptNode)
        continue;
      table[k].entries[table[k].count++] = {f, is_list, info.field};
    }
  }
  return table;
}();

constexpr size_t kBufferSize = 8192;

}  // namespace

TreeBuilder::TreeBuilder(std::string_view text, PythonVersion version)
    : text_(text), version_(version) {
  const size_t nodes = text.size() / 10 + 64;
  nodes_.Reserve(nodes);
  slots_.Reserve(nodes * 5 / 2);
  lists_.Reserve(nodes);
  lists_.push_back(0);  // kEmptyList
  for (auto kind :
       {ConstantKind::kNone, ConstantKind::kTrue, ConstantKind::kFalse, ConstantKind::kEllipsis}) {
    constants_.push_back({kind, {}});
  }
}

void TreeBuilder::SetContext(NodeRef n, ExprContext context) {
  slots_[nodes_[Index(n)].slot_begin + AstFieldSlot(kind(n), AstField::kCtx)] =
      static_cast<int32_t>(context);
}

ListRef TreeBuilder::AddList(std::span<const int32_t> elements) {
  if (elements.empty()) return kEmptyList;
  const auto list = static_cast<ListRef>(lists_.size());
  int32_t* out = lists_.Extend(elements.size() + 1);
  *out = static_cast<int32_t>(elements.size());
  std::copy(elements.begin(), elements.end(), out + 1);
  return list;
}

ListRef TreeBuilder::AddList(std::span<const int32_t> elements, size_t first, size_t stride) {
  const size_t count = (elements.size() - first + stride - 1) / stride;
  const auto list = static_cast<ListRef>(lists_.size());
  int32_t* out = lists_.Extend(count + 1);
  *out++ = static_cast<int32_t>(count);
  for (size_t i = first; i < elements.size(); i += stride) *out++ = elements[i];
  return list;
}

int32_t TreeBuilder::AddConstant(ConstantKind kind, std::string_view text) {
  constants_.push_back({kind, text});
  return static_cast<int32_t>(constants_.size() - 1);
}

std::string_view TreeBuilder::Keep(std::string_view text) {
  if (text.empty()) return {};
  if (buffer_size_ - buffer_used_ < text.size()) {
    buffer_size_ = std::max(kBufferSize, text.size());
    buffer_used_ = 0;
    buffers_.push_back(std::make_unique_for_overwrite<char[]>(buffer_size_));
  }
  char* out = buffers_.back().get() + buffer_used_;
  std::copy(text.begin(), text.end(), out);
  buffer_used_ += text.size();
  return {out, text.size()};
}

void TreeBuilder::RollBack(Mark mark) {
  nodes_.Truncate(mark.nodes);
  slots_.Truncate(mark.slots);
  lists_.Truncate(mark.lists);
  constants_.Truncate(mark.constants);
}

SyntaxTree TreeBuilder::Freeze(NodeRef root, PodVector<ByteSpan> tokens,
                               std::vector<Diagnostic> diagnostics, uint32_t stray_quotes) {
  SyntaxTree tree;
  const size_t count = Index(SizeOf(root));
  tree.text_ = text_;
  tree.version_ = version_;
  tree.stray_quotes_ = stray_quotes;
  tree.kinds_.Extend(count);
  tree.parents_.Extend(count);
  tree.subtree_ends_.Extend(count);
  tree.begins_.Extend(count);
  tree.ends_.Extend(count);
  tree.name_begins_.Extend(count);
  tree.slot_begins_.Extend(count);
  tree.slots_of_.Extend(count);
  tree.slot_indexes_.Extend(count);

  tree.parents_[0] = NodeId{};
  tree.slots_of_[0] = AstField::kBody;
  tree.slot_indexes_[0] = 0;
  tree.subtree_ends_[0] = NodeId{SizeOf(root)};
  // A number takes the place of the subtree's size, as its complement; sizes are positive.
  nodes_[Index(root)].subtree_size = ~0;
  for (NodeRef ref = root; ref >= 0; --ref) {
    const Node& node = nodes_[Index(ref)];
    if (node.subtree_size > 0) continue;
    const int32_t id = ~node.subtree_size;
    tree.kinds_[Index(id)] = node.kind;
    tree.begins_[Index(id)] = node.begin;
    tree.ends_[Index(id)] = node.end;
    tree.name_begins_[Index(id)] = node.name_begin;
    tree.slot_begins_[Index(id)] = node.slot_begin;
    int32_t next = id + 1;
    const auto place = [&](int32_t& slot, AstField field, int32_t index) {
      if (slot < 0) return;
      int32_t& size = nodes_[Index(slot)].subtree_size;
      const int32_t end = next + size;
      size = ~next;
      slot = next;
      tree.parents_[Index(next)] = NodeId{id};
      tree.subtree_ends_[Index(next)] = NodeId{end};
      tree.slots_of_[Index(next)] = field;
      tree.slot_indexes_[Index(next)] = index;
      next = end;
    };
    const NodeFields& fields = kNodeFields[static_cast<size_t>(node.kind)];
    for (uint8_t f = 0; f < fields.count; ++f) {
      int32_t& slot = slots_[node.slot_begin + fields.entries[f].slot];
      if (!fields.entries[f].is_list) {
        place(slot, fields.entries[f].field, 0);
        continue;
      }
      int32_t* list = lists_.data() + slot;
      for (int32_t i = 0; i < *list; ++i) place(list[i + 1], fields.entries[f].field, i);
    }
  }
  tree.slots_ = std::move(slots_);
  tree.lists_ = std::move(lists_);
  tree.constants_ = std::move(constants_);
  tree.names_ = std::move(names_.names());
  tree.tokens_ = std::move(tokens);
  tree.diagnostics_ = std::move(diagnostics);
  tree.buffers_ = std::move(buffers_);
  if (!places_.empty()) ResolvePlaces(tree);
  return tree;
}

}  // namespace codeanatomy::parse
