// resolve_bindings: the declarations each name may refer to by the scope rules.
#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;

constexpr std::array<NodeKind, 6> kDeclKinds = {
    NodeKind::kLocal,  NodeKind::kMember,   NodeKind::kMethodParameterIn,
    NodeKind::kMethod, NodeKind::kTypeDecl, NodeKind::kImport};
constexpr auto kDeclKindNames = [] {
  std::array<std::string_view, kDeclKinds.size()> names{};
  for (size_t i = 0; i < names.size(); ++i) names[i] = NodeKindName(kDeclKinds[i]);
  return names;
}();

uint16_t DeclKindCode(NodeKind kind) {
  for (size_t i = 0; i < kDeclKinds.size(); ++i) {
    if (kDeclKinds[i] == kind) return static_cast<uint16_t>(i);
  }
  return CodeColumn::kNull;
}

}  // namespace

void AddBindingRows(const FileContext& context, TableList& tables) {
  const parse::SyntaxTree& tree = context.tree;
  const symbols::SymbolTable& symbols = context.symbols;
  const resolve::Declarations& declarations = context.declarations;
  BatchBuilder builder = context.Begin("resolve_bindings");
  Int64Column& ref_id = builder.Longs("ref_id");
  Int64Column& decl_id = builder.Longs("decl_id");
  CodeColumn& decl_kind = builder.Codes("decl_kind", kDeclKindNames);
  TextColumn& name = builder.Texts("name");
  Int64Column& scope_id = builder.Longs("scope_id");
  Int64Column& binding_id = builder.Longs("binding_id");
  Int64Column& target_id = builder.Longs("target_binding_id");
  CodeColumn& method = builder.Codes("method", resolve::kBindingMethodNames);
  CodeColumn& expr_ctx = builder.Codes("expr_ctx", kExprContextNames);
  Int32Column& hops = builder.Ints("hops");
  Int32Column& candidates = builder.Ints("candidate_count");
  Int32Column& ordinal = builder.Ints("ordinal");
  // Ids of declarations and bindings are asked for once per name but change once per symbol.
  std::vector<int64_t> binding_ids(static_cast<size_t>(symbols.symbol_count()), 0);
  const auto binding_id_of = [&](symbols::SymbolId y) {
    int64_t& id = binding_ids[y.index()];
    if (id == 0) id = context.BindingId(y);
    return id;
  };
  const auto all = declarations.all();
  std::vector<int64_t> decl_ids(all.size());
  for (size_t i = 0; i < all.size(); ++i) decl_ids[i] = context.DeclarationId(all[i]);

  size_t rows = 0;
  const auto append = [&](NodeId n, const resolve::NameBinding& bound,
                          const resolve::Declaration& decl, int32_t count, int32_t position) {
    ++rows;
    ref_id.Append(context.ids.id(n));
    decl_id.Append(decl_ids[static_cast<size_t>(&decl - all.data())]);
    decl_kind.Append(DeclKindCode(decl.kind));
    name.Append(context.NameOf(n));
    scope_id.Append(context.scope_ids[symbols.scope(bound.symbol).index()]);
    binding_id.Append(binding_id_of(bound.symbol));
    target_id.Append(binding_id_of(bound.binding));
    method.Append(static_cast<uint16_t>(bound.method));
    expr_ctx.Append(static_cast<uint16_t>(tree.Context(n)));
    hops.Append(bound.hops);
    candidates.Append(count);
    ordinal.Append(position);
  };
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    if (tree.kind(n) != AstKind::kName) continue;
    const auto found = declarations.Bind(n);
    if (!found) continue;
    const resolve::NameBinding& bound = *found;
    const auto targets = declarations.Of(bound.binding);
    // What is stored to is the variable, whatever else bears its name.
    const resolve::Declaration* plain = tree.Context(n) == ExprContext::kStore && targets.size() > 1
                                            ? declarations.PlainOf(bound.binding)
                                            : nullptr;
    if (plain != nullptr) {
      append(n, bound, *plain, 1, 0);
      continue;
    }
    for (size_t i = 0; i < targets.size(); ++i) {
      append(n, bound, targets[i], static_cast<int32_t>(targets.size()), static_cast<int32_t>(i));
    }
  }
  AddTable(tables, context, builder, rows);
}

}  // namespace codeanatomy::evidence
