// Evidence relations that are projections of stored tables under the same node ids (decision 19).
#include "catalog/graph.h"

namespace codeanatomy {
namespace {

constexpr ColumnRule kAstEdges[] = {
    {"file_id", "file_id"}, {"path", "path"}, {"src", "parent_id"}, {"dst", "node_id"},
    {"kind", "'CHILD'"},    {"slot", "slot"}, {"idx", "idx"}};

constexpr ColumnRule kAstErrors[] = {{"file_id", "file_id"},
                                     {"path", "path"},
                                     {"error_type", "error_type"},
                                     {"message", "message"},
                                     {"bstart", "bstart"},
                                     {"bend", "bend"},
                                     {"line", "line"},
                                     {"col", "col"},
                                     {"end_line", "end_line"},
                                     {"end_col", "end_col"},
                                     {"attrs", "null('Map<Utf8,Utf8>')"}};

// From a docstring's literal to its statement, and from there to the owner.
constexpr ColumnRule kDocstringLiteral[] = {
    {"file_id", "l.file_id"},     {"path", "l.path"},       {"docstring_id", "l.docstring_id"},
    {"docstring", "l.docstring"}, {"source", "r.value"},    {"bstart", "r.bstart"},
    {"bend", "r.bend"},           {"line", "r.line"},       {"col", "r.col"},
    {"end_line", "r.end_line"},   {"end_col", "r.end_col"}, {"stmt_id", "r.parent_id"}};
constexpr ColumnRule kDocstringStatement[] = {
    {"file_id", "l.file_id"},     {"path", "l.path"},       {"docstring_id", "l.docstring_id"},
    {"docstring", "l.docstring"}, {"source", "l.source"},   {"bstart", "l.bstart"},
    {"bend", "l.bend"},           {"line", "l.line"},       {"col", "l.col"},
    {"end_line", "l.end_line"},   {"end_col", "l.end_col"}, {"owner_id", "r.parent_id"}};
constexpr ColumnRule kAstDocstrings[] = {
    {"file_id", "l.file_id"},     {"path", "l.path"},       {"docstring_id", "l.docstring_id"},
    {"owner_id", "r.node_id"},    {"owner_kind", "r.kind"}, {"owner_name", "r.name"},
    {"docstring", "l.docstring"}, {"source", "l.source"},   {"bstart", "l.bstart"},
    {"bend", "l.bend"},           {"line", "l.line"},       {"col", "l.col"},
    {"end_line", "l.end_line"},   {"end_col", "l.end_col"}};

constexpr ColumnRule kImportAliases[] = {
    {"file_id", "l.file_id"},     {"path", "l.path"},
    {"import_id", "l.import_id"}, {"module", "l.module"},
    {"name", "l.name"},           {"asname", "l.asname"},
    {"alias_index", "r.idx"},     {"level", "l.relative_level"},
    {"stmt_id", "r.parent_id"}};
constexpr ColumnRule kAstImports[] = {
    {"file_id", "l.file_id"}, {"path", "l.path"},     {"import_id", "l.import_id"},
    {"stmt_id", "r.node_id"}, {"kind", "r.kind"},     {"module", "l.module"},
    {"name", "l.name"},       {"asname", "l.asname"}, {"alias_index", "l.alias_index"},
    {"level", "l.level"},     {"bstart", "r.bstart"}, {"bend", "r.bend"},
    {"line", "r.line"},       {"col", "r.col"},       {"end_line", "r.end_line"},
    {"end_col", "r.end_col"}};

constexpr ColumnRule kArgumentForms[] = {
    {"call_id", "call_id"},
    {"is_plain", "case(and(is_null(keyword), ne(star, '**')), 1, 0)"},
    {"is_keyword", "case(or(not(is_null(keyword)), eq(star, '**')), 1, 0)"},
    {"is_starred", "case(eq(star, '*'), 1, 0)"},
    {"is_kw_star", "case(eq(star, '**'), 1, 0)"}};
constexpr AggregateRule kArgumentCounts[] = {{"sum", "is_plain", "args"},
                                             {"sum", "is_keyword", "keywords"},
                                             {"sum", "is_starred", "starred"},
                                             {"sum", "is_kw_star", "kw_star"}};
constexpr ColumnRule kCallPlaces[] = {
    {"file_id", "l.file_id"},     {"path", "l.path"},           {"call_id", "l.call_id"},
    {"callee_id", "l.callee_id"}, {"parent_id", "r.parent_id"}, {"bstart", "r.bstart"},
    {"bend", "r.bend"},           {"line", "r.line"},           {"col", "r.col"},
    {"end_line", "r.end_line"},   {"end_col", "r.end_col"}};
constexpr ColumnRule kCallCallees[] = {
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"call_id", "l.call_id"},
    {"parent_id", "l.parent_id"},
    {"func_kind", "r.kind"},
    {"func_name", "case(in(r.kind, 'Name', 'Attribute'), r.name, null('Utf8'))"},
    {"bstart", "l.bstart"},
    {"bend", "l.bend"},
    {"line", "l.line"},
    {"col", "l.col"},
    {"end_line", "l.end_line"},
    {"end_col", "l.end_col"}};
constexpr ColumnRule kAstCalls[] = {{"file_id", "l.file_id"},
                                    {"path", "l.path"},
                                    {"call_id", "l.call_id"},
                                    {"parent_id", "l.parent_id"},
                                    {"func_kind", "l.func_kind"},
                                    {"func_name", "l.func_name"},
                                    {"arg_count", "cast(coalesce(r.args, 0), 'Int32')"},
                                    {"keyword_count", "cast(coalesce(r.keywords, 0), 'Int32')"},
                                    {"starred_count", "cast(coalesce(r.starred, 0), 'Int32')"},
                                    {"kw_star_count", "cast(coalesce(r.kw_star, 0), 'Int32')"},
                                    {"bstart", "l.bstart"},
                                    {"bend", "l.bend"},
                                    {"line", "l.line"},
                                    {"col", "l.col"},
                                    {"end_line", "l.end_line"},
                                    {"end_col", "l.end_col"}};

constexpr ColumnRule kTypeIgnores[] = {
    {"file_id", "file_id"}, {"path", "path"},         {"tag", "element(attrs, 'tag')"},
    {"bstart", "bstart"},   {"bend", "bend"},         {"line", "line"},
    {"col", "col"},         {"end_line", "end_line"}, {"end_col", "end_col"}};

constexpr ColumnRule kScopeEdges[] = {
    {"file_id", "file_id"},         {"path", "path"},
    {"child_scope_id", "scope_id"}, {"parent_scope_id", "parent_scope_id"},
    {"child_block_id", "block_id"}, {"parent_block_id", "parent_block_id"}};

// The two readings of an import differ in the span they give: the statement's or the alias's.
constexpr ColumnRule kImportsOfAst[] = {{"file_id", "file_id"}, {"path", "path"},
                                        {"source", "'ast'"},    {"kind", "kind"},
                                        {"module", "module"},   {"name", "name"},
                                        {"asname", "asname"},   {"level", "relative_level"},
                                        {"is_star", "is_star"}, {"bstart", "stmt_bstart"},
                                        {"bend", "stmt_bend"}};
constexpr ColumnRule kImportsOfCst[] = {{"file_id", "file_id"}, {"path", "path"},
                                        {"source", "'cst'"},    {"kind", "kind"},
                                        {"module", "module"},   {"name", "name"},
                                        {"asname", "asname"},   {"level", "relative_level"},
                                        {"is_star", "is_star"}, {"bstart", "alias_bstart"},
                                        {"bend", "alias_bend"}};
constexpr ColumnRule kPythonImports[] = {
    {"file_id", "file_id"}, {"path", "path"},     {"source", "source"}, {"kind", "kind"},
    {"module", "module"},   {"name", "name"},     {"asname", "asname"}, {"level", "level"},
    {"is_star", "is_star"}, {"bstart", "bstart"}, {"bend", "bend"}};

constexpr ColumnRule kSpans[] = {{"file_id", "file_id"},
                                 {"path", "path"},
                                 {"bstart", "bstart"},
                                 {"bend", "bend"},
                                 {"span", "span_make(bstart, bend)"}};

constexpr ViewRule kViews[] = {
    {.name = "ast_edges",
     .op = ViewOp::kProject,
     .left = "ast_nodes",
     .where = "not(is_null(parent_id))",
     .columns = kAstEdges,
     .kind = ViewKind::kExport,
     .summary = "Parent and child of the syntax tree."},
    {.name = "ast_errors",
     .op = ViewOp::kProject,
     .left = "cst_parse_errors",
     .columns = kAstErrors,
     .kind = ViewKind::kExport,
     .summary = "Syntax errors, without the parser's expectations."},
    {.name = "docstring_literals",
     .op = ViewOp::kInnerJoin,
     .left = "cst_docstrings",
     .right = "ast_nodes",
     .keys = "docstring_id=node_id",
     .columns = kDocstringLiteral},
    {.name = "docstring_statements",
     .op = ViewOp::kInnerJoin,
     .left = "docstring_literals",
     .right = "ast_nodes",
     .keys = "stmt_id=node_id",
     .columns = kDocstringStatement},
    {.name = "ast_docstrings",
     .op = ViewOp::kInnerJoin,
     .left = "docstring_statements",
     .right = "ast_nodes",
     .keys = "owner_id=node_id",
     .columns = kAstDocstrings,
     .kind = ViewKind::kExport,
     .summary = "Docstrings with their source form."},
    {.name = "import_aliases",
     .op = ViewOp::kInnerJoin,
     .left = "cst_imports",
     .right = "ast_nodes",
     .keys = "import_id=node_id",
     .columns = kImportAliases},
    {.name = "ast_imports",
     .op = ViewOp::kInnerJoin,
     .left = "import_aliases",
     .right = "ast_nodes",
     .keys = "stmt_id=node_id",
     .columns = kAstImports,
     .kind = ViewKind::kExport,
     .summary = "One row per imported alias, with the statement's span."},
    {.name = "argument_forms",
     .op = ViewOp::kProject,
     .left = "cst_call_args",
     .columns = kArgumentForms},
    {.name = "argument_counts",
     .op = ViewOp::kAggregate,
     .left = "argument_forms",
     .group_by = "call_id",
     .aggregates = kArgumentCounts},
    {.name = "call_places",
     .op = ViewOp::kInnerJoin,
     .left = "cst_callsites",
     .right = "ast_nodes",
     .keys = "call_id=node_id",
     .columns = kCallPlaces},
    {.name = "call_callees",
     .op = ViewOp::kInnerJoin,
     .left = "call_places",
     .right = "ast_nodes",
     .keys = "callee_id=node_id",
     .columns = kCallCallees},
    {.name = "ast_calls",
     .op = ViewOp::kLeftJoin,
     .left = "call_callees",
     .right = "argument_counts",
     .keys = "call_id=call_id",
     .columns = kAstCalls,
     .kind = ViewKind::kExport,
     .summary = "Calls by the class and name of their callee, with argument counts."},
    {.name = "ast_type_ignores",
     .op = ViewOp::kProject,
     .left = "ast_nodes",
     .where = "eq(kind, 'TypeIgnore')",
     .columns = kTypeIgnores,
     .kind = ViewKind::kExport,
     .summary = "`# type: ignore` comments, where type comments are asked for."},
    {.name = "symtable_scope_edges",
     .op = ViewOp::kProject,
     .left = "symtable_scopes",
     .where = "not(is_null(parent_scope_id))",
     .columns = kScopeEdges,
     .kind = ViewKind::kExport,
     .summary = "Parent and child scopes."},
    {.name = "imports_of_ast",
     .op = ViewOp::kProject,
     .left = "cst_imports",
     .columns = kImportsOfAst},
    {.name = "imports_of_cst",
     .op = ViewOp::kProject,
     .left = "cst_imports",
     .columns = kImportsOfCst},
    {.name = "imports_of_all", .op = ViewOp::kUnion, .left = "imports_of_ast,imports_of_cst"},
    {.name = "python_imports",
     .op = ViewOp::kProject,
     .left = "imports_of_all",
     .columns = kPythonImports,
     .kind = ViewKind::kExport,
     .summary = "Imports of all syntactic sources, concatenated and not merged."},
    {.name = "ast_span_unnest",
     .op = ViewOp::kProject,
     .left = "ast_nodes",
     .columns = kSpans,
     .kind = ViewKind::kSpanUnnest,
     .summary = "Spans of the syntax tree."},
    {.name = "symtable_span_unnest",
     .op = ViewOp::kProject,
     .left = "symtable_scopes",
     .columns = kSpans,
     .kind = ViewKind::kSpanUnnest,
     .summary = "Spans of scopes."},
};

}  // namespace

std::span<const ViewRule> EvidenceViewRules() { return kViews; }

const ViewRule* FindSessionView(std::string_view name) {
  for (const auto rules : {EvidenceViewRules(), SymtableViewRules(), QualityViewRules()}) {
    for (const ViewRule& rule : rules) {
      if (rule.name == name && !rule.summary.empty()) return &rule;
    }
  }
  return nullptr;
}

}  // namespace codeanatomy
