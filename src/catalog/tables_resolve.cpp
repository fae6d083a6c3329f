// Tables of resolution, and the published mapping from syntax kinds to graph labels.
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

constexpr auto kResolveModules =
    Concat(kFileColumns,
           Columns(Required(Long("module_id")), Required(Long("body_id")), Required(Text("module")),
                   Text("package"), Text("search_root"), Required(Bool("is_package")),
                   Required(Bool("is_namespace_package")), Required(Bool("is_stub")),
                   Long("shadowed_by"), Texts("exports"), Required(Text("exports_kind"))));

constexpr auto kResolveImports = Concat(
    kFileColumns,
    Columns(Required(Long("import_id")), Required(Int("ordinal")), Text("module"), Text("name"),
            Int("level"), Text("resolved_module"), Required(Text("target_kind")), Long("target_id"),
            Long("target_file_id"), Longs("via"), Texts("star_names"),
            Required(Bool("is_conditional")), Required(Bool("is_type_checking")), Text("reason")));

constexpr auto kResolveBindings =
    Concat(kFileColumns,
           Columns(Required(Long("ref_id")), Required(Long("decl_id")), Required(Text("decl_kind")),
                   Required(Text("name")), Long("scope_id"), Long("binding_id"),
                   Long("target_binding_id"), Required(Text("method")), Text("expr_ctx"),
                   Int("hops"), Required(Int("candidate_count")), Required(Int("ordinal"))));

constexpr auto kResolveCallTargets = Concat(
    kFileColumns,
    Columns(Required(Long("call_id")), Required(Long("target_id")), Required(Long("caller_id")),
            Required(Text("target_full_name")), Required(Text("kind")), Required(Text("dispatch")),
            Required(Text("method")), Long("receiver_id"), Long("receiver_type_id"),
            Required(Int("candidate_count")), Required(Int("ordinal")),
            Column("arguments",
                   "List<Struct<arg_id:Int64,param_id:Int64,index:Int32,name:Utf8,star:Utf8>>"),
            Required(Text("arity"))));

constexpr auto kCpgMapping =
    Columns(Required(Text("ast_kind")), Text("op"), Required(Text("label")), Text("name"));

constexpr std::array<std::string_view, 1> kModuleKey = {"module_id"};
constexpr std::array<std::string_view, 1> kModuleOrder = {"path"};
constexpr std::array<std::string_view, 2> kImportKey = {"import_id", "ordinal"};
constexpr std::array<std::string_view, 1> kByPath = {"path"};
constexpr std::array<std::string_view, 2> kCallTargetKey = {"call_id", "target_id"};
constexpr std::array<std::string_view, 2> kBindingKey = {"ref_id", "decl_id"};
constexpr std::array<std::string_view, 2> kMappingOrder = {"ast_kind", "op"};

constexpr auto kTables = std::to_array<TableInfo>({
    {.name = "resolve_modules",
     .group = TableGroup::kEvidence,
     .columns = kResolveModules,
     .key = kModuleKey,
     .order = kModuleOrder,
     .summary = "Modules of the repository by dotted name."},
    {.name = "resolve_imports",
     .group = TableGroup::kEvidence,
     .columns = kResolveImports,
     .key = kImportKey,
     .order = kByPath,
     .summary = "What each imported alias refers to."},
    {.name = "resolve_bindings",
     .group = TableGroup::kEvidence,
     .columns = kResolveBindings,
     .key = kBindingKey,
     .order = kByPath,
     .summary = "The declarations each name may refer to."},
    {.name = "resolve_call_targets",
     .group = TableGroup::kEvidence,
     .columns = kResolveCallTargets,
     .key = kCallTargetKey,
     .order = kByPath,
     .summary = "What each call may reach."},
    {.name = "cpg_mapping",
     .group = TableGroup::kEvidence,
     .columns = kCpgMapping,
     .key = {},
     .order = kMappingOrder,
     .summary = "The graph label, and operator name, of each syntax kind."},
});
static_assert(TablesAreSound(kTables));

}  // namespace

std::span<const TableInfo> ResolveTables() { return kTables; }

}  // namespace codeanatomy::catalog
