// Which rows become nodes. One node per row of ast_nodes, labelled through cpg_mapping; the rest is
// synthesized where the standard asks for it.
#include "catalog/graph.h"

// Statements of a suite hang below its BLOCK, whose id derives from owner and field.
#define CA_IN_SUITE                                                                              \
  "and(in(slot, 'body', 'orelse', 'finalbody'), in(parent_kind, 'Module', 'FunctionDef', "       \
  "'AsyncFunctionDef', 'ClassDef', 'If', 'For', 'AsyncFor', 'While', 'Try', 'TryStar', 'With', " \
  "'AsyncWith', 'ExceptHandler', 'match_case'))"

namespace codeanatomy {
namespace {

using Columns = std::span<const ColumnRule>;

constexpr ColumnRule kAstLabelColumns[] = {{"node_id", "l.node_id"},
                                           {"label", "coalesce(r.label, 'UNKNOWN')"},
                                           {"operator_name", "r.name"},
                                           {"kind", "l.kind"},
                                           {"file_id", "l.file_id"},
                                           {"path", "l.path"},
                                           {"bstart", "l.bstart"},
                                           {"bend", "l.bend"},
                                           {"line", "l.line"},
                                           {"col", "l.col"},
                                           {"end_line", "l.end_line"},
                                           {"end_col", "l.end_col"},
                                           {"name", "l.name"},
                                           {"slot", "l.slot"},
                                           {"parent_kind", "l.parent_kind"},
                                           {"parent_id", "l.parent_id"},
                                           {"ordinal", "l.ordinal"},
                                           {"scope_decl_id", "l.scope_decl_id"},
                                           {"idom_id", "l.idom_id"},
                                           {"ipostdom_id", "l.ipostdom_id"},
                                           {"may_raise", "l.may_raise"},
                                           {"anchor", "l.anchor"}};

constexpr ColumnRule kDeclNameColumns[] = {
    {"decl_id", "l.def_id"},
    {"full_name",
     "coalesce(concat(r.module, '.', replace(l.qualpath, '::', '.')), "
     "replace(l.qualpath, '::', '.'))"},
    {"namespace_id", "null('Int64')"}};

constexpr ColumnRule kBodyNameColumns[] = {{"decl_id", "body_id"},
                                           {"full_name", "concat(module, '.<module>')"},
                                           {"namespace_id", "module_id"}};

constexpr ColumnRule kAstNamedColumns[] = {
    {"node_id", "l.node_id"},
    {"kind", "l.label"},
    {"ast_kind", "l.kind"},
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"bstart", "l.bstart"},
    {"bend", "l.bend"},
    {"line", "l.line"},
    {"col", "l.col"},
    {"end_line", "l.end_line"},
    {"end_col", "l.end_col"},
    {"name",
     "coalesce(l.operator_name, l.name, case(eq(l.kind, 'Module'), '<module>', "
     "eq(l.kind, 'Lambda'), '<lambda>'))"},
    {"full_name", "r.full_name"},
    {"slot", "l.slot"},
    {"parent_kind", "l.parent_kind"},
    {"parent_id", "coalesce(l.parent_id, r.namespace_id)"},
    {"ordinal", "l.ordinal"},
    {"scope_decl_id", "l.scope_decl_id"},
    {"idom_id", "l.idom_id"},
    {"ipostdom_id", "l.ipostdom_id"},
    {"may_raise", "l.may_raise"},
    {"anchor", "l.anchor"}};

// Lines and columns of a suite's ends travel together as line · 2³² + column.
constexpr ColumnRule kSuiteColumns[] = {
    {"owner_id", "parent_id"},
    {"slot", "slot"},
    {"file_id", "file_id"},
    {"path", "path"},
    {"bstart", "bstart"},
    {"bend", "bend"},
    {"ordinal", "ordinal"},
    {"method_id", "scope_decl_id"},
    {"first", "add(mul(cast(line, 'Int64'), 4294967296), cast(col, 'Int64'))"},
    {"last", "add(mul(cast(end_line, 'Int64'), 4294967296), cast(end_col, 'Int64'))"}};
constexpr AggregateRule kSuiteEnds[] = {
    {"min", "file_id", "file_id"}, {"min", "path", "path"},       {"min", "bstart", "bstart"},
    {"max", "bend", "bend"},       {"min", "ordinal", "ordinal"}, {"min", "method_id", "method_id"},
    {"min", "first", "first"},     {"max", "last", "last"}};

constexpr AggregateRule kCountFiles[] = {{"count", "file_id", "files"}};

constexpr ColumnRule kReceiverColumns[] = {
    {"call_id", "l.call_id"}, {"receiver_id", "r.node_id"}, {"file_id", "l.file_id"}};
constexpr ColumnRule kAttributeValueColumns[] = {{"node_id", "node_id"},
                                                 {"parent_id", "parent_id"}};

constexpr ColumnRule kImporterColumns[] = {
    {"src", "r.module_id"}, {"target_file_id", "l.target_file_id"}, {"file_id", "l.file_id"}};
constexpr ColumnRule kDependencyColumns[] = {
    {"src", "l.src"}, {"dst", "r.module_id"}, {"file_id", "l.file_id"}};
constexpr AggregateRule kDependencyOwner[] = {{"min", "file_id", "file_id"}};

constexpr ColumnRule kBlockDependenceColumns[] = {
    {"src", "l.src"}, {"dst", "r.node_id"}, {"label", "l.label"}, {"file_id", "l.file_id"}};

constexpr ViewRule kViews[] = {
    {.name = "ast_labels",
     .op = ViewOp::kLeftJoin,
     .left = "ast_nodes",
     .right = "cpg_mapping",
     .keys = "kind=ast_kind",
     .where = "eq_null_safe(l.op, r.op)",
     .columns = kAstLabelColumns},
    {.name = "decl_names",
     .op = ViewOp::kLeftJoin,
     .left = "ast_defs",
     .right = "resolve_modules",
     .keys = "file_id=file_id",
     .columns = kDeclNameColumns},
    {.name = "block_dependences",
     .op = ViewOp::kInnerJoin,
     .left = "flow_node_edges",
     .right = "ast_nodes",
     .keys = "dst=block_node_id",
     .where = "and(eq(l.relation, 'cdg'), l.covers_block, ne(r.node_id, r.block_node_id))",
     .columns = kBlockDependenceColumns},
    {.name = "body_names",
     .op = ViewOp::kProject,
     .left = "resolve_modules",
     .columns = kBodyNameColumns},
    {.name = "node_names", .op = ViewOp::kUnion, .left = "decl_names,body_names"},
    {.name = "ast_named",
     .op = ViewOp::kLeftJoin,
     .left = "ast_labels",
     .right = "node_names",
     .keys = "node_id=decl_id",
     .columns = kAstNamedColumns},
    {.name = "suite_statements",
     .op = ViewOp::kProject,
     .left = "ast_nodes",
     .where = CA_IN_SUITE,
     .columns = kSuiteColumns},
    {.name = "suites",
     .op = ViewOp::kAggregate,
     .left = "suite_statements",
     .group_by = "owner_id,slot",
     .aggregates = kSuiteEnds},
    {.name = "build_summary",
     .op = ViewOp::kAggregate,
     .left = "repo_files",
     .aggregates = kCountFiles},
    {.name = "attribute_values",
     .op = ViewOp::kProject,
     .left = "ast_nodes",
     .where = "and(eq(parent_kind, 'Attribute'), eq(slot, 'value'))",
     .columns = kAttributeValueColumns},
    {.name = "call_receivers",
     .op = ViewOp::kInnerJoin,
     .left = "cst_callsites",
     .right = "attribute_values",
     .keys = "callee_id=parent_id",
     .columns = kReceiverColumns},
    {.name = "module_importers",
     .op = ViewOp::kInnerJoin,
     .left = "resolve_imports",
     .right = "resolve_modules",
     .keys = "file_id=file_id",
     .columns = kImporterColumns},
    {.name = "module_dependencies",
     .op = ViewOp::kInnerJoin,
     .left = "module_importers",
     .right = "resolve_modules",
     .keys = "target_file_id=file_id",
     .where = "ne(l.src, r.module_id)",
     .columns = kDependencyColumns},
    {.name = "depends_on",
     .op = ViewOp::kAggregate,
     .left = "module_dependencies",
     .group_by = "src,dst",
     .aggregates = kDependencyOwner},
};

constexpr ColumnRule kAstColumns[] = {
    {"node_id", "node_id"},
    {"kind", "kind"},
    {"ast_kind", "ast_kind"},
    {"file_id", "file_id"},
    {"path", "path"},
    {"bstart", "bstart"},
    {"bend", "bend"},
    {"line", "line"},
    {"col", "col"},
    {"end_line", "end_line"},
    {"end_col", "end_col"},
    {"name", "name"},
    {"full_name", "full_name"},
    {"parent_id", "case(" CA_IN_SUITE ", derived_id('BLOCK', parent_id, slot), parent_id)"},
    {"ordinal", "ordinal"},
    {"method_id", "scope_decl_id"},
    {"idom_id", "idom_id"},
    {"ipostdom_id", "ipostdom_id"},
    {"may_raise", "may_raise"},
    {"anchor", "anchor"},
    {"is_external", "false"}};

constexpr ColumnRule kBlockColumns[] = {{"node_id", "derived_id('BLOCK', owner_id, slot)"},
                                        {"kind", "'BLOCK'"},
                                        {"file_id", "file_id"},
                                        {"path", "path"},
                                        {"bstart", "bstart"},
                                        {"bend", "bend"},
                                        {"line", "cast(int_div(first, 4294967296), 'Int32')"},
                                        {"col", "cast(mod(first, 4294967296), 'Int32')"},
                                        {"end_line", "cast(int_div(last, 4294967296), 'Int32')"},
                                        {"end_col", "cast(mod(last, 4294967296), 'Int32')"},
                                        {"name", "slot"},
                                        {"parent_id", "owner_id"},
                                        {"ordinal", "ordinal"},
                                        {"method_id", "method_id"},
                                        {"anchor", "derived_id('BLOCK', owner_id, slot)"},
                                        {"is_external", "false"}};

constexpr ColumnRule kMethodReturnColumns[] = {{"node_id", "derived_id('METHOD_RETURN', node_id)"},
                                               {"kind", "'METHOD_RETURN'"},
                                               {"file_id", "file_id"},
                                               {"path", "path"},
                                               {"bstart", "bstart"},
                                               {"bend", "bend"},
                                               {"line", "line"},
                                               {"col", "col"},
                                               {"end_line", "end_line"},
                                               {"end_col", "end_col"},
                                               {"parent_id", "node_id"},
                                               {"method_id", "node_id"},
                                               {"anchor", "derived_id('METHOD_RETURN', node_id)"},
                                               {"is_external", "false"}};

constexpr ColumnRule kFieldIdentifierColumns[] = {
    {"node_id", "derived_id('FIELD_IDENTIFIER', node_id)"},
    {"kind", "'FIELD_IDENTIFIER'"},
    {"file_id", "file_id"},
    {"path", "path"},
    {"bstart", "name_bstart"},
    {"bend", "bend"},
    {"line", "end_line"},
    {"col", "cast(sub(cast(end_col, 'Int64'), sub(bend, name_bstart)), 'Int32')"},
    {"end_line", "end_line"},
    {"end_col", "end_col"},
    {"name", "name"},
    {"parent_id", "node_id"},
    {"ordinal", "1"},
    {"method_id", "scope_decl_id"},
    {"anchor", "derived_id('FIELD_IDENTIFIER', anchor)"},
    {"is_external", "false"}};

constexpr ColumnRule kFileColumns[] = {
    {"node_id", "file_id"}, {"kind", "'FILE'"},    {"file_id", "file_id"},
    {"path", "path"},       {"bstart", "0"},       {"bend", "size_bytes"},
    {"name", "path"},       {"anchor", "file_id"}, {"is_external", "false"}};

constexpr ColumnRule kNamespaceColumns[] = {{"node_id", "module_id"}, {"kind", "'NAMESPACE_BLOCK'"},
                                            {"file_id", "file_id"},   {"path", "path"},
                                            {"name", "module"},       {"full_name", "module"},
                                            {"parent_id", "file_id"}, {"ordinal", "0"},
                                            {"anchor", "module_id"},  {"is_external", "false"}};

constexpr ColumnRule kDeclaredNameColumns[] = {{"node_id", "decl_id"},
                                               {"kind", "decl_kind"},
                                               {"file_id", "file_id"},
                                               {"path", "path"},
                                               {"bstart", "bstart"},
                                               {"bend", "bend"},
                                               {"line", "line"},
                                               {"col", "col"},
                                               {"end_line", "end_line"},
                                               {"end_col", "end_col"},
                                               {"name", "name"},
                                               {"parent_id", "decl_owner_id"},
                                               {"method_id", "decl_owner_id"},
                                               {"anchor", "decl_id"},
                                               {"is_external", "false"}};

constexpr ColumnRule kDiagnosticColumns[] = {
    {"node_id", "diag_id"}, {"kind", "'DIAGNOSTIC'"}, {"file_id", "file_id"},  {"path", "path"},
    {"bstart", "bstart"},   {"bend", "bend"},         {"line", "line"},        {"col", "col"},
    {"name", "code"},       {"anchor", "diag_id"},    {"is_external", "false"}};

constexpr ColumnRule kMetaDataColumns[] = {{"node_id", "derived_id('META_DATA')"},
                                           {"kind", "'META_DATA'"},
                                           {"name", "'codeanatomy'"},
                                           {"anchor", "derived_id('META_DATA')"},
                                           {"is_external", "false"}};

constexpr ColumnRule kClosureBindingColumns[] = {{"node_id", "closure_binding_id"},
                                                 {"kind", "'CLOSURE_BINDING'"},
                                                 {"file_id", "file_id"},
                                                 {"path", "path"},
                                                 {"name", "name"},
                                                 {"parent_id", "function_id"},
                                                 {"method_id", "owner_id"},
                                                 {"anchor", "closure_binding_id"},
                                                 {"is_external", "false"}};

constexpr NodeRule kNodes[] = {
    {"nodes_ast", "the label of cpg_mapping", "ast_named", "", kAstColumns},
    {"nodes_block", "BLOCK", "suites", "", kBlockColumns},
    {"nodes_closure_binding", "CLOSURE_BINDING", "flow_captures", "", kClosureBindingColumns},
    {"nodes_declared_name", "LOCAL, MEMBER", "symtable_symbols", "not(is_null(decl_id))",
     kDeclaredNameColumns},
    {"nodes_diagnostic", "DIAGNOSTIC", "diagnostics", "", kDiagnosticColumns},
    {"nodes_field_identifier", "FIELD_IDENTIFIER", "ast_nodes", "eq(kind, 'Attribute')",
     kFieldIdentifierColumns},
    {"nodes_file", "FILE", "repo_files", "", kFileColumns},
    {"nodes_meta_data", "META_DATA", "build_summary", "", kMetaDataColumns},
    {"nodes_method_return", "METHOD_RETURN", "ast_nodes",
     "in(kind, 'Module', 'FunctionDef', 'AsyncFunctionDef', 'Lambda')", kMethodReturnColumns},
    {"nodes_namespace_block", "NAMESPACE_BLOCK", "resolve_modules", "", kNamespaceColumns},
};

}  // namespace

std::span<const ViewRule> GraphViewRules() { return kViews; }
std::span<const NodeRule> NodeRules() { return kNodes; }

}  // namespace codeanatomy
#undef CA_IN_SUITE
