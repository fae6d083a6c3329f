// Which rows become edges: syntax and declarations first, then the resolved relations.
#include "catalog/graph.h"

// Kinds whose label is CALL without being a Call: operators, displays, accesses. Checked against
// cpg_mapping.def by semantics/compile_model_test.cpp.
#define CA_IS_OPERAND                                                                         \
  "and(in(parent_kind, 'Delete', 'Assign', 'AugAssign', 'AnnAssign', 'BoolOp', 'NamedExpr', " \
  "'BinOp', 'UnaryOp', 'IfExp', 'Dict', 'Set', 'ListComp', 'SetComp', 'DictComp', "           \
  "'GeneratorExp', 'Await', 'Compare', 'FormattedValue', 'Interpolation', 'JoinedStr', "      \
  "'TemplateStr', 'Attribute', 'Subscript', 'Starred', 'List', 'Tuple', 'Slice'), "           \
  "ne(kind, 'comprehension'), ne(slot, 'annotation'))"

namespace codeanatomy {
namespace {

constexpr ColumnRule kCallArguments[] = {{"src", "call_id"},
                                         {"dst", "call_arg_id"},
                                         {"label", "keyword"},
                                         {"ordinal", "arg_index"},
                                         {"file_id", "file_id"}};
constexpr ColumnRule kOperands[] = {
    {"src", "parent_id"}, {"dst", "node_id"}, {"ordinal", "ordinal"}, {"file_id", "file_id"}};
constexpr ColumnRule kFieldOperands[] = {{"src", "node_id"},
                                         {"dst", "derived_id('FIELD_IDENTIFIER', node_id)"},
                                         {"ordinal", "1"},
                                         {"file_id", "file_id"}};
constexpr ColumnRule kReceivers[] = {
    {"src", "call_id"}, {"dst", "receiver_id"}, {"ordinal", "0"}, {"file_id", "file_id"}};
constexpr ColumnRule kConditions[] = {
    {"src", "parent_id"}, {"dst", "node_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kDecorators[] = {{"src", "decorator_id"},
                                      {"dst", "owner_def_id"},
                                      {"ordinal", "decorator_index"},
                                      {"file_id", "file_id"}};
constexpr ColumnRule kMemberNames[] = {
    {"src", "decl_owner_id"}, {"dst", "decl_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kMemberDefs[] = {
    {"src", "container_def_id"}, {"dst", "def_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kReports[] = {
    {"src", "diag_id"}, {"dst", "coalesce(subject_id, file_id)"}, {"file_id", "file_id"}};
constexpr ColumnRule kDependencies[] = {{"src", "src"}, {"dst", "dst"}, {"file_id", "file_id"}};

constexpr ColumnRule kAstEdges[] = {
    {"src", "parent_id"}, {"dst", "node_id"}, {"ordinal", "ordinal"}, {"file_id", "file_id"}};
constexpr ColumnRule kSourceFiles[] = {
    {"src", "node_id"}, {"dst", "file_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kContains[] = {
    {"src", "method_id"}, {"dst", "node_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kDominators[] = {
    {"src", "idom_id"}, {"dst", "node_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kPostDominators[] = {
    {"src", "ipostdom_id"}, {"dst", "node_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kBestTypes[] = {
    {"src", "node_id"}, {"dst", "type_id"}, {"ordinal", "0"}, {"file_id", "file_id"}};

// Inside a block the immediate dominator is what is evaluated just before.
constexpr ColumnRule kBlockSteps[] = {
    {"src", "idom_id"}, {"dst", "node_id"}, {"file_id", "file_id"}};
constexpr ColumnRule kFlowEdges[] = {
    {"src", "src"}, {"dst", "dst"}, {"label", "label"}, {"file_id", "file_id"}};
constexpr ColumnRule kReachingDefinitions[] = {
    {"src", "src"}, {"dst", "dst"}, {"label", "variable"}, {"file_id", "file_id"}};
constexpr ColumnRule kCapturing[] = {{"src", "function_id"},
                                     {"dst", "closure_binding_id"},
                                     {"label", "name"},
                                     {"file_id", "file_id"}};
constexpr ColumnRule kCaptured[] = {
    {"src", "closure_binding_id"}, {"dst", "decl_id"}, {"label", "name"}, {"file_id", "file_id"}};

constexpr EdgeRule kEdges[] = {
    {"edges_argument", EdgeKind::kArgument, "cst_call_args", "", kCallArguments},
    {"edges_binds", EdgeKind::kBinds, "cst_defs", "eq(container_def_kind, 'class')", kMemberDefs},
    {"edges_binds_member", EdgeKind::kBinds, "symtable_symbols", "eq(decl_kind, 'MEMBER')",
     kMemberNames},
    {"edges_capture", EdgeKind::kCapture, "flow_captures", "", kCapturing},
    {"edges_captured", EdgeKind::kCapture, "flow_captures", "not(is_null(decl_id))", kCaptured},
    {"edges_cdg", EdgeKind::kCdg, "flow_node_edges", "eq(relation, 'cdg')", kFlowEdges},
    {"edges_cfg", EdgeKind::kCfg, "flow_node_edges", "eq(relation, 'cfg')", kFlowEdges},
    {"edges_condition", EdgeKind::kCondition, "ast_nodes",
     "or(and(eq(slot, 'test'), in(parent_kind, 'If', 'While', 'Assert')), and(eq(slot, 'iter'), "
     "in(parent_kind, 'For', 'AsyncFor')), and(eq(slot, 'subject'), eq(parent_kind, 'Match')))",
     kConditions},
    {"edges_decorates", EdgeKind::kDecorates, "cst_decorators", "", kDecorators},
    {"edges_depends_on", EdgeKind::kDependsOn, "depends_on", "", kDependencies},
    {"edges_post_dominate", EdgeKind::kPostDominate, "flow_node_edges",
     "eq(relation, 'post_dominate')", kFlowEdges},
    {"edges_receiver", EdgeKind::kReceiver, "call_receivers", "", kReceivers},
    {"edges_reported_at", EdgeKind::kReportedAt, "diagnostics",
     "not(is_null(coalesce(subject_id, file_id)))", kReports},
    {"derived_argument_field", EdgeKind::kArgument, "ast_nodes", "eq(kind, 'Attribute')",
     kFieldOperands, true},
    {"derived_argument_operand", EdgeKind::kArgument, "ast_nodes", CA_IS_OPERAND, kOperands, true},
    {"derived_ast", EdgeKind::kAst, "cpg_nodes", "not(is_null(parent_id))", kAstEdges, true},
    {"derived_cdg", EdgeKind::kCdg, "block_dependences", "", kFlowEdges, true},
    {"derived_cfg", EdgeKind::kCfg, "ast_nodes",
     "and(not(is_null(idom_id)), ne(block_node_id, node_id))", kBlockSteps, true},
    {"derived_contains", EdgeKind::kContains, "cpg_nodes", "not(is_null(method_id))", kContains,
     true},
    {"derived_dominate", EdgeKind::kDominate, "cpg_nodes", "not(is_null(idom_id))", kDominators,
     true},
    {"derived_eval_type", EdgeKind::kEvalType, "cpg_nodes", "not(is_null(type_id))", kBestTypes,
     true},
    {"derived_post_dominate", EdgeKind::kPostDominate, "cpg_nodes", "not(is_null(ipostdom_id))",
     kPostDominators, true},
    {"derived_reaching_def", EdgeKind::kReachingDef, "flow_reaching_defs", "", kReachingDefinitions,
     true},
    {"derived_source_file", EdgeKind::kSourceFile, "cpg_nodes",
     "and(not(is_null(file_id)), ne(kind, 'FILE'))", kSourceFiles, true},
};

constexpr ColumnRule kBindingColumns[] = {
    {"src", "ref_id"}, {"dst", "decl_id"}, {"ordinal", "ordinal"}, {"file_id", "file_id"}};
// The symbol table pairs uses and definitions of one binding.
constexpr ColumnRule kSymtableColumns[] = {
    {"src", "l.ref_id"}, {"dst", "r.def_id"}, {"file_id", "l.file_id"}};
// What a builtin name refers to is a node once external stubs are.
constexpr ProviderRule kRefProviders[] = {{.source = "resolve_bindings",
                                           .where = "ne(method, 'builtin')",
                                           .origin = "native",
                                           .method = "method",
                                           .candidates = "candidate_count",
                                           .columns = kBindingColumns,
                                           .is_unique = true,
                                           .is_numbered = true},
                                          {.source = "symtable_use_sites",
                                           .origin = "symtable",
                                           .method = "'symtable'",
                                           .columns = kSymtableColumns,
                                           .right = "symtable_def_sites",
                                           .keys = "target_binding_id=target_binding_id",
                                           .is_unique = true}};

constexpr ColumnRule kImportColumns[] = {
    {"src", "import_id"}, {"dst", "target_id"}, {"ordinal", "ordinal"}, {"file_id", "file_id"}};
constexpr ProviderRule kImportProviders[] = {{.source = "resolve_imports",
                                              .where = "not(is_null(target_id))",
                                              .origin = "native",

                                              .method = "target_kind",
                                              .candidates = "1",
                                              .columns = kImportColumns,
                                              .is_unique = true}};

constexpr ColumnRule kCallTargetColumns[] = {
    {"src", "call_id"}, {"dst", "target_id"}, {"ordinal", "ordinal"}, {"file_id", "file_id"}};
constexpr ProviderRule kCallProviders[] = {{.source = "resolve_call_targets",
                                            .where = "",
                                            .origin = "native",

                                            .method = "method",
                                            .candidates = "candidate_count",
                                            .columns = kCallTargetColumns,
                                            .is_unique = true}};

constexpr RelationRule kRelations[] = {
    {.name = "rel_call_target",
     .kind = EdgeKind::kCall,
     .cardinality = Cardinality::kAll,
     .providers = kCallProviders,
     .left = "cst_calls_norm",
     .target_names = {"cst_defs", "def_id", "name"}},
    {.name = "rel_import_target",
     .kind = EdgeKind::kImports,
     .cardinality = Cardinality::kBestPerSourceOrdinal,
     .providers = kImportProviders,
     .left = "cst_imports_norm"},
    {.name = "rel_ref_decl",
     .kind = EdgeKind::kRef,
     .cardinality = Cardinality::kBestPerSourceOrdinal,
     .providers = kRefProviders,
     .left = "cst_refs_norm",
     .target_names = {"symtable_def_sites", "def_id", "name"}},
};

}  // namespace

std::span<const EdgeRule> EdgeRules() { return kEdges; }
std::span<const RelationRule> RelationRules() { return kRelations; }

}  // namespace codeanatomy
#undef CA_IS_OPERAND
