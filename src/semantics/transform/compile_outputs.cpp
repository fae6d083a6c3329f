// The graph's tables and the session's relations over everything compiled before.
#include "base/check.h"
#include "catalog/table.h"
#include "semantics/transform/compile.h"

namespace codeanatomy::semantics {
namespace {

std::vector<std::string> Properties(const std::vector<View>& views, PropertyRole role) {
  std::vector<std::string> names;
  for (const View& view : views) {
    if (view.property == role) names.push_back(view.name);
  }
  std::ranges::sort(names);
  return names;
}

void AddEmit(std::string_view name, ViewKind kind, spec::CpgOutputKind output,
             std::vector<std::string> sources, bool full, std::vector<View>& views) {
  std::ranges::sort(sources);
  views.push_back({std::string(name),
                   kind,
                   spec::CpgEmit{output, std::move(sources), full},
                   "graph",
                   {SemanticRule::kUnion},
                   "the rows of one table of the graph"});
}

void AddExport(std::string_view name, spec::Transform transform, std::vector<View>& views) {
  views.push_back({std::string(name),
                   ViewKind::kExport,
                   std::move(transform),
                   "graph",
                   {},
                   "a form of the graph that sessions offer"});
}

/// The other end of an edge and what is known about it, in the order of the nested lists.
spec::Nest NestEdges(std::string_view end, std::string_view other) {
  spec::Nest nest{.source = "cpg_edges_full", .group_by = {std::string(end)}, .alias = "edges"};
  for (std::string_view field :
       {std::string_view("edge_id"), std::string_view("kind"), other, std::string_view("label"),
        std::string_view("ordinal"), std::string_view("origin"),
        std::string_view("resolution_method"), std::string_view("tier"),
        std::string_view("confidence"), std::string_view("witnesses"),
        std::string_view("dissenters"), std::string_view("ambiguity_group_id")}) {
    nest.fields.emplace_back(field);
  }
  for (std::string_view key :
       {std::string_view("kind"), std::string_view("ordinal"), other, std::string_view("label")}) {
    nest.order_by.push_back({expr::Column(key)});
  }
  return nest;
}

void AddPropsMap(const CompileContext& context, std::vector<View>& views) {
  spec::Project pairs{.source = "cpg_props_full"};
  for (const char* name : {"entity_kind", "node_id", "edge_id", "kind", "file_id", "key"})
    pairs.columns.emplace_back(name);
  pairs.computed.push_back(
      {"value",
       Compile(
           "struct('value_type', value_type, 'value_string', value_string, 'value_int', value_int, "
           "'value_float', value_float, 'value_bool', value_bool, 'value_json', value_json)",
           context)});
  views.push_back({"cpg_props_pairs",
                   ViewKind::kProjection,
                   std::move(pairs),
                   "graph",
                   {},
                   "values as structs"});
  AddExport("cpg_props_map_full",
            spec::Nest{.source = "cpg_props_pairs",
                       .group_by = {"entity_kind", "node_id", "edge_id", "kind", "file_id"},
                       .fields = {"key", "value"},
                       .order_by = {{expr::Column("key")}},
                       .alias = "props"},
            views);
}

/// A relation in the shape of cpg_edges. Its kind is a literal here, whatever holds its rows, so
/// that the engine can write each kind as a part of its own.
std::string AddRelationEdges(const RelationRule& rule, std::vector<View>& views) {
  const TableInfo* edges = FindTable("cpg_edges");
  CA_CHECK(edges != nullptr, "cpg_edges is declared");
  spec::Project shape{.source = std::string(rule.name)};
  for (const ColumnInfo& column : edges->columns) {
    shape.computed.push_back({std::string(column.name), column.name == "kind"
                                                            ? expr::Text(EdgeKindName(rule.kind))
                                                            : expr::Column(column.name)});
  }
  std::string name = "edges_" + std::string(rule.name);
  views.push_back({name,
                   ViewKind::kProjection,
                   std::move(shape),
                   "relationship " + std::string(rule.name),
                   {},
                   "its rows as edges"});
  return name;
}

}  // namespace

void CompileOutputs(const CompileContext& context, std::vector<View>& views) {
  using Kind = spec::CpgOutputKind;
  std::vector<std::string> nodes, edges, derived{"cpg_edges"};
  for (const NodeRule& rule : context.model.nodes) nodes.emplace_back(rule.view);
  for (const EdgeRule& rule : context.model.edges) {
    (rule.is_derived ? derived : edges).emplace_back(rule.view);
  }
  std::vector<std::string> relations;
  for (const Relation& relation : context.model.relations) {
    edges.push_back(AddRelationEdges(relation.rule, views));
    relations.emplace_back(relation.rule.name);
  }
  std::ranges::sort(relations);
  AddEmit("cpg_nodes", ViewKind::kFinalize, Kind::kNodes, nodes, false, views);
  AddEmit("cpg_edges", ViewKind::kFinalize, Kind::kEdges, edges, false, views);
  AddEmit("cpg_edges_by_dst", ViewKind::kFinalize, Kind::kEdgesByDst, {"cpg_edges"}, false, views);
  AddEmit("cpg_edges_full", ViewKind::kExport, Kind::kEdges, derived, true, views);
  AddEmit("cpg_edges_by_dst_full", ViewKind::kFinalize, Kind::kEdgesByDst, {"cpg_edges_full"}, true,
          views);
  AddExport("cpg_edges_by_src_full", NestEdges("src", "dst"), views);
  AddExport("cpg_edges_by_dst_nested_full", NestEdges("dst", "src"), views);
  if (relations.size() > 1) AddExport("relation_output", spec::Union{.sources = relations}, views);

  views.push_back({"call_pairs",
                   ViewKind::kProjection,
                   spec::Project{.source = "resolve_call_targets",
                                 .computed = {{"caller_id", expr::Column("caller_id")},
                                              {"callee_id", expr::Column("target_id")},
                                              {"call_id", expr::Column("call_id")},
                                              {"file_id", expr::Column("file_id")}}},
                   "graph",
                   {},
                   "calls without the rest"});
  AddEmit("calls", ViewKind::kFinalize, Kind::kCalls, {"call_pairs"}, false, views);

  AddEmit("cpg_props", ViewKind::kFinalize, Kind::kProps, Properties(views, PropertyRole::kStored),
          false, views);
  std::vector<std::string> properties = Properties(views, PropertyRole::kSession);
  properties.emplace_back("cpg_props");
  AddEmit("cpg_props_full", ViewKind::kExport, Kind::kProps, std::move(properties), true, views);
  AddPropsMap(context, views);
}

}  // namespace codeanatomy::semantics
