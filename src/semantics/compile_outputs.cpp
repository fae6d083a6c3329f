// The graph's tables and the session's relations over everything compiled before.
#include "semantics/view.h"

namespace codeanatomy::semantics {
namespace {

std::vector<std::string> NamesOfKind(const std::vector<View>& views, std::string_view kind) {
  std::vector<std::string> names;
  for (const View& view : views) {
    if (view.kind == kind) names.push_back(view.name);
  }
  std::ranges::sort(names);
  return names;
}

void AddEmit(std::string_view name, std::string_view kind, spec::CpgOutputKind output,
             std::vector<std::string> sources, bool full, std::vector<View>& views) {
  std::ranges::sort(sources);
  views.push_back(
      {std::string(name), std::string(kind), spec::CpgEmit{output, std::move(sources), full}});
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
  views.push_back({"cpg_props_pairs", "projection", std::move(pairs)});
  views.push_back({"cpg_props_map_full", "session",
                   spec::Nest{.source = "cpg_props_pairs",
                              .group_by = {"entity_kind", "node_id", "edge_id", "kind", "file_id"},
                              .fields = {"key", "value"},
                              .order_by = {{expr::Column("key")}},
                              .alias = "props"}});
}

}  // namespace

void CompileOutputs(const CompileContext& context, std::vector<View>& views) {
  using Kind = spec::CpgOutputKind;
  std::vector<std::string> nodes, edges, derived{"cpg_edges"};
  for (const NodeRule& rule : NodeRules()) nodes.emplace_back(rule.view);
  for (const EdgeRule& rule : EdgeRules()) {
    (rule.source == "cpg_nodes" ? derived : edges).emplace_back(rule.view);
  }
  for (const RelationRule& rule : RelationRules()) edges.emplace_back(rule.name);
  AddEmit("cpg_nodes", "cpg", Kind::kNodes, nodes, false, views);
  AddEmit("cpg_edges", "cpg", Kind::kEdges, edges, false, views);
  AddEmit("cpg_edges_by_dst", "cpg", Kind::kEdgesByDst, {"cpg_edges"}, false, views);
  AddEmit("cpg_edges_full", "session", Kind::kEdges, derived, true, views);
  AddEmit("cpg_edges_by_dst_full", "cpg", Kind::kEdgesByDst, {"cpg_edges_full"}, true, views);
  views.push_back({"cpg_edges_by_src_full", "session", NestEdges("src", "dst")});
  views.push_back({"cpg_edges_by_dst_nested_full", "session", NestEdges("dst", "src")});

  views.push_back({"call_pairs", "projection",
                   spec::Project{.source = "resolve_call_targets",
                                 .computed = {{"caller_id", expr::Column("caller_id")},
                                              {"callee_id", expr::Column("target_id")},
                                              {"call_id", expr::Column("call_id")},
                                              {"file_id", expr::Column("file_id")}}}});
  AddEmit("calls", "cpg", Kind::kCalls, {"call_pairs"}, false, views);

  AddEmit("cpg_props", "cpg", Kind::kProps, NamesOfKind(views, "property"), false, views);
  std::vector<std::string> properties = NamesOfKind(views, "session_property");
  properties.emplace_back("cpg_props");
  AddEmit("cpg_props_full", "session", Kind::kProps, std::move(properties), true, views);
  AddPropsMap(context, views);
}

}  // namespace codeanatomy::semantics
