#include "engine/plan/portable.h"

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

Json Tree(const Relation& r) {
  static constexpr std::string_view kJoins[] = {"Inner", "Left", "Right", "Full", "Semi", "Anti"};
  Json json = {{"op", kRelationOpNames[static_cast<size_t>(r.op)]}};
  for (const expr::Field& field : r.schema.fields)
    json["schema"].push_back({field.name, field.type.ToString()});
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

std::string PortableJson(const Relation& relation) { return expr::CanonicalText(Tree(relation)); }

std::string PortableJson(const Plan& plan) {
  Json views = Json::object(), outputs = Json::array();
  for (const PlannedView& view : plan.views) {
    if (view.is_needed) views[view.name] = Tree(view.relation);
  }
  for (const PlannedOutput& output : plan.outputs) {
    outputs.push_back({{"table", output.target.table_name},
                       {"view", output.target.source_view},
                       {"columns", output.target.columns},
                       {"filters", Exprs(output.filters)},
                       {"order", output.order}});
  }
  return expr::CanonicalText({{"schema_version", kPortableSchemaVersion},
                              {"views", std::move(views)},
                              {"outputs", std::move(outputs)}});
}

}  // namespace codeanatomy::engine
