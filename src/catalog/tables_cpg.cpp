// Tables of the code property graph (docs/formats/cpg.md).
#include "catalog/column.h"
#include "catalog/table_groups.h"

namespace codeanatomy::catalog {
namespace {

constexpr auto kNodes = Concat(
    Columns(Required(Long("node_id")), Required(Text("kind")), Text("ast_kind"), Long("file_id"),
            Text("path")),
    kSpanColumns,
    Columns(Text("name"), Text("full_name"), Long("parent_id"), Int("ordinal"), Long("method_id"),
            Long("idom_id"), Long("ipostdom_id"), Long("type_id"), Text("type_full_name"),
            Plain(Long("anchor")), Bool("may_raise"), Bool("is_external")));

constexpr auto kEdges =
    Columns(Required(Text("kind")), Required(Long("src")), Required(Long("dst")), Text("label"),
            Int("ordinal"), Long("file_id"), Text("origin"), Text("resolution_method"),
            Text("tier"), Column("confidence", "Float64"), Int("witnesses"), Int("dissenters"),
            Plain(Long("ambiguity_group_id")));

constexpr auto kCalls = Columns(Required(Long("caller_id")), Required(Long("callee_id")),
                                Required(Long("call_id")), Long("file_id"));

constexpr auto kProps =
    Columns(Required(Text("entity_kind")), Long("node_id"), Plain(Long("edge_id")),
            Required(Text("key")), Required(Text("value_type")), Text("value_string"),
            Plain(Long("value_int")), Column("value_float", "Float64"), Bool("value_bool"),
            Text("value_json"), Text("kind"), Long("file_id"), Text("path"));

constexpr auto kPropsMap = Columns(
    Required(Text("entity_kind")), Long("node_id"), Plain(Long("edge_id")), Text("kind"),
    Long("file_id"),
    Column("props",
           "List<Struct<key:Utf8,value:Struct<value_type:Utf8,value_string:Utf8,value_int:Int64,"
           "value_float:Float64,value_bool:Boolean,value_json:Utf8>>>"));

template <typename... Names>
constexpr auto Names_(Names... names) {
  return std::array<std::string_view, sizeof...(Names)>{names...};
}
constexpr auto kNodeKey = Names_("node_id");
constexpr auto kEdgeKey = Names_("kind", "src", "dst");
constexpr auto kEdgeOrder = Names_("kind", "src", "dst", "label", "ordinal");
constexpr auto kEdgeByDstOrder = Names_("kind", "dst", "src", "label", "ordinal");
constexpr auto kCallOrder = Names_("callee_id", "caller_id", "call_id");
constexpr auto kPropKey = Names_("entity_kind", "key");
constexpr auto kPropOrder = Names_("entity_kind", "node_id", "edge_id", "key");
constexpr auto kPropsMapOrder = Names_("entity_kind", "node_id", "edge_id");

constexpr auto kTables = std::to_array<TableInfo>({
    {"cpg_nodes", TableGroup::kCpg, kNodes, kNodeKey, kNodeKey, "Nodes of the graph."},
    {"cpg_edges", TableGroup::kCpg, kEdges, kEdgeKey, kEdgeOrder,
     "Edges that no node column says, by kind and source; label and ordinal belong to the key."},
    {"cpg_edges_by_dst", TableGroup::kCpg, kEdges, kEdgeKey, kEdgeByDstOrder,
     "The same edges by kind and target."},
    {"calls", TableGroup::kCpg, kCalls, kCallOrder, kCallOrder,
     "One row per CALL edge, by callee."},
    {"cpg_props", TableGroup::kCpg, kProps, kPropKey, kPropOrder,
     "Properties that no typed column of nodes or evidence carries."},
    {"cpg_props_map",
     TableGroup::kCpg,
     kPropsMap,
     {},
     kPropsMapOrder,
     "Properties grouped by node; written with --props full."},
});

}  // namespace

std::span<const TableInfo> CpgTables() { return kTables; }

}  // namespace codeanatomy::catalog
