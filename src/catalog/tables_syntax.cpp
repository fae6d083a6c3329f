// Tables of the syntax tree: `ast_` as CPython's ast sees it, `cst_` its lossless reading. Rows of
// one construct bear the same node id in all of them.
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

constexpr auto kAstNodes =
    Concat(kFileColumns,
           Columns(Required(Long("node_id")), Long("parent_id"), Long("scope_decl_id"),
                   Required(Int("ast_id")), Int("parent_ast_id"), Required(Text("kind")),
                   Text("parent_kind"), Text("name"), Text("value"), Text("ctx"), Text("op"),
                   Text("slot"), Int("idx"), Int("ordinal"), Long("name_bstart"), Long("anchor")),
           kSpanColumns,
           Columns(Long("idom_id"), Long("ipostdom_id"), Long("block_node_id"), Bool("may_raise"),
                   Map("attrs")));

constexpr auto kAstDefs = Concat(
    kFileColumns,
    Columns(Required(Long("def_id")), Long("parent_id"), Text("kind"), Text("name"),
            Text("qualpath")),
    kSpanColumns,
    Columns(Int("decorator_count"), Int("arg_count"), Int("posonly_count"), Int("kwonly_count"),
            Int("base_count"), Int("keyword_count"), Int("type_params_count"), Bool("is_async"),
            Bool("is_generator"), Text("signature"), Map("attrs")));

constexpr auto kCstRefs =
    Concat(kFileColumns,
           Columns(Required(Long("ref_id")), Text("ref_kind"), Text("ref_text"), Text("expr_ctx"),
                   Long("scope_id"), Text("scope_type"), Text("scope_name"), Text("scope_role"),
                   Text("parent_kind"), Text("inferred_type")),
           kByteSpanColumns);

constexpr auto kCstDefs =
    Concat(kFileColumns,
           Columns(Required(Long("def_id")), Long("container_def_id"), Text("container_def_kind"),
                   Long("container_def_bstart"), Long("container_def_bend"), Text("kind"),
                   Text("name"), Long("def_bstart"), Long("def_bend"), Long("name_bstart"),
                   Long("name_bend"), QualifiedNames("qnames"), Texts("def_fqns"),
                   Text("docstring"), Int("decorator_count")));

constexpr auto kCstImports =
    Concat(kFileColumns,
           Columns(Required(Long("import_id")), Text("kind"), Text("module"), Int("relative_level"),
                   Text("name"), Text("asname"), Bool("is_star"), Long("stmt_bstart"),
                   Long("stmt_bend"), Long("alias_bstart"), Long("alias_bend")));

constexpr auto kCstCallsites =
    Concat(kFileColumns, Columns(Required(Long("call_id")), Long("call_bstart"), Long("call_bend"),
                                 Long("callee_bstart"), Long("callee_bend"), Long("callee_id"),
                                 Text("callee_shape"), Text("callee_text"), Text("callee_dotted"),
                                 Int("arg_count"), QualifiedNames("callee_qnames"),
                                 Texts("callee_fqns"), Text("inferred_type")));

constexpr auto kCstCallArgs = Concat(
    kFileColumns,
    Columns(Required(Long("call_arg_id")), Required(Long("call_id")), Long("call_bstart"),
            Long("call_bend"), Int("arg_index"), Text("keyword"), Text("star"), Text("arg_text")),
    kByteSpanColumns);

constexpr auto kCstDocstrings =
    Concat(kFileColumns,
           Columns(Required(Long("docstring_id")), Long("owner_def_id"), Text("owner_kind"),
                   Long("owner_def_bstart"), Long("owner_def_bend"), Text("docstring")),
           kByteSpanColumns);

constexpr auto kCstDecorators =
    Concat(kFileColumns,
           Columns(Required(Long("decorator_id")), Required(Long("owner_def_id")),
                   Text("owner_kind"), Long("owner_def_bstart"), Long("owner_def_bend"),
                   Text("decorator_text"), Int("decorator_index")),
           kByteSpanColumns);

constexpr auto kCstTypeExprs =
    Concat(kFileColumns,
           Columns(Required(Long("type_expr_id")), Long("owner_def_id"), Text("owner_def_kind"),
                   Text("param_name"), Text("expr_kind"), Text("expr_role")),
           kByteSpanColumns, Columns(Text("expr_text")));

constexpr auto kCstParseManifest =
    Concat(kFileColumns,
           Columns(Text("encoding"), Text("default_indent"), Text("default_newline"),
                   Bool("has_trailing_newline"), Texts("future_imports"), Text("module_name"),
                   Text("package_name"), Text("parser_version"), Text("grammar_version"),
                   Text("schema_identity_hash"), Long("node_count"), Long("error_count")));

constexpr auto kCstParseErrors =
    Concat(kFileColumns, Columns(Text("error_type"), Text("message"), Text("expected")),
           kSpanColumns, Columns(Text("recovery")));

constexpr auto kSymtableScopes =
    Concat(kFileColumns,
           Columns(Required(Long("scope_id")), Long("parent_scope_id"), Long("owner_id"),
                   Plain(Long("block_id")), Plain(Long("parent_block_id")), Text("block_type"),
                   Bool("is_meta_scope"), Text("scope_role"), Text("name"), Text("qualpath")),
           kSpanColumns,
           Columns(Bool("is_nested"), Bool("is_optimized"), Bool("has_children"),
                   Texts("parameters"), Texts("locals"), Texts("globals"), Texts("nonlocals"),
                   Texts("frees"), Texts("class_methods")));

