#include "engine/plan/lineage.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/plan/lineage_report.h"

namespace codeanatomy::engine {

TEST_CASE("a report prints a lineage as it is given, and needs no plan") {
  Lineage lineage;
  lineage.scans.push_back({.dataset = "calls", .columns = {"b", "a"}});
  lineage.scans[0].filters.push_back(expr::Call("eq", {expr::Column("a"), expr::Text("x")}));
  lineage.required_columns = {{"calls", {"a", "b"}}, {"never_scanned", {}}};
  lineage.joins.push_back({.join_type = "Inner", .keys = {{"a", "c"}}});
  lineage.functions = {"eq"};
  lineage.windows = 2;
  const auto report = nlohmann::json::parse(LineageJson(lineage, "v"));
  CHECK_EQ(report["view"], "v");
  CHECK_EQ(report["scans"][0]["projected_columns"], nlohmann::json({"a", "b"}));
  CHECK_EQ(report["scans"][0]["pushed_filters"][0]["fn"], "eq");
  CHECK_EQ(report["referenced_tables"], nlohmann::json({"calls", "never_scanned"}));
  CHECK_EQ(report["joins"][0]["keys"][0], nlohmann::json({"a", "c"}));
  CHECK_EQ(report["functions"], nlohmann::json({"eq"}));
  CHECK_EQ(report["aggregations"], nlohmann::json::array());
  CHECK_EQ(report["window_functions"], 2);
}

TEST_CASE("the references of a plan are those of its needed views and of the outputs' filters") {
  Plan plan;
  plan.inputs["calls"].fields = {{"a", expr::TypeKind::kUtf8}};
  PlannedView view{.name = "kept", .is_needed = true};
  view.relation.op = RelationOp::kFilter;
  view.relation.schema = plan.inputs["calls"];
  view.relation.predicates = {expr::Call("starts_with", {expr::Column("a"), expr::Text("x")})};
  Relation scan;
  scan.name = "calls";
  scan.schema = plan.inputs["calls"];
  view.relation.inputs.push_back(scan);
  PlannedView reader{.name = "reader", .is_needed = true};
  reader.relation = scan;
  reader.relation.name = "kept";
  PlannedView unread = view;
  unread.name = "unread";
  unread.is_needed = false;
  unread.relation.predicates = {expr::Call("ends_with", {expr::Column("a"), expr::Text("x")})};
  plan.views = {view, reader, unread};
  PlannedOutput output;
  output.filters = {expr::Call("eq", {expr::Column("a"), expr::Text("y")})};
  plan.outputs = {output};
  const PlanReferences references = ReferencesOf(plan);
  CHECK_EQ(references.tables, std::set<std::string>{"calls"});
  CHECK_EQ(references.functions, std::set<std::string>{"eq", "starts_with"});
}

}  // namespace codeanatomy::engine
