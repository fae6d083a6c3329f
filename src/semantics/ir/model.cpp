#include "semantics/ir/model.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace codeanatomy::semantics {
namespace {

using Json = nlohmann::json;

template <typename T>
std::vector<T> ToVector(std::span<const T> records) {
  return {records.begin(), records.end()};
}

Json ColumnsJson(std::span<const ColumnRule> columns) {
  Json json = Json::array();
  for (const ColumnRule& column : columns) json.push_back({column.name, column.expr});
  return json;
}

Json ViewsJson(const std::vector<ViewRule>& views) {
  Json json = Json::array();
  for (const ViewRule& view : views) {
    Json aggregates = Json::array();
    for (const AggregateRule& a : view.aggregates)
      aggregates.push_back({a.function, a.column, a.alias});
    json.push_back({view.name, static_cast<int>(view.op), view.left, view.right, view.keys,
                    view.where, ColumnsJson(view.columns), view.group_by, aggregates, view.order_by,
                    view.keep, view.kind ? InfoOf(*view.kind).name : ""});
  }
  return json;
}

Json ProviderJson(const ProviderRule& provider) {
  Json features = Json::array(), predicates = Json::array();
  for (const FeatureRule& f : provider.features) features.push_back({f.name, f.weight, f.expr});
  for (std::string_view p : provider.predicates) predicates.push_back(p);
  return {provider.source,     provider.where,
          provider.origin,     provider.method,
          provider.candidates, ColumnsJson(provider.columns),
          provider.right,      kProviderRoleNames[static_cast<size_t>(provider.role)],
          provider.keys,       provider.hint,
          predicates,          features,
          provider.base_score, provider.group_by,
          provider.order_by,   provider.keep,
          provider.is_unique,  provider.is_numbered};
}

Json RelationsJson(const std::vector<Relation>& relations) {
  Json json = Json::array();
  for (const Relation& relation : relations) {
    Json providers = Json::array();
    for (const ProviderRule& provider : relation.providers)
      providers.push_back(ProviderJson(provider));
    const RelationRule& rule = relation.rule;
    json.push_back({rule.name, EdgeKindName(rule.kind),
                    kCardinalityNames[static_cast<size_t>(rule.cardinality)], rule.left,
                    rule.target_names.source, rule.target_names.id, rule.target_names.name,
                    providers});
  }
  return json;
}

Json TablesJson(const std::vector<ForeignTable>& tables) {
  Json json = Json::array();
  for (const ForeignTable& foreign : tables) {
    Json columns = Json::array();
    for (const ColumnInfo& c : foreign.table.columns)
      columns.push_back({c.name, c.type, c.required});
    json.push_back({foreign.table.name, columns});
  }
  return json;
}

Json GraphJson(const Model& model) {
  Json nodes = Json::array(), edges = Json::array(), properties = Json::array();
  for (const NodeRule& n : model.nodes)
    nodes.push_back({n.view, n.source, n.where, ColumnsJson(n.columns)});
  for (const EdgeRule& e : model.edges)
    edges.push_back({e.view, EdgeKindName(e.kind), e.source, e.where, ColumnsJson(e.columns)});
  for (const PropertyRule& p : model.properties)
    properties.push_back(
        {p.name, p.source, p.where, p.id, p.kind, ColumnsJson(p.columns), p.stored});
  return {{"edges", edges}, {"nodes", nodes}, {"properties", properties}};
}

}  // namespace

Model CatalogueModel() {
  Model model;
  model.sources = {kEvidenceSources.begin(), kEvidenceSources.end()};
  model.entities = ToVector(EntityRules());
  for (const auto views :
       {GraphViewRules(), EvidenceViewRules(), SymtableViewRules(), QualityViewRules()}) {
    model.views.insert(model.views.end(), views.begin(), views.end());
  }
  model.nodes = ToVector(NodeRules());
  model.edges = ToVector(EdgeRules());
  for (const RelationRule& rule : RelationRules())
    model.relations.push_back({rule, ToVector(rule.providers)});
  model.properties = ToVector(PropertyRules());
  model.confidence = {kConfidenceRows.begin(), kConfidenceRows.end()};
  return model;
}

const ForeignTable* Model::FindForeign(std::string_view name) const {
  const auto at = std::ranges::find(tables, name, [](const auto& t) { return t.table.name; });
  return at == tables.end() ? nullptr : &*at;
}

const TableInfo* Model::FindTable(std::string_view name) const {
  if (const ForeignTable* foreign = FindForeign(name)) return &foreign->table;
  return codeanatomy::FindTable(name);
}

const EvidenceSource* Model::FindSource(std::string_view name) const {
  const auto at = std::ranges::find(sources, name, &EvidenceSource::name);
  return at == sources.end() ? nullptr : &*at;
}

Relation* Model::FindRelation(std::string_view name) {
  const auto at = std::ranges::find(relations, name, [](const auto& r) { return r.rule.name; });
  return at == relations.end() ? nullptr : &*at;
}

std::string_view Model::PlaceOf(std::string_view declaration) const {
  const auto at = declared_at.find(declaration);
  return at == declared_at.end() ? std::string_view{} : std::string_view(at->second);
}

std::string ModelFingerprint(const Model& model) {
  Json json = GraphJson(model);
  json["views"] = ViewsJson(model.views);
  json["relations"] = RelationsJson(model.relations);
  json["tables"] = TablesJson(model.tables);
  for (const EntityRule& e : model.entities) {
    Json keys = Json::array();
    for (const ForeignKeyRule& k : e.foreign_keys)
      keys.push_back({k.column, k.entity, k.guard_null_if});
    json["entities"].push_back({e.name, e.source, e.view, e.id_column, e.span_start, e.span_end,
                                e.text_columns, e.name_space, e.graph_kind, keys});
  }
  for (const EvidenceSource& s : model.sources)
    json["sources"].push_back({s.name, s.bit, s.rank, s.is_strong});
  for (const ConfidenceRow& c : model.confidence) {
    json["confidence"].push_back({c.relation, c.method, c.tier, c.none, c.support, c.weak_dissent,
                                  c.strong_dissent, c.calibrated});
  }
  for (const ColumnOverride& c : model.column_classes)
    json["columns"].push_back({c.table, c.column, c.column_class});
  return Hex(Sha256::Of(json.dump()));
}

}  // namespace codeanatomy::semantics
