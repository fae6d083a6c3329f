// ast_nodes: one row per node, in preorder. The widest and longest table, so its columns are filled
// one row at a time but without a branch more than the kind needs.
#include <string>

#include "evidence/anchors.h"
#include "evidence/file_flow.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

constexpr auto kKindNames = [] {
  std::array<std::string_view, kAstKinds.size()> names{};
  for (size_t k = 0; k < names.size(); ++k) names[k] = kAstKinds[k].name;
  return names;
}();

/// AstOperator, then what a Compare with several operators shows.
constexpr auto kOpNames = [] {
  std::array<std::string_view, kAstOperatorNames.size() + 1> names{};
  for (size_t i = 0; i < kAstOperatorNames.size(); ++i) names[i] = kAstOperatorNames[i];
  names.back() = "Chain";
  return names;
}();
constexpr auto kChain = static_cast<uint16_t>(kOpNames.size() - 1);

uint16_t OpOf(const SyntaxTree& tree, NodeId n) {
  switch (tree.kind(n)) {
    case AstKind::kBinOp:
    case AstKind::kBoolOp:
    case AstKind::kUnaryOp:
    case AstKind::kAugAssign:
      return static_cast<uint16_t>(tree.Operator(n));
    case AstKind::kCompare: {
      const auto ops = tree.RawList(n, AstField::kOps);
      return ops.size() == 1 ? static_cast<uint16_t>(ops[0]) : kChain;
    }
    default:
      return CodeColumn::kNull;
  }
}

/// The scalar fields that have no column of their own, keys sorted.
class AttrsWriter {
 public:
  AttrsWriter(const FileContext& context, MapColumn& map) : context_(context), map_(map) {
    for (size_t k = 0; k < kAstKinds.size(); ++k) has_attrs_[k] = HasAttrs(kAstKinds[k]);
  }

  void Append(NodeId n) {
    if (has_attrs_[static_cast<size_t>(context_.tree.kind(n))]) AppendFields(n);
    map_.CloseRow();
  }

 private:
  static bool IsAttr(const AstFieldInfo& info) {
    switch (info.type) {
      case AstFieldType::kInt:
      case AstFieldType::kOptString:
      case AstFieldType::kNameList:
      case AstFieldType::kCompareOperatorList:
        return true;
      case AstFieldType::kOptName:
      case AstFieldType::kName:
        return info.field == AstField::kAsname || info.field == AstField::kModule;
      case AstFieldType::kConstant:
        return info.field == AstField::kStr;
      default:
        return false;
    }
  }
  static bool HasAttrs(const AstKindInfo& kind) {
    for (const AstFieldInfo& info : kind.fields()) {
      if (IsAttr(info)) return true;
    }
    return false;
  }

  void AppendFields(NodeId n) {
    const SyntaxTree& tree = context_.tree;
    std::array<std::pair<std::string_view, std::string_view>, kMaxAstFields> entries;
    size_t count = 0;
    for (const AstFieldInfo& info : GetAstKindInfo(tree.kind(n)).fields()) {
      if (!IsAttr(info)) continue;
      const std::string_view value = ValueOf(n, info);
      if (value.data() == nullptr) continue;
      size_t at = count++;
      for (; at > 0 && AstFieldName(info.field) < entries[at - 1].first; --at) {
        entries[at] = entries[at - 1];
      }
      entries[at] = {AstFieldName(info.field), value};
    }
    for (size_t i = 0; i < count; ++i) map_.Append(entries[i].first, entries[i].second);
  }

  /// Null data() for an absent value.
  std::string_view ValueOf(NodeId n, const AstFieldInfo& info) {
    const SyntaxTree& tree = context_.tree;
    switch (info.type) {
      case AstFieldType::kInt: {
        static constexpr std::string_view kSmall[] = {"-1", "0", "1", "2", "3"};
        const int32_t value = tree.Int(n, info.field);
        if (value >= -1 && value <= 3) return kSmall[value + 1];
        return context_.arena->Copy(std::to_string(value));
      }
      case AstFieldType::kConstant:
      case AstFieldType::kOptString: {
        const parse::ConstantId id = tree.ConstantAt(n, info.field);
        if (!id.valid()) return {};
        const std::string_view text = context_.KeepValid(tree.constant(id).text);
        return text.data() == nullptr ? std::string_view("") : text;
      }
      case AstFieldType::kOptName:
      case AstFieldType::kName:
        return context_.NameIn(n, info.field);
      case AstFieldType::kNameList:
      case AstFieldType::kCompareOperatorList: {
        const auto raw = tree.RawList(n, info.field);
        if (info.type == AstFieldType::kCompareOperatorList && raw.size() < 2) return {};
        std::string joined;
        for (int32_t element : raw) {
          if (!joined.empty()) joined.push_back(',');
          if (info.type == AstFieldType::kNameList) {
            if (element >= 0) joined.append(context_.names[static_cast<size_t>(element)]);
          } else {
            joined.append(AstOperatorName(static_cast<AstOperator>(element)));
          }
        }
        return context_.arena->Copy(joined);
      }
      default:
        return {};
    }
  }

  const FileContext& context_;
  MapColumn& map_;
  std::array<bool, kAstKinds.size()> has_attrs_{};
};

template <typename... Columns>
void Reserve(size_t rows, Columns&... columns) {
  (columns.values.reserve(rows), ...);
}

