// TreeBuilder: collects nodes bottom-up, then freezes them into a SyntaxTree.
//
// A parser knows a node's children before the node, so nodes are built in postorder; stages want
// them in preorder. Every built node knows the size of its subtree, hence Freeze needs one pass
// from the root backwards: a parent has been numbered before its children are met, and gives each
// child the number that follows the subtree of the sibling before it. Slots and lists keep their
// place; only the node references in them are rewritten. Nodes that nobody took (speculation,
// damaged text) get no number.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/pod_vector.h"
#include "parse/name_table.h"
#include "parse/reported_place.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse {

using NodeRef = int32_t;  // a built node, in order of creation
using ListRef = int32_t;  // offset of a list's count
inline constexpr NodeRef kNoNode = -1;
inline constexpr ListRef kEmptyList = 0;
inline constexpr uint32_t kNoPosition = 0xffffffff;

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, PythonVersion version);

  /// A node with its slots in field order. Children must exist; kNoNode is an absent child.
  template <AstKind kKind, typename... Slots>
  NodeRef Add(ByteSpan span, Slots... slots);

  void SetNameBegin(NodeRef n, uint32_t at) { nodes_[Index(n)].name_begin = at; }
  void SetSpan(NodeRef n, ByteSpan span) {
    nodes_[Index(n)].begin = span.begin;
    nodes_[Index(n)].end = span.end;
  }
  void SetContext(NodeRef n, ExprContext context);

  AstKind kind(NodeRef n) const { return nodes_[Index(n)].kind; }
  ByteSpan span(NodeRef n) const { return {nodes_[Index(n)].begin, nodes_[Index(n)].end}; }
  int32_t Slot(NodeRef n, AstField field) const {
    return slots_[nodes_[Index(n)].slot_begin + AstFieldSlot(kind(n), field)];
  }
  std::span<const int32_t> List(ListRef list) const {
    return {lists_.data() + list + 1, static_cast<size_t>(lists_[Index(list)])};
  }

  ListRef AddList(std::span<const int32_t> elements);
  /// Every `stride`-th element from `first` on.
  ListRef AddList(std::span<const int32_t> elements, size_t first, size_t stride);

  int32_t AddName(std::string_view text) { return names_.Intern(text); }
  std::string_view name(int32_t id) const { return names_.names()[Index(id)]; }
  /// The view must stay valid: part of the text, static, or from Keep.
  int32_t AddConstant(ConstantKind kind, std::string_view text);
  const Constant& constant(int32_t id) const { return constants_[Index(id)]; }
  /// Constants without text exist once per tree.
  static constexpr int32_t kNoneConstant = 0, kTrueConstant = 1, kFalseConstant = 2,
                           kEllipsisConstant = 3;

  /// Copies text into the tree's own memory.
  std::string_view Keep(std::string_view text);

  /// What has been added so far; RollBack drops everything added since (names stay).
  struct Mark {
    size_t nodes, slots, lists, constants;
  };
  Mark mark() const { return {nodes_.size(), slots_.size(), lists_.size(), constants_.size()}; }
  void RollBack(Mark mark);

  /// An end of a token that CPython misplaces; the result may stand for an offset in spans.
  uint32_t AddPlace(const ReportedPlace& place) {
    places_.push_back(place);
    return kPlaceBase + static_cast<uint32_t>(places_.size() - 1);
  }
  const ReportedPlace& place(uint32_t at) const { return places_[at - kPlaceBase]; }
  /// The span in the text.
  ByteSpan TextSpan(ByteSpan span) const {
    if (IsPlace(span.begin)) span.begin = place(span.begin).offset;
    if (IsPlace(span.end)) span.end = place(span.end).offset;
    return span;
  }

  /// The tree below `root`. Leaves the builder empty.
  SyntaxTree Freeze(NodeRef root, PodVector<ByteSpan> tokens, std::vector<Diagnostic> diagnostics,
                    uint32_t stray_quotes);

 private:
  struct Node {
    uint32_t begin, end, slot_begin, name_begin;
    int32_t subtree_size;
    AstKind kind;
  };

  void ResolvePlaces(SyntaxTree& tree) const;
  uint32_t EndAnchor(const SyntaxTree& tree, NodeId n) const;

  static size_t Index(int32_t i) { return static_cast<size_t>(i); }
  int32_t SizeOf(NodeRef n) const { return n < 0 ? 0 : nodes_[Index(n)].subtree_size; }
  int32_t SizeOfList(ListRef list) const {
    int32_t size = 0;
    for (const int32_t element : List(list)) size += SizeOf(element);
    return size;
  }
  template <AstFieldType kType>
  int32_t SizeOfSlot(int32_t slot) const {
    if constexpr (kType == AstFieldType::kNode || kType == AstFieldType::kOptNode)
      return SizeOf(slot);
    if constexpr (kType == AstFieldType::kNodeList) return SizeOfList(slot);
    return 0;
  }

  std::string_view text_;
  PythonVersion version_;
  PodVector<Node> nodes_;
  PodVector<int32_t> slots_, lists_;
  PodVector<Constant> constants_;
  NameTable names_;
  std::vector<ReportedPlace> places_;
  std::vector<std::unique_ptr<char[]>> buffers_;
  size_t buffer_used_ = 0, buffer_size_ = 0;
};

template <AstKind kKind, typename... Slots>
NodeRef TreeBuilder::Add(ByteSpan span, Slots... slots) {
  constexpr const AstKindInfo& kInfo = kAstKinds[static_cast<size_t>(kKind)];
  static_assert(sizeof...(Slots) == kInfo.field_count);
  const auto slot_begin = static_cast<uint32_t>(slots_.size());
  int32_t size = 1;
  if constexpr (sizeof...(Slots) > 0) {
    int32_t* slot = slots_.Extend(sizeof...(Slots));
    [&]<size_t... kIndexes>(std::index_sequence<kIndexes...>) {
      ((slot[kIndexes] = static_cast<int32_t>(slots)), ...);
      size += (SizeOfSlot<kInfo.field_array[kIndexes].type>(static_cast<int32_t>(slots)) + ...);
    }(std::make_index_sequence<sizeof...(Slots)>());
  }
  const auto ref = static_cast<NodeRef>(nodes_.size());
  nodes_.push_back({span.begin, span.end, slot_begin, kNoPosition, size, kKind});
  return ref;
}

}  // namespace codeanatomy::parse
