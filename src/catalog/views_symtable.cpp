// What the symbol table alone says about names: bindings, the outer binding that a free or global
// name means, and the places where a binding is defined and used.
//
// A free name is passed on from scope to scope until a function binds it. One hop leads from a
// binding that passes a name on (a free one, or one of a class, which functions inside it do not
// see) to the binding of the same name in the parent scope. Hops are joined with themselves, so
// that four joins follow sixteen of them.
#include "catalog/graph.h"

namespace codeanatomy {
namespace {

constexpr ColumnRule kBindings[] = {
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"scope_id", "l.scope_id"},
    {"scope_type", "r.block_type"},
    {"scope_name", "r.name"},
    {"scope_line", "r.line"},
    {"parent_scope_id", "r.parent_scope_id"},
    {"name", "l.name"},
    {"binding_id", "l.binding_id"},
    {"binding_kind",
     "case(l.is_nonlocal, 'nonlocal_ref', and(or(l.is_global, l.is_declared_global), "
     "ne(r.block_type, 'MODULE')), 'global_ref', l.is_free, 'free_ref', l.is_parameter, 'param', "
     "l.is_imported, 'import', l.is_namespace, 'namespace', and(l.is_annotated, "
     "not(l.is_assigned)), 'annot_only', 'local')"},
    {"declared_here",
     "or(l.is_parameter, l.is_assigned, l.is_imported, l.is_namespace, l.is_annotated)"},
    {"is_referenced", "l.is_referenced"},
    {"is_imported", "l.is_imported"},
    {"is_parameter", "l.is_parameter"},
    {"is_type_parameter", "l.is_type_parameter"},
    {"is_global", "l.is_global"},
    {"is_nonlocal", "l.is_nonlocal"},
    {"is_declared_global", "l.is_declared_global"},
    {"is_local", "l.is_local"},
    {"is_annotated", "l.is_annotated"},
    {"is_free", "l.is_free"},
    {"is_assigned", "l.is_assigned"},
    {"is_namespace", "l.is_namespace"},
    {"decl_id", "l.decl_id"}};

constexpr ColumnRule kPassing[] = {
    {"binding_id", "l.binding_id"}, {"name", "l.name"}, {"parent_scope_id", "r.parent_scope_id"}};
constexpr ColumnRule kFreeSymbols[] = {{"binding_id", "binding_id"},
                                       {"is_nonlocal", "is_nonlocal"}};
// A name that a module binds is both global and local there, elsewhere a global name is not local.
constexpr ColumnRule kNamedSymbols[] = {
    {"binding_id", "binding_id"}, {"file_id", "file_id"}, {"name", "name"}};
constexpr ColumnRule kHop[] = {{"binding_id", "l.binding_id"},
                               {"outer_binding_id", "r.binding_id"}};
constexpr ColumnRule kTwice[] = {
    {"binding_id", "l.binding_id"},
    {"outer_binding_id", "coalesce(r.outer_binding_id, l.outer_binding_id)"}};
constexpr ColumnRule kFreeLinks[] = {{"binding_id", "l.binding_id"},
                                     {"outer_binding_id", "r.outer_binding_id"},
                                     {"kind", "case(l.is_nonlocal, 'NONLOCAL', 'FREE')"}};
constexpr ColumnRule kGlobalLinks[] = {
    {"binding_id", "l.binding_id"}, {"outer_binding_id", "r.binding_id"}, {"kind", "'GLOBAL'"}};
constexpr ColumnRule kLinks[] = {
    {"binding_id", "binding_id"}, {"outer_binding_id", "outer_binding_id"}, {"kind", "kind"}};

constexpr ColumnRule kNamedUses[] = {
    {"file_id", "l.file_id"},       {"path", "l.path"},     {"scope_id", "l.scope_id"},
    {"binding_id", "r.binding_id"}, {"name", "l.ref_text"}, {"ref_id", "l.ref_id"},
    {"bstart", "l.bstart"},         {"bend", "l.bend"},     {"expr_ctx", "l.expr_ctx"}};
constexpr ColumnRule kUseSites[] = {
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"scope_id", "l.scope_id"},
    {"binding_id", "l.binding_id"},
    {"target_binding_id", "coalesce(r.outer_binding_id, l.binding_id)"},
    {"name", "l.name"},
    {"ref_id", "l.ref_id"},
    {"bstart", "l.bstart"},
    {"bend", "l.bend"},
    {"use_kind", "case(eq(l.expr_ctx, 'Store'), 'write', eq(l.expr_ctx, 'Del'), 'del', 'read')"},
    {"match_reason", "'name_span'"},
    {"ambiguity_group_id", "l.ref_id"},
    {"use_site_id", "derived_id('USE_SITE', l.binding_id, l.ref_id)"}};