constexpr auto kSymtableSymbols =
    Concat(kFileColumns,
           Columns(Required(Long("scope_id")), Required(Long("binding_id")), Required(Text("name")),
                   Bool("is_referenced"), Bool("is_imported"), Bool("is_parameter"),
                   Bool("is_type_parameter"), Bool("is_global"), Bool("is_nonlocal"),
                   Bool("is_declared_global"), Bool("is_local"), Bool("is_annotated"),
                   Bool("is_free"), Bool("is_assigned"), Bool("is_namespace"),
                   Int("namespace_count"), Longs("namespace_scope_ids"), Long("decl_id"),
                   Text("decl_kind"), Long("decl_owner_id")),
           kSpanColumns);

constexpr auto kCstNodes =
    Concat(kFileColumns,
           Columns(Required(Long("cst_id")), Long("node_id"), Long("parent_cst_id"),
                   Required(Text("kind")), Text("slot"), Int("idx")),
           kByteSpanColumns, Columns(Long("ws_bstart"), Long("ws_bend")));

constexpr auto kCstTokens =
    Concat(kFileColumns, Columns(Required(Long("token_id")), Required(Text("kind")), Text("text")),
           kSpanColumns);

template <typename... Keys>
constexpr auto Key(Keys... keys) {
  return std::array<std::string_view, sizeof...(Keys)>{keys...};
}
constexpr auto kNodeKey = Key("node_id");
constexpr auto kNodeOrder = Key("path", "ast_id");
constexpr auto kCstNodeKey = Key("file_id", "cst_id");
constexpr auto kCstNodeOrder = Key("path", "cst_id");
constexpr auto kCstTokenKey = Key("file_id", "token_id");
constexpr auto kCstTokenOrder = Key("path", "token_id");
constexpr auto kDefKey = Key("def_id");
constexpr auto kSpanOrder = Key("path", "bstart", "bend");
constexpr auto kRefKey = Key("ref_id");
constexpr auto kDefOrder = Key("path", "def_bstart", "def_bend");
constexpr auto kImportKey = Key("import_id");
constexpr auto kImportOrder = Key("path", "alias_bstart", "alias_bend");
constexpr auto kCallKey = Key("call_id");
constexpr auto kCallOrder = Key("path", "call_bstart", "call_bend");
constexpr auto kArgKey = Key("call_arg_id");
constexpr auto kArgOrder = Key("path", "call_bstart", "call_bend", "arg_index");
constexpr auto kDocstringKey = Key("docstring_id");
constexpr auto kDecoratorKey = Key("decorator_id");
constexpr auto kTypeExprKey = Key("type_expr_id");
constexpr auto kFileKey = Key("file_id");
constexpr auto kPathOrder = Key("path");
constexpr auto kScopeKey = Key("scope_id");
constexpr auto kScopeOrder = Key("path", "block_id");
constexpr auto kSymbolKey = Key("scope_id", "name");
constexpr auto kSymbolOrder = Key("path");
constexpr auto kErrorOrder = Key("path", "bstart", "bend");

constexpr TableInfo Evidence(std::string_view name, std::span<const ColumnInfo> columns,
                             std::span<const std::string_view> key,
                             std::span<const std::string_view> order, std::string_view summary) {
  return {name, TableGroup::kEvidence, columns, key, order, summary};
}

constexpr auto kTables = std::to_array<TableInfo>({
    Evidence("ast_nodes", kAstNodes, kNodeKey, kNodeOrder,
             "Every node of the abstract syntax tree."),
    Evidence("ast_defs", kAstDefs, kDefKey, kSpanOrder, "Functions, lambdas and classes."),
    Evidence("cst_nodes", kCstNodes, kCstNodeKey, kCstNodeOrder,
             "Every node of the concrete syntax tree, kinds as LibCST's; with --include-cst."),
    Evidence("cst_tokens", kCstTokens, kCstTokenKey, kCstTokenOrder,
             "Tokens, comments and white space, end to end; with --include-cst."),
    Evidence("cst_refs", kCstRefs, kRefKey, kSpanOrder, "Every use of a name or dotted attribute."),
    Evidence("cst_defs", kCstDefs, kDefKey, kDefOrder,
             "Functions and classes with their name spans."),
    Evidence("cst_imports", kCstImports, kImportKey, kImportOrder, "One row per imported alias."),
    Evidence("cst_callsites", kCstCallsites, kCallKey, kCallOrder, "Every call with its callee."),
    Evidence("cst_call_args", kCstCallArgs, kArgKey, kArgOrder, "Every argument of every call."),
    Evidence("cst_docstrings", kCstDocstrings, kDocstringKey, kSpanOrder, "Docstrings, cleaned."),
    Evidence("cst_decorators", kCstDecorators, kDecoratorKey, kSpanOrder, "Decorators."),
    Evidence("cst_type_exprs", kCstTypeExprs, kTypeExprKey, kSpanOrder,
             "Annotations and class bases."),
    Evidence("cst_parse_manifest", kCstParseManifest, kFileKey, kPathOrder,
             "How each file was read."),
    Evidence("cst_parse_errors", kCstParseErrors, {}, kErrorOrder,
             "What the parser could not accept."),
    Evidence("symtable_scopes", kSymtableScopes, kScopeKey, kScopeOrder,
             "Scopes, as symtable has them."),
    Evidence(
        "symtable_symbols", kSymtableSymbols, kSymbolKey, kSymbolOrder,
        "Names of each scope with symtable's flags; the LOCAL or MEMBER a plain name declares."),
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> SyntaxTables() { return kTables; }

}  // namespace codeanatomy::catalog
