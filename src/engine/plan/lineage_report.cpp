#include "engine/plan/lineage_report.h"

#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using expr::Json;

Json Exprs(const std::vector<expr::Expr>& exprs) {
  Json list = Json::array();
  for (const expr::Expr& one : exprs) list.push_back(expr::Write(one));
  return list;
}

}  // namespace

std::string LineageJson(const Lineage& lineage, std::string_view view) {
  Json scans = Json::array(), joins = Json::array();
  for (const LineageScan& scan : lineage.scans) {
    scans.push_back({{"dataset_name", scan.dataset},
                     {"projected_columns", scan.columns},
                     {"pushed_filters", Exprs(scan.filters)}});
  }
  for (const LineageJoin& join : lineage.joins) {
    Json keys = Json::array();
    for (const spec::JoinKey& key : join.keys) keys.push_back({key.left_key, key.right_key});
    joins.push_back({{"join_type", join.join_type},
                     {"keys", std::move(keys)},
                     {"predicates", Exprs(join.predicates)}});
  }
  const Json document{{"view", view},
                      {"scans", std::move(scans)},
                      {"required_columns_by_dataset", lineage.required_columns},
                      {"referenced_tables", lineage.referenced_tables()},
                      {"joins", std::move(joins)},
                      {"filters", Exprs(lineage.filters)},
                      {"functions", lineage.functions},
                      {"aggregations", lineage.aggregations},
                      {"window_functions", lineage.windows}};
  return document.dump(2) + "\n";
}

}  // namespace codeanatomy::engine