void AddFlowColumns(const FileContext& context, const FileFlow& flow, BatchBuilder& builder) {
  Int64Column& idom = builder.Longs("idom_id");
  Int64Column& ipostdom = builder.Longs("ipostdom_id");
  Int64Column& block_node = builder.Longs("block_node_id");
  BoolColumn& may_raise = builder.Bools("may_raise");
  std::vector<int64_t> ends(static_cast<size_t>(context.tree.size()), 0);  // by the opening node
  for (flow::FlowScopeId s{0}; s.value < flow.graph.scope_count(); ++s.value) {
    ends[flow.graph.scope_node(s).index()] = flow.return_ids[s.index()];
  }
  const flow::NodeGraph& nodes = flow.nodes;
  for (NodeId n{0}; n.value < context.tree.size(); ++n.value) {
    const flow::FlowPoint after = nodes.ipostdom[n.index()];
    AppendNodeId(context, idom, nodes.idom[n.index()]);
    if (after.is_end) {
      AppendId(ipostdom, ends[after.node.index()]);
    } else {
      AppendNodeId(context, ipostdom, after.node);
    }
    AppendNodeId(context, block_node, nodes.block_heads[n.index()]);
    if (nodes.block_heads[n.index()].valid()) {
      may_raise.Append(nodes.may_raise[n.index()] != 0);
    } else {
      may_raise.AppendNull();
    }
  }
}

}  // namespace

void AddNodeRows(const FileContext& context, const FileFlow& flow, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  const auto size = static_cast<size_t>(tree.size());
  const std::vector<int64_t> anchors = ComputeAnchors(tree, context.ids, context.scheme);
  BatchBuilder builder = context.Begin("ast_nodes");
  Int64Column& node_id = builder.Longs("node_id");
  Int64Column& parent_id = builder.Longs("parent_id");
  Int64Column& scope_decl_id = builder.Longs("scope_decl_id");
  Int32Column& ast_id = builder.Ints("ast_id");
  Int32Column& parent_ast_id = builder.Ints("parent_ast_id");
  CodeColumn& kind = builder.Codes("kind", kKindNames);
  CodeColumn& parent_kind = builder.Codes("parent_kind", kKindNames);
  TextColumn& name = builder.Texts("name");
  TextColumn& value = builder.Texts("value");
  CodeColumn& ctx = builder.Codes("ctx", kExprContextNames);
  CodeColumn& op = builder.Codes("op", kOpNames);
  CodeColumn& slot = builder.Codes("slot", kAstFieldNames);
  Int32Column& idx = builder.Ints("idx");
  Int32Column& ordinal = builder.Ints("ordinal");
  Int64Column& name_bstart = builder.Longs("name_bstart");
  Int64Column& anchor = builder.Longs("anchor");
  FullSpanColumns span(builder);
  MapColumn& attrs_map = builder.Maps("attrs");
  Reserve(size, node_id, parent_id, scope_decl_id, ast_id, parent_ast_id, name, value, idx, ordinal,
          name_bstart, anchor);
  for (CodeColumn* codes : {&kind, &parent_kind, &ctx, &op, &slot}) codes->codes.reserve(size);
  attrs_map.offsets.reserve(size + 1);
  AttrsWriter attrs(context, attrs_map);

  std::vector<int32_t> child_counts(size, 0);
  for (NodeId n{0}; n.index() < size; ++n.value) {
    const AstKind k = tree.kind(n);
    const NodeId parent = tree.parent(n);
    node_id.Append(context.ids.id(n));
    ast_id.Append(n.value);
    kind.Append(static_cast<uint16_t>(k));
    if (parent.valid()) {
      parent_id.Append(context.ids.id(parent));
      scope_decl_id.Append(context.ids.container_id(context.ids.declaration_of(n)));
      parent_ast_id.Append(parent.value);
      parent_kind.Append(static_cast<uint16_t>(tree.kind(parent)));
      slot.Append(static_cast<uint16_t>(tree.slot(n)));
      idx.Append(tree.slot_index(n));
      ordinal.Append(child_counts[parent.index()]++);
    } else {
      parent_id.AppendNull();
      scope_decl_id.AppendNull();
      parent_ast_id.AppendNull();
      parent_kind.AppendNull();
      slot.AppendNull();
      idx.AppendNull();
      ordinal.AppendNull();
    }
    // A call bears the last name of its callee, as `f` in x.f().
    const NodeId named = k == AstKind::kCall ? tree.Child(n, AstField::kFunc) : n;
    const std::string_view node_name = named.valid() ? context.NameOf(named) : std::string_view();
    if (node_name.data() != nullptr) {
      name.Append(node_name);
    } else {
      name.AppendNull();
    }
    const bool is_literal = k == AstKind::kConstant || k == AstKind::kMatchSingleton;
    if (is_literal) {
      value.Append(context.SourceOf(tree.span(n)));
    } else {
      value.AppendNull();
    }
    if (AstFieldSlot(k, AstField::kCtx) != internal::kNoSlot) {
      ctx.Append(static_cast<uint16_t>(tree.Context(n)));
    } else {
      ctx.AppendNull();
    }
    op.Append(OpOf(tree, n));
    const uint32_t name_begin = tree.name_begin(n);
    if (name_begin != 0xffffffff) {
      name_bstart.Append(context.Disk(name_begin));
    } else {
      name_bstart.AppendNull();
    }
    anchor.Append(anchors[n.index()]);
    span.Append(context, tree.span(n));
    attrs.Append(n);
  }
  AddFlowColumns(context, flow, builder);
  AddTable(tables, context, builder, size);
}

}  // namespace codeanatomy::evidence
