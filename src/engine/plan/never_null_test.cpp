#include "engine/plan/never_null.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "spec/spec.h"

namespace codeanatomy::engine {
namespace {

/// Relations over ast_nodes, whose node_id is required and whose parent_id is not.
constexpr char kSpec[] = R"({"version":4,
 "input_relations":[{"logical_name":"ast_nodes","delta_location":"evidence/ast_nodes"},
                    {"logical_name":"brought","delta_location":"brought"}],
 "view_definitions":[VIEWS],
 "join_graph":{"edges":[],"constraints":[]},
 "output_targets":[{"table_name":"out","source_view":"made"}],
 "rule_intents":[],"rulepack_profile":"Default"})";

std::string View(std::string_view name, std::string_view dependencies, std::string_view transform) {
  return fmt::format(
      R"({{"name":"{}","view_kind":"made","view_dependencies":[{}],"transform":{},"output_schema":{{"columns":{{}}}}}})",
      name, dependencies, transform);
}

struct Planned {
  explicit Planned(const std::string& views) {
    std::string text = kSpec;
    text.replace(text.find("VIEWS"), 5, views);
    auto spec = spec::ParseSpec(text);
    REQUIRE(spec);
    foreign["brought"].fields = {{"node_id", expr::TypeKind::kInt64}};
    auto made = MakePlan(*spec, foreign);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().ToString()));
    plan = *std::move(made);
  }
  bool Holds(std::string_view view, std::string_view column) {
    NeverNull never_null(plan, foreign);
    return never_null.Holds(plan.FindView(view)->relation, column);
  }
  InputSchemas foreign;
  Plan plan;
};

std::string Join(std::string_view type) {
  return View(
      "made", "",
      fmt::format(
          R"({{"kind":"Relate","left":"ast_nodes","right":"ast_nodes","join_type":"{}",
          "join_keys":[{{"left_key":"node_id","right_key":"parent_id"}}],
          "computed":[{{"name":"a","expr":{{"col":"l.node_id"}}}},{{"name":"b","expr":{{"col":"l.parent_id"}}}}{}]}})",
          type,
          type == "Semi" || type == "Anti"
              ? ""
              : R"(,{"name":"c","expr":{"col":"r.node_id"}},{"name":"d","expr":{"col":"r.parent_id"}})"));
}

TEST_CASE("declarations, projections and conditions say what is never null") {
  Planned made(View("some", "", R"({"kind":"Filter","source":"ast_nodes",
          "predicate":{"fn":"not","args":[{"is_null":{"col":"parent_id"}}]}})") +
               "," +
               View("made", R"("some")",
                    R"({"kind":"Project","source":"some","columns":["node_id","parent_id","name"],
          "computed":[{"name":"one","expr":{"lit":1}},{"name":"none","expr":{"lit":null,"type":"Utf8"}},
                      {"name":"again","expr":{"col":"node_id"}},
                      {"name":"sum","expr":{"fn":"add","args":[{"col":"node_id"},{"lit":1}]}}]})"));
  for (const char* column : {"node_id", "parent_id", "one", "again"})
    CHECK(made.Holds("made", column));
  for (const char* column : {"name", "none", "sum", "absent"})
    CHECK_FALSE(made.Holds("made", column));
}

TEST_CASE("a join keeps it on the sides whose rows are all there") {
  struct Case {
    std::string_view type, columns;
  };
  // parent_id has no null on the right side of an inner join by it.
  for (const auto& [type, columns] : {Case{"Inner", "acd"}, Case{"Left", "a"}, Case{"Right", "c"},
                                      Case{"Full", ""}, Case{"Semi", "a"}, Case{"Anti", "a"}}) {
    Planned made(Join(type));
    for (const char column : std::string_view("abcd")) {
      INFO(type, " ", column);
      CHECK(made.Holds("made", std::string(1, column)) ==
            (columns.find(column) != std::string_view::npos));
    }
  }
}

TEST_CASE("of a union all, of foreign inputs nothing") {
  Planned made(
      View("brought_rows", "", R"({"kind":"Project","source":"brought","columns":["node_id"]})") +
      "," +
      View("own_rows", "", R"({"kind":"Project","source":"ast_nodes","columns":["node_id"]})") +
      "," +
      View(
          "both", R"("brought_rows","own_rows")",
          R"({"kind":"Union","sources":["own_rows","brought_rows"],"discriminator_column":"origin","distinct":false})") +
      "," +
      View("made", R"("both")",
           R"({"kind":"Aggregate","source":"both","group_by":["origin","node_id"],
          "aggregations":[{"column":"node_id","function":"max","alias":"most"}]})"));
  CHECK(made.Holds("own_rows", "node_id"));
  CHECK_FALSE(made.Holds("brought_rows", "node_id"));
  CHECK(made.Holds("both", "origin"));
  CHECK_FALSE(made.Holds("both", "node_id"));
  CHECK(made.Holds("made", "origin"));
  CHECK_FALSE(made.Holds("made", "most"));
}

}  // namespace
}  // namespace codeanatomy::engine
