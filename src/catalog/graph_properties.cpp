// Which facts are properties of nodes, and the entities of the evidence.
#include "catalog/graph.h"

namespace codeanatomy {
namespace {

constexpr ColumnRule kMetaProperties[] = {{"language", "'PYTHON'"}, {"files", "files"}};
constexpr ColumnRule kElseProperties[] = {{"has_else", "true"}};

constexpr ColumnRule kNodeProperties[] = {
    {"ast_kind", "ast_kind"},   {"full_name", "full_name"}, {"is_external", "is_external"},
    {"may_raise", "may_raise"}, {"name", "name"},           {"type_full_name", "type_full_name"}};
constexpr ColumnRule kSyntaxProperties[] = {
    {"expr_ctx", "ctx"}, {"operator", "op"}, {"parent_kind", "parent_kind"}, {"value", "value"}};
constexpr ColumnRule kFileProperties[] = {{"encoding", "encoding"}, {"file_sha256", "file_sha256"},
                                          {"is_stub", "is_stub"},   {"is_test", "is_test"},
                                          {"newline", "newline"},   {"size_bytes", "size_bytes"}};
constexpr ColumnRule kModuleProperties[] = {
    {"exports", "exports"}, {"is_package", "is_package"}, {"package", "package"}};
constexpr ColumnRule kDefProperties[] = {{"container_def_id", "container_def_id"},
                                         {"container_def_kind", "container_def_kind"},
                                         {"decorator_count", "decorator_count"},
                                         {"def_fqns", "def_fqns"},
                                         {"docstring", "docstring"},
                                         {"kind", "kind"},
                                         {"name_bend", "name_bend"},
                                         {"name_bstart", "name_bstart"},
                                         {"qnames", "qnames"}};
constexpr ColumnRule kSignatureProperties[] = {
    {"is_async", "is_async"}, {"is_generator", "is_generator"}, {"signature", "signature"}};
constexpr ColumnRule kCallProperties[] = {
    {"arg_count", "arg_count"},         {"callee_bend", "callee_bend"},
    {"callee_bstart", "callee_bstart"}, {"callee_dotted", "callee_dotted"},
    {"callee_fqns", "callee_fqns"},     {"callee_qnames", "callee_qnames"},
    {"callee_shape", "callee_shape"},   {"callee_text", "callee_text"}};
constexpr ColumnRule kReferenceProperties[] = {{"ref_kind", "ref_kind"},
                                               {"ref_text", "ref_text"},
                                               {"scope_name", "scope_name"},
                                               {"scope_role", "scope_role"},
                                               {"scope_type", "scope_type"}};
constexpr ColumnRule kImportProperties[] = {
    {"asname", "asname"},       {"is_star", "is_star"},
    {"module", "module"},       {"relative_level", "relative_level"},
    {"stmt_bend", "stmt_bend"}, {"stmt_bstart", "stmt_bstart"}};
constexpr ColumnRule kDiagnosticProperties[] = {{"code", "code"},
                                                {"message", "message"},
                                                {"severity", "severity"},
                                                {"source", "source"},
                                                {"stage", "stage"}};

constexpr PropertyRule kProperties[] = {
    {"props_else", "ast_nodes",
     "and(eq(slot, 'orelse'), eq(idx, 0), in(parent_kind, 'If', 'For', 'AsyncFor', 'While', 'Try', "
     "'TryStar'))",
     "parent_id", "'CONTROL_STRUCTURE'", kElseProperties, true},
    {"props_meta_data", "build_summary", "", "derived_id('META_DATA')", "'META_DATA'",
     kMetaProperties, true},
    {"props_call", "cst_callsites", "", "call_id", "'CALL'", kCallProperties, false},
    {"props_def", "cst_defs", "", "def_id", "case(eq(kind, 'class'), 'TYPE_DECL', 'METHOD')",
     kDefProperties, false},
    {"props_diagnostic", "diagnostics", "", "diag_id", "'DIAGNOSTIC'", kDiagnosticProperties,
     false},
    {"props_file", "repo_files", "", "file_id", "'FILE'", kFileProperties, false},
    {"props_import", "cst_imports", "", "import_id", "'IMPORT'", kImportProperties, false},
    {"props_module", "resolve_modules", "", "module_id", "'NAMESPACE_BLOCK'", kModuleProperties,
     false},
    {"props_node", "cpg_nodes", "", "node_id", "kind", kNodeProperties, false},
    {"props_reference", "cst_refs", "", "ref_id",
     "case(eq(ref_kind, 'name'), 'IDENTIFIER', 'CALL')", kReferenceProperties, false},
    {"props_signature", "ast_defs", "ne(kind, 'ClassDef')", "def_id", "'METHOD'",
     kSignatureProperties, false},
    {"props_syntax", "ast_nodes", "", "node_id", "", kSyntaxProperties, false},
};

constexpr EntityRule kEntities[] = {
    {"cst_call", "cst_callsites", "cst_calls_norm", "call_id", "call_bstart", "call_bend", ""},
    {"cst_call_arg", "cst_call_args", "cst_call_args_norm", "call_arg_id", "bstart", "bend",
     "arg_text"},
    {"cst_decorator", "cst_decorators", "cst_decorators_norm", "decorator_id", "bstart", "bend",
     "decorator_text"},
    {"cst_def", "cst_defs", "cst_defs_norm", "def_id", "def_bstart", "def_bend", ""},
    {"cst_docstring", "cst_docstrings", "cst_docstrings_norm", "docstring_id", "bstart", "bend",
     "docstring"},
    {"cst_import", "cst_imports", "cst_imports_norm", "import_id", "alias_bstart", "alias_bend",
     ""},
    {"cst_ref", "cst_refs", "cst_refs_norm", "ref_id", "bstart", "bend", "ref_text"},
};

}  // namespace

std::span<const PropertyRule> PropertyRules() { return kProperties; }
std::span<const EntityRule> EntityRules() { return kEntities; }

}  // namespace codeanatomy
