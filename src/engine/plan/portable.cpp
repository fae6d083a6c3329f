#include "engine/plan/portable.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using expr::Json;

Json Exprs(const std::vector<expr::Expr>& exprs) {
  Json array = Json::array();
  for (const expr::Expr& e : exprs) array.push_back(expr::Write(e));
  return array;
}

Json Keys(const std::vector<spec::SortKey>& keys) {
  Json array = Json::array();
  for (const spec::SortKey& key : keys)
    array.push_back({{"expr", expr::Write(key.expr)}, {"descending", key.descending}});
  return array;
}

Json Columns(const expr::Schema& schema) {
  Json array = Json::array();
  for (const expr::Field& field : schema.fields)
    array.push_back({field.name, field.type.ToString()});
  return array;
}

Json Tree(const Relation& r) {
  static constexpr std::string_view kJoins[] = {"Inner", "Left", "Right", "Full", "Semi", "Anti"};
  Json json = {{"op", kRelationOpNames[static_cast<size_t>(r.op)]}};
  if (!r.schema.fields.empty()) json["schema"] = Columns(r.schema);
  if (!r.name.empty()) json["name"] = r.name;
  for (const NamedExpr& column : r.columns)
    json["columns"].push_back({{"name", column.name}, {"expr", expr::Write(column.expr)}});
  if (!r.predicates.empty()) json["predicates"] = Exprs(r.predicates);
  if (r.op == RelationOp::kJoin) json["join_type"] = kJoins[static_cast<size_t>(r.join_type)];
  for (const spec::JoinKey& key : r.join_keys)
    json["join_keys"].push_back({key.left_key, key.right_key});
  if (!r.group_by.empty()) json["group_by"] = r.group_by;
  if (!r.names.empty()) json["names"] = r.names;
  for (const spec::Aggregation& a : r.aggregations) {
    json["aggregations"].push_back({{"column", a.column},
                                    {"function", a.function},
                                    {"alias", a.alias},
                                    {"order_by", Keys(a.order_by)}});
  }
  if (!r.order_by.empty()) json["order_by"] = Keys(r.order_by);
  for (const spec::UnpivotColumn& pair : r.pairs) json["pairs"].push_back({pair.column, pair.key});
  if (!r.value_name.empty()) json["value_name"] = r.value_name;
  if (!r.key_name.empty()) json["key_name"] = r.key_name;
  if (r.keep != 0) json["keep"] = r.keep;
  if (r.keep_empty) json["keep_empty"] = true;
  for (const Relation& input : r.inputs) json["inputs"].push_back(Tree(input));
  return json;
}

}  // namespace

PlanText::PlanText(const Plan& plan) {
  for (const PlannedView& view : plan.views) Update(view);
  for (const PlannedOutput& output : plan.outputs) {
    outputs_.push_back(expr::CanonicalText({{"table", output.target.table_name},
                                            {"view", output.target.source_view},
                                            {"columns", output.target.columns},
                                            {"filters", Exprs(output.filters)},
                                            {"order", output.order}}));
  }
}

void PlanText::Update(const PlannedView& view) {
  if (view.is_needed) views_[view.name] = expr::CanonicalText(Tree(view.relation));
}

std::string PlanText::Canonical() const { return Join(""); }

std::string PlanText::Lines() const { return Join("\n"); }

std::string PlanText::Join(std::string_view line_end) const {
  std::vector<std::string> views;
  for (const auto& [name, text] : views_)
    views.push_back(fmt::format("{}:{}", expr::CanonicalText(name), text));
  const std::string between = fmt::format(",{}", line_end);
  return fmt::format("{{\"outputs\":[{0}{1}],{0}\"schema_version\":{2},\"views\":{{{0}{3}}}}}",
                     line_end, fmt::join(outputs_, between), kPortableSchemaVersion,
                     fmt::join(views, between));
}

std::map<std::string, std::string> SchemaFingerprints(const Plan& plan) {
  std::map<std::string, std::string> fingerprints;
  for (const PlannedOutput& output : plan.outputs) {
    const auto view = std::ranges::find(plan.views, output.target.source_view, &PlannedView::name);
    if (view == plan.views.end()) continue;
    fingerprints[output.target.table_name] =
        Hex(Sha256::Of(expr::CanonicalText(Columns(view->relation.schema))));
  }
  return fingerprints;
}

}  // namespace codeanatomy::engine
