// Every member of a spec named once: decoding, the canonical form and the JSON Schema come from
// these descriptions. Private to spec/.
#pragma once

#include "spec/runtime_json.h"
#include "spec/spec.h"

namespace codeanatomy::expr {

CA_ENUM_NAMES(spec::JoinType, "Inner", "Left", "Right", "Full", "Semi", "Anti");
CA_ENUM_NAMES(spec::CpgOutputKind, "Nodes", "Edges", "EdgesByDst", "Calls", "Props", "EdgesBySrc",
              "PropsMap");
CA_ENUM_NAMES(spec::MaterializationMode, "Append", "Overwrite", "ReplaceByFile");

}  // namespace codeanatomy::expr

namespace codeanatomy::spec {

inline constexpr std::array<std::string_view, std::variant_size_v<Transform>> kTransformNames = {
    "Normalize", "Relate", "Union",     "Project",        "Rank",     "Unnest",       "Unpivot",
    "Nest",      "Filter", "Aggregate", "IncrementalCdf", "Metadata", "FileManifest", "CpgEmit"};

/// The alternative of `index`, default-constructed.
template <size_t I = 0>
Transform MakeTransform(size_t index) {
  if constexpr (I + 1 < std::variant_size_v<Transform>) {
    if (index != I) return MakeTransform<I + 1>(index);
  }
  return Transform(std::in_place_index<I>);
}

void Read(expr::JsonReader& r, const expr::Json& json, const std::string& path, Transform& out);
expr::Json Write(const Transform& transform);
void Read(expr::JsonReader& r, const expr::Json& json, const std::string& path, ViewDefinition& x);
expr::Json Write(const ViewDefinition& x);
void Read(expr::JsonReader& r, const expr::Json& json, const std::string& path, TypedParameter& x);
expr::Json Write(const TypedParameter& x);

CA_DESCRIBE(ComputedColumn) {
  v.Required("name", x.name);
  v.Required("expr", x.expr);
}
CA_DESCRIBE(JoinKey) {
  v.Required("left_key", x.left_key);
  v.Required("right_key", x.right_key);
}
CA_DESCRIBE(SortKey) {
  v.Required("expr", x.expr);
  v.Default("descending", x.descending);
}
CA_DESCRIBE(UnpivotColumn) {
  v.Required("column", x.column);
  v.Required("key", x.key);
}
CA_DESCRIBE(Aggregation) {
  v.Required("column", x.column);
  v.Required("function", x.function);
  v.Required("alias", x.alias);
  v.Default("order_by", x.order_by);
}
CA_DESCRIBE(Normalize) {
  v.Required("source", x.source);
  v.Required("id_column", x.id_column);
  v.Default("namespace", x.id_namespace);
  v.Default("span_columns", x.span_columns);
  v.Default("text_columns", x.text_columns);
}
CA_DESCRIBE(Relate) {
  v.Required("left", x.left);
  v.Required("right", x.right);
  v.Required("join_type", x.join_type);
  v.Required("join_keys", x.join_keys);
  v.Default("predicates", x.predicates);
  v.Default("computed", x.computed);
}
CA_DESCRIBE(Union) {
  v.Required("sources", x.sources);
  v.Default("discriminator_column", x.discriminator_column);
  v.Default("distinct", x.distinct);
}
CA_DESCRIBE(Project) {
  v.Required("source", x.source);
  v.Default("columns", x.columns);
  v.Default("computed", x.computed);
}
CA_DESCRIBE(Rank) {
  v.Required("source", x.source);
  v.Required("partition_by", x.partition_by);
  v.Required("order_by", x.order_by);
  v.Required("keep", x.keep);
  v.Default("rank_column", x.rank_column);
}
CA_DESCRIBE(Unnest) {
  v.Required("source", x.source);
  v.Required("column", x.column);
  v.Required("element", x.element);
  v.Default("fields", x.fields);
  v.Default("ordinal_column", x.ordinal_column);
  v.Default("keep_empty", x.keep_empty);
}
CA_DESCRIBE(Unpivot) {
  v.Required("source", x.source);
  v.Required("id_columns", x.id_columns);
  v.Required("columns", x.columns);
  v.Required("key_column", x.key_column);
  v.Required("value_column", x.value_column);
}
CA_DESCRIBE(Nest) {
  v.Required("source", x.source);
  v.Required("group_by", x.group_by);
  v.Required("fields", x.fields);
  v.Required("order_by", x.order_by);
  v.Required("alias", x.alias);
}
CA_DESCRIBE(Filter) {
  v.Required("source", x.source);
  v.Required("predicate", x.predicate);
}
CA_DESCRIBE(Aggregate) {
  v.Required("source", x.source);
  v.Required("group_by", x.group_by);
  v.Required("aggregations", x.aggregations);
}
CA_DESCRIBE(IncrementalCdf) {
  v.Required("source", x.source);
  v.Default("starting_version", x.starting_version);
  v.Default("ending_version", x.ending_version);
  v.Default("starting_timestamp", x.starting_timestamp);
  v.Default("ending_timestamp", x.ending_timestamp);
}
CA_DESCRIBE(Metadata) { v.Required("source", x.source); }
CA_DESCRIBE(FileManifest) { v.Required("source", x.source); }
CA_DESCRIBE(CpgEmit) {
  v.Required("output_kind", x.output_kind);
  v.Required("sources", x.sources);
  v.Default("full", x.full);
}
CA_DESCRIBE(InputRelation) {
  v.Required("logical_name", x.logical_name);
  v.Required("delta_location", x.delta_location);
  v.Default("requires_lineage", x.requires_lineage);
  v.Default("content_digest", x.content_digest);
  v.Default("version_pin", x.version_pin);
}
CA_DESCRIBE(JoinEdge) {
  v.Required("left_relation", x.left_relation);
  v.Required("right_relation", x.right_relation);
  v.Required("join_type", x.join_type);
  v.Required("left_keys", x.left_keys);
  v.Required("right_keys", x.right_keys);
}
CA_DESCRIBE(JoinConstraint) {
  v.Required("name", x.name);
  v.Required("constraint_type", x.constraint_type);
  v.Required("relations", x.relations);
  v.Required("columns", x.columns);
}
CA_DESCRIBE(JoinGraph) {
  v.Required("edges", x.edges);
  v.Required("constraints", x.constraints);
}
CA_DESCRIBE(OutputTarget) {
  v.Required("table_name", x.table_name);
  v.Required("source_view", x.source_view);
  v.Default("delta_location", x.delta_location);
  v.Default("columns", x.columns);
  v.Default("materialization_mode", x.materialization_mode);
  v.Default("partition_by", x.partition_by);
  v.Default("write_metadata", x.write_metadata);
  v.Default("max_commit_retries", x.max_commit_retries);
}
CA_DESCRIBE(PlaceholderPos) { v.Required("position", x.position); }
CA_DESCRIBE(FilterEq) {
  v.Default("base_table", x.base_table);
  v.Required("filter_column", x.filter_column);
}
CA_DESCRIBE(Spec) {
  v.Required("version", x.version);
  v.Required("input_relations", x.input_relations);
  v.Required("view_definitions", x.view_definitions);
  v.Required("join_graph", x.join_graph);
  v.Required("output_targets", x.output_targets);
  v.Required("rule_intents", x.rule_intents);
  v.Required("rulepack_profile", x.rulepack_profile);
  v.Default("typed_parameters", x.typed_parameters);
  v.Default("runtime", x.runtime);
  v.Default("rule_overlay", x.rule_overlay);
  v.Default("runtime_profile", x.runtime_profile);
  v.Default("cache_policy", x.cache_policy);
  v.Default("maintenance", x.maintenance);
}
#undef CA_DESCRIBE
#undef CA_ENUM_NAMES

}  // namespace codeanatomy::spec