// The scope around a definition is the parent of the scope it opens, or, of a generic one, the
// parent of its type parameters' scope.
constexpr ColumnRule kOpenedScopes[] = {
    {"file_id", "l.file_id"}, {"path", "l.path"},
    {"def_id", "l.def_id"},   {"name", "l.name"},
    {"kind", "l.kind"},       {"bstart", "l.name_bstart"},
    {"bend", "l.name_bend"},  {"parent_scope_id", "r.parent_scope_id"}};
constexpr ColumnRule kScopedDefs[] = {
    {"file_id", "l.file_id"}, {"path", "l.path"},
    {"def_id", "l.def_id"},   {"name", "l.name"},
    {"kind", "l.kind"},       {"bstart", "l.bstart"},
    {"bend", "l.bend"},       {"scope_id", "coalesce(r.parent_scope_id, l.parent_scope_id)"}};
constexpr ColumnRule kBoundDefs[] = {
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"scope_id", "l.scope_id"},
    {"binding_id", "r.binding_id"},
    {"name", "l.name"},
    {"def_id", "l.def_id"},
    {"bstart", "l.bstart"},
    {"bend", "l.bend"},
    {"def_site_kind", "case(eq(l.kind, 'class'), 'class', 'function')"},
    {"match_reason", "'name_span'"}};
constexpr ColumnRule kBoundNames[] = {
    {"file_id", "file_id"},        {"path", "path"}, {"scope_id", "scope_id"},
    {"binding_id", "binding_id"},  {"name", "name"}, {"def_id", "decl_id"},
    {"bstart", "bstart"},          {"bend", "bend"}, {"def_site_kind", "'other'"},
    {"match_reason", "'position'"}};
constexpr ColumnRule kDefSites[] = {
    {"file_id", "l.file_id"},
    {"path", "l.path"},
    {"scope_id", "l.scope_id"},
    {"binding_id", "l.binding_id"},
    {"target_binding_id", "coalesce(r.outer_binding_id, l.binding_id)"},
    {"name", "l.name"},
    {"def_id", "l.def_id"},
    {"bstart", "l.bstart"},
    {"bend", "l.bend"},
    {"def_site_kind", "l.def_site_kind"},
    {"match_reason", "l.match_reason"},
    {"ambiguity_group_id", "l.def_id"},
    {"def_site_id", "derived_id('DEF_SITE', l.binding_id, l.def_id)"}};

constexpr ColumnRule kTypeParams[] = {{"file_id", "file_id"},
                                      {"path", "path"},
                                      {"type_param_id", "scope_id"},
                                      {"owner_scope_id", "parent_scope_id"},
                                      {"name", "name"},
                                      {"variance", "null('Utf8')"}};
constexpr ColumnRule kTypeParamEdges[] = {{"file_id", "l.file_id"},
                                          {"path", "l.path"},
                                          {"type_param_id", "l.type_param_id"},
                                          {"owner_scope_id", "r.type_param_id"}};

