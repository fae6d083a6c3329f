// cst_refs and cst_imports: names as they are used and as they are imported.
#include "evidence/file_context.h"

namespace codeanatomy::evidence {
namespace {

using parse::NodeId;
using parse::SyntaxTree;
using symbols::ScopeId;
using symbols::ScopeType;

constexpr std::string_view kRefKinds[] = {"name", "attribute"};
constexpr std::string_view kScopeTypes[] = {"Global", "Function", "Class", "Comprehension",
                                            "AnnotationScope"};
constexpr std::string_view kScopeRoles[] = {"runtime", "type_meta"};
constexpr std::string_view kImportKinds[] = {"import", "importfrom"};
constexpr auto kKindNames = [] {
  std::array<std::string_view, kAstKinds.size()> names{};
  for (size_t k = 0; k < names.size(); ++k) names[k] = kAstKinds[k].name;
  return names;
}();

uint16_t ScopeTypeCode(const symbols::SymbolTable& symbols, ScopeId scope) {
  switch (symbols.type(scope)) {
    case ScopeType::kModule:
      return 0;
    case ScopeType::kFunction:
      return symbols.is_comprehension(scope) ? 3 : 1;
    case ScopeType::kClass:
      return 2;
    default:
      return 4;
  }
}

/// A Name directly under an Attribute is part of the attribute's row.
bool IsReference(const SyntaxTree& tree, NodeId n) {
  const AstKind kind = tree.kind(n);
  if (kind == AstKind::kAttribute) return true;
  if (kind != AstKind::kName) return false;
  const NodeId parent = tree.parent(n);
  return !parent.valid() || tree.kind(parent) != AstKind::kAttribute;
}

}  // namespace

void AddReferenceRows(const FileContext& context, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  const symbols::SymbolTable& symbols = context.symbols;
  std::vector<NodeId> refs;
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    if (IsReference(tree, n)) refs.push_back(n);
  }
  SortBySpan(tree, refs);
  std::vector<std::string_view> scope_names(static_cast<size_t>(symbols.scope_count()));
  for (ScopeId s{0}; s.index() < scope_names.size(); ++s.value) {
    scope_names[s.index()] = context.Keep(symbols.name(s));
  }
  BatchBuilder builder = context.Begin("cst_refs");
  Int64Column& ref_id = builder.Longs("ref_id");
  CodeColumn& ref_kind = builder.Codes("ref_kind", kRefKinds);
  TextColumn& ref_text = builder.Texts("ref_text");
  CodeColumn& expr_ctx = builder.Codes("expr_ctx", kExprContextNames);
  Int64Column& scope_id = builder.Longs("scope_id");
  CodeColumn& scope_type = builder.Codes("scope_type", kScopeTypes);
  TextColumn& scope_name = builder.Texts("scope_name");
  CodeColumn& scope_role = builder.Codes("scope_role", kScopeRoles);
  CodeColumn& parent_kind = builder.Codes("parent_kind", kKindNames);
  SpanColumns span(builder);
  for (NodeId n : refs) {
    const bool is_name = tree.kind(n) == AstKind::kName;
    const std::string_view dotted = context.dotted[n.index()];
    ref_id.Append(context.ids.id(n));
    ref_kind.Append(is_name ? 0 : 1);
    ref_text.Append(dotted.data() != nullptr ? dotted : context.NameOf(n));
    expr_ctx.Append(static_cast<uint16_t>(tree.Context(n)));
    const ScopeId scope = symbols.scope_of(n);
    if (scope.valid()) {
      const uint16_t type = ScopeTypeCode(symbols, scope);
      scope_id.Append(context.scope_ids[scope.index()]);
      scope_type.Append(type);
      scope_name.Append(scope_names[scope.index()]);
      scope_role.Append(type == 4 ? 1 : 0);
    } else {
      scope_id.AppendNull();
      scope_type.AppendNull();
      scope_name.AppendNull();
      scope_role.AppendNull();
    }
    const NodeId parent = tree.parent(n);
    parent_kind.Append(parent.valid() ? static_cast<uint16_t>(tree.kind(parent))
                                      : CodeColumn::kNull);
    span.Append(context, tree.span(n));
  }
  AddTable(tables, context, builder, refs.size());
}

void AddImportRows(const FileContext& context, TableList& tables) {
  const SyntaxTree& tree = context.tree;
  std::vector<NodeId> aliases;
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    if (tree.kind(n) == AstKind::kAlias) aliases.push_back(n);
  }
  SortBySpan(tree, aliases);
  BatchBuilder builder = context.Begin("cst_imports");
  Int64Column& import_id = builder.Longs("import_id");
  CodeColumn& kind = builder.Codes("kind", kImportKinds);
  TextColumn& module = builder.Texts("module");
  Int32Column& level = builder.Ints("relative_level");
  TextColumn& name = builder.Texts("name");
  TextColumn& asname = builder.Texts("asname");
  BoolColumn& is_star = builder.Bools("is_star");
  SpanColumns statement_span(builder, "stmt_bstart", "stmt_bend");
  SpanColumns alias_span(builder, "alias_bstart", "alias_bend");
  for (NodeId alias : aliases) {
    const NodeId statement = tree.parent(alias);
    const bool is_from = tree.kind(statement) == AstKind::kImportFrom;
    const std::string_view imported = context.NameIn(alias, AstField::kName);
    import_id.Append(context.ids.id(alias));
    kind.Append(is_from ? 1 : 0);
    AppendOptional(module,
                   is_from ? context.NameIn(statement, AstField::kModule) : std::string_view());
    level.Append(is_from ? tree.Int(statement, AstField::kLevel) : 0);
    AppendOptional(name, imported);
    AppendOptional(asname, context.NameIn(alias, AstField::kAsname));
    is_star.Append(is_from && imported == "*");
    statement_span.Append(context, tree.span(statement));
    alias_span.Append(context, tree.span(alias));
  }
  AddTable(tables, context, builder, aliases.size());
}

}  // namespace codeanatomy::evidence