constexpr ViewRule kViews[] = {
    {.name = "symtable_bindings",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_symbols",
     .right = "symtable_scopes",
     .keys = "scope_id=scope_id",
     .columns = kBindings,
     .kind = ViewKind::kSymtable,
     .summary = "Names of each scope with the kind of their binding."},
    {.name = "symtable_passing",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_symbols",
     .right = "symtable_scopes",
     .keys = "scope_id=scope_id",
     .where = "or(l.is_free, eq(r.block_type, 'CLASS'))",
     .columns = kPassing},
    {.name = "symtable_hops_1",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_passing",
     .right = "symtable_symbols",
     .keys = "parent_scope_id=scope_id,name=name",
     .columns = kHop},
    {.name = "symtable_hops_2",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_hops_1",
     .right = "symtable_hops_1",
     .keys = "outer_binding_id=binding_id",
     .columns = kTwice},
    {.name = "symtable_hops_4",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_hops_2",
     .right = "symtable_hops_2",
     .keys = "outer_binding_id=binding_id",
     .columns = kTwice},
    {.name = "symtable_hops_8",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_hops_4",
     .right = "symtable_hops_4",
     .keys = "outer_binding_id=binding_id",
     .columns = kTwice},
    {.name = "symtable_hops_16",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_hops_8",
     .right = "symtable_hops_8",
     .keys = "outer_binding_id=binding_id",
     .columns = kTwice},
    {.name = "symtable_free_symbols",
     .op = ViewOp::kProject,
     .left = "symtable_symbols",
     .where = "is_free",
     .columns = kFreeSymbols},
    {.name = "symtable_free_links",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_free_symbols",
     .right = "symtable_hops_16",
     .keys = "binding_id=binding_id",
     .columns = kFreeLinks},
    {.name = "symtable_global_symbols",
     .op = ViewOp::kProject,
     .left = "symtable_symbols",
     .where = "and(is_global, not(is_local))",
     .columns = kNamedSymbols},
    {.name = "symtable_module_symbols",
     .op = ViewOp::kProject,
     .left = "symtable_symbols",
     .where = "and(is_global, is_local)",
     .columns = kNamedSymbols},
    {.name = "symtable_global_links",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_global_symbols",
     .right = "symtable_module_symbols",
     .keys = "file_id=file_id,name=name",
     .columns = kGlobalLinks},
    {.name = "symtable_links",
     .op = ViewOp::kUnion,
     .left = "symtable_free_links,symtable_global_links"},
    {.name = "symtable_binding_links",
     .op = ViewOp::kProject,
     .left = "symtable_links",
     .columns = kLinks,
     .kind = ViewKind::kSymtable,
     .summary = "The outer binding that a global, nonlocal or free name means."},
    {.name = "symtable_name_refs",
     .op = ViewOp::kProject,
     .left = "cst_refs",
     .where = "eq(ref_kind, 'name')"},
    {.name = "symtable_named_uses",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_name_refs",
     .right = "symtable_symbols",
     .keys = "scope_id=scope_id,ref_text=name",
     .columns = kNamedUses},
    {.name = "symtable_use_sites",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_named_uses",
     .right = "symtable_binding_links",
     .keys = "binding_id=binding_id",
     .columns = kUseSites,
     .kind = ViewKind::kSymtable,
     .summary = "Where each binding is read, written or deleted."},
    {.name = "symtable_opened_scopes",
     .op = ViewOp::kInnerJoin,
     .left = "cst_defs",
     .right = "symtable_scopes",
     .keys = "def_id=scope_id",
     .columns = kOpenedScopes},
    {.name = "symtable_scoped_defs",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_opened_scopes",
     .right = "symtable_scopes",
     .keys = "parent_scope_id=scope_id",
     .where = "r.is_meta_scope",
     .columns = kScopedDefs},
    {.name = "symtable_bound_defs",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_scoped_defs",
     .right = "symtable_symbols",
     .keys = "scope_id=scope_id,name=name",
     .columns = kBoundDefs},
    {.name = "symtable_bound_names",
     .op = ViewOp::kProject,
     .left = "symtable_symbols",
     .where = "not(is_null(decl_id))",
     .columns = kBoundNames},
    {.name = "symtable_bound",
     .op = ViewOp::kUnion,
     .left = "symtable_bound_defs,symtable_bound_names"},
    {.name = "symtable_def_sites",
     .op = ViewOp::kLeftJoin,
     .left = "symtable_bound",
     .right = "symtable_binding_links",
     .keys = "binding_id=binding_id",
     .columns = kDefSites,
     .kind = ViewKind::kSymtable,
     .summary = "The declarations of each binding that are no import and no parameter."},
    {.name = "symtable_type_params",
     .op = ViewOp::kProject,
     .left = "symtable_scopes",
     .where = "in(block_type, 'TYPE_PARAMETERS', 'TYPE_VARIABLE')",
     .columns = kTypeParams,
     .kind = ViewKind::kSymtable,
     .summary = "Scopes of type parameters."},
    {.name = "symtable_type_param_edges",
     .op = ViewOp::kInnerJoin,
     .left = "symtable_type_params",
     .right = "symtable_type_params",
     .keys = "owner_scope_id=type_param_id",
     .columns = kTypeParamEdges,
     .kind = ViewKind::kSymtable,
     .summary = "Type variables and the type parameters they belong to."},
};

}  // namespace

std::span<const ViewRule> SymtableViewRules() { return kViews; }

}  // namespace codeanatomy
