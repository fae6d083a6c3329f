#include "engine/plan/plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/plan/sorted_parts.h"
#include "engine/plan/sorted_runs.h"
#include "engine/render/duckdb_sql.h"
#include "engine/render/session_views.h"
#include "engine/render/sorted_select.h"
#include "expr/expr_text.h"

namespace codeanatomy::engine {
namespace {

using spec::Spec;

expr::Expr FromText(std::string_view text) {
  auto parsed = expr::ParseExprText(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *std::move(parsed);
}

std::vector<spec::ComputedColumn> Computed(
    const std::vector<std::pair<std::string, std::string>>& columns) {
  std::vector<spec::ComputedColumn> computed;
  computed.reserve(columns.size());
  for (const auto& [name, text] : columns) computed.push_back({name, FromText(text)});
  return computed;
}

spec::ViewDefinition View(std::string name, spec::Transform transform,
                          std::vector<std::string> reads = {}, std::string kind = "projection") {
  return {std::move(name), std::move(kind), std::move(reads), std::move(transform), {}};
}

/// Two edge sources over ast_nodes, an edge output, a session relation over it.
Spec Example() {
  Spec spec;
  spec.input_relations.push_back({"ast_nodes", "evidence/ast_nodes", false, {}, {}});
  spec.view_definitions.push_back(
      View("calls_only", spec::Filter{"ast_nodes", FromText("eq(kind, 'Call')")}));
  spec.view_definitions.push_back(View("argument",
                                       spec::Project{"calls_only",
                                                     {},
                                                     Computed({{"kind", "'ARGUMENT'"},
                                                               {"src", "parent_id"},
                                                               {"dst", "node_id"},
                                                               {"ordinal", "ordinal"}})},
                                       {"calls_only"}));
  spec.view_definitions.push_back(View("condition", spec::Project{"ast_nodes",
                                                                  {},
                                                                  Computed({{"kind", "'CONDITION'"},
                                                                            {"src", "parent_id"},
                                                                            {"dst", "node_id"},
                                                                            {"label", "slot"}})}));
  spec.view_definitions.push_back(
      View("cpg_edges", spec::CpgEmit{spec::CpgOutputKind::kEdges, {"argument", "condition"}},
           {"argument", "condition"}));
  spec.view_definitions.push_back(
      View("cpg_edges_full", spec::CpgEmit{spec::CpgOutputKind::kEdges, {"cpg_edges"}, true},
           {"cpg_edges"}, "export"));
  spec::OutputTarget output;
  output.table_name = output.source_view = "cpg_edges";
  spec.output_targets.push_back(output);
  return spec;
}

std::string QuotedScan(std::string_view name) { return "\"" + std::string(name) + "\""; }

TEST_CASE("views get their schema, readers and place") {
  const auto plan = MakePlan(Example());
  REQUIRE(plan.has_value());
  CHECK(plan->FindView("argument")->fan_out == 1);
  CHECK(plan->FindView("cpg_edges")->placement == Placement::kOutput);
  CHECK_FALSE(plan->FindView("cpg_edges_full")->is_needed);
  CHECK(plan->FindView("cpg_edges_full")->relation.schema.Find("edge_id")->type ==
        expr::Type(expr::TypeKind::kInt64));
  CHECK(plan->outputs[0].order ==
        std::vector<std::string>{"kind", "src", "dst", "label", "ordinal"});
}

TEST_CASE("an output splits by the literals of its leading column and sorts only what varies") {
  const auto plan = MakePlan(Example());
  REQUIRE(plan.has_value());
  const auto parts =
      SplitSorted(Expand(plan->FindView("cpg_edges")->relation, *plan, {}), plan->outputs[0].order);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].value == "ARGUMENT");
  CHECK(parts[1].value == "CONDITION");
  const auto select =
      RenderSorted(parts[1].relation, plan->outputs[0].schema, plan->outputs[0].order, QuotedScan);
  CHECK(select.constants.contains("kind"));
  CHECK(select.constants.contains("ordinal"));
  CHECK(select.sql.find(
            "ORDER BY \"src\" ASC NULLS LAST, \"dst\" ASC NULLS LAST, \"label\" ASC NULLS LAST)") !=
        std::string::npos);
  CHECK(
      select.sql.starts_with("SELECT 'CONDITION' AS \"kind\", \"src\", \"dst\", \"label\", CAST("));
}

/// What a relation reads first, row by row.
std::string DriverName(const Relation& relation) {
  const Relation* at = &relation;
  while (!at->inputs.empty()) at = &at->inputs[0];
  return at->name;
}

TEST_CASE("an output is one run per file of the input that drives it") {
  Relation nodes;
  nodes.name = "nodes";
  Relation names;
  names.name = "names";
  Relation joined;
  joined.op = RelationOp::kJoin;
  joined.join_type = spec::JoinType::kLeft;
  joined.inputs = {nodes, names};
  Relation filtered;
  filtered.op = RelationOp::kFilter;
  filtered.inputs = {nodes};
  Relation grouped;
  grouped.op = RelationOp::kAggregate;
  grouped.inputs = {nodes};
  Relation all;
  all.op = RelationOp::kUnion;
  all.inputs = {joined, filtered, grouped, names};
  const auto two_files = [](std::string_view scan) -> size_t { return scan == "nodes" ? 2 : 1; };

  const std::vector<Relation> runs = SplitRuns(all, two_files);
  REQUIRE(runs.size() == 3);
  for (size_t file = 0; file < 2; ++file) {
    REQUIRE(runs[file].inputs.size() == 2);  // the filtered branch goes with the other
    CHECK(DriverName(runs[file].inputs[0]) == FilePart("nodes", file));
    CHECK(runs[file].inputs[0].inputs[1].name == "names");
    CHECK(DriverName(runs[file].inputs[1]) == FilePart("nodes", file));
  }
  REQUIRE(runs[2].inputs.size() == 2);  // an aggregate needs all rows
  CHECK(runs[2].inputs[0].op == RelationOp::kAggregate);
  CHECK(DriverName(runs[2].inputs[0]) == "nodes");

  const std::vector<Relation> filter_alone = SplitRuns(filtered, two_files);
  REQUIRE(filter_alone.size() == 1);
  CHECK(DriverName(filter_alone[0]) == "nodes");
  const std::vector<Relation> one_file = SplitRuns(all, [](std::string_view) { return size_t{1}; });
  CHECK(one_file.size() == 1);
}

TEST_CASE("session relations read the stored table under another name") {
  const auto views = RenderSessionViews(Example());
  REQUIRE(views.has_value());
  REQUIRE(views->contains("cpg_edges"));
  CHECK(views->at("cpg_edges").dependencies == std::vector<std::string>{"stored_cpg_edges"});
  CHECK(views->at("cpg_edges")
            .sql.find("hash64(\"kind\", \"src\", \"dst\", \"label\", \"ordinal\")") !=
        std::string::npos);
}

TEST_CASE("expressions render with quoted names and escaped literals") {
  const expr::Schema schema{{{"a\"b", expr::TypeKind::kInt64},
                             {"f", expr::TypeKind::kFloat64},
                             {"t", expr::TypeKind::kUtf8}}};
  const std::pair<expr::Expr, std::string_view> cases[] = {
      {expr::Column("a\"b"), "\"a\"\"b\""},
      {expr::Text("it's"), "'it''s'"},
      {FromText("in(t, 'x', 'y')"), "(\"t\" IN ('x', 'y'))"},
      {FromText("and(true, false, is_null(t))"), "(true AND false AND (\"t\" IS NULL))"},
      {FromText("cast(f, 'Int64')"), "CAST(trunc(\"f\") AS BIGINT)"},
      {FromText("case(eq(t, 'x'), 1, 2)"),
       "CASE WHEN (\"t\" = 'x') THEN CAST(1 AS BIGINT) ELSE CAST(2 AS BIGINT) END"},
      {FromText("struct('k', t)"), "struct_pack(\"k\" := \"t\")"},
      {FromText("null('List<Struct<a:Int32>>')"), "CAST(NULL AS STRUCT(\"a\" INTEGER)[])"},
  };
  for (const auto& [expr, sql] : cases) CHECK(RenderDuckdb(expr, schema) == sql);
}

TEST_CASE("a spec that does not fit is refused before anything runs") {
  struct Case {
    std::string_view what;
    std::function<void(Spec&)> change;
    ErrorCode code;
    std::string_view message;
  };
  const auto set = [](size_t view, const spec::Transform& transform) {
    return [view, transform](Spec& spec) { spec.view_definitions[view].transform = transform; };
  };
  const Case cases[] = {
      {"duplicate view", [](Spec& s) { s.view_definitions.push_back(s.view_definitions[0]); },
       ErrorCode::kInvalidPlan, "two relations of one name"},
      {"unknown source", set(0, spec::Filter{"nosuch", FromText("true")}), ErrorCode::kInvalidPlan,
       "unknown source nosuch"},
      {"unknown input", [](Spec& s) { s.input_relations[0].logical_name = "nosuch"; },
       ErrorCode::kUnknownSchema, ""},
      {"unknown dependency", [](Spec& s) { s.view_definitions[0].view_dependencies = {"nosuch"}; },
       ErrorCode::kInvalidPlan, "unknown dependency nosuch"},
      {"undeclared dependency", [](Spec& s) { s.view_definitions[1].view_dependencies.clear(); },
       ErrorCode::kInvalidPlan, "view_dependencies"},
      {"cycle",
       [](Spec& s) {
         s.view_definitions[0].transform = spec::Filter{"argument", FromText("true")};
         s.view_definitions[0].view_dependencies = {"argument"};
       },
       ErrorCode::kInvalidPlan, "read each other"},
      {"unknown column", set(0, spec::Filter{"ast_nodes", FromText("eq(nosuch, 1)")}),
       ErrorCode::kExpressionTypeError,
       "unknown column nosuch at $.view_definitions[0].transform.predicate.args[0]"},
      {"predicate type", set(0, spec::Filter{"ast_nodes", FromText("bstart")}),
       ErrorCode::kExpressionTypeError, "must be Boolean"},
      {"join without keys", set(2, spec::Relate{"ast_nodes", "ast_nodes"}), ErrorCode::kInvalidPlan,
       "without keys"},
      {"join keys of different types",
       set(2, spec::Relate{"ast_nodes", "ast_nodes", spec::JoinType::kInner, {{"kind", "bstart"}}}),
       ErrorCode::kExpressionTypeError, "no common type"},
      {"unknown source_view", [](Spec& s) { s.output_targets[0].source_view = "nosuch"; },
       ErrorCode::kInvalidPlan, "unknown source_view"},
      {"unknown output column", [](Spec& s) { s.output_targets[0].columns = {"kind", "nosuch"}; },
       ErrorCode::kOutputContractViolation, "no column nosuch"},
      {"contract",
       [](Spec& s) { s.view_definitions[0].output_columns["bstart"] = expr::TypeKind::kUtf8; },
       ErrorCode::kOutputContractViolation, "contract"},
      {"aggregate function",
       set(2, spec::Aggregate{"ast_nodes", {"kind"}, {{"name", "median", "m", {}}}}),
       ErrorCode::kExpressionTypeError, "no aggregate median"},
      {"log of a view", set(2, spec::Metadata{"calls_only"}), ErrorCode::kInvalidPlan,
       "only they have a log"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    Spec spec = Example();
    test.change(spec);
    const auto plan = MakePlan(spec);
    REQUIRE_FALSE(plan.has_value());
    CAPTURE(plan.error().ToString());
    CHECK(plan.error().code() == test.code);
    CHECK(plan.error().ToString().find(test.message) != std::string::npos);
  }
}

/// Views v0, v1, …, each made by `over` of the one before.
Spec Chain(size_t length, const std::function<spec::Transform(std::string)>& over) {
  Spec spec;
  spec.input_relations.push_back({"ast_nodes", "evidence/ast_nodes", false, {}, {}});
  for (size_t i = 0; i < length; ++i) {
    const std::string below = i == 0 ? "ast_nodes" : fmt::format("v{}", i - 1);
    spec.view_definitions.push_back(
        View(fmt::format("v{}", i), over(below),
             i == 0 ? std::vector<std::string>{} : std::vector<std::string>{below}));
  }
  spec::OutputTarget output;
  output.table_name = "chain";
  output.source_view = fmt::format("v{}", length - 1);
  output.columns = {"kind"};
  spec.output_targets.push_back(output);
  return spec;
}

TEST_CASE("chains of views are followed to a limit and refused beyond, at any length") {
  const auto filter = [](const std::string& below) {
    return spec::Filter{below, FromText("eq(kind, 'Call')")};
  };
  const auto twice = [](const std::string& below) {
    return spec::Union{{below, below}, {}, false};
  };
  const auto nest = [](const std::string& below) {
    return spec::Nest{below, {"kind"}, {below == "ast_nodes" ? "name" : "x"}, {}, "x"};
  };
  const auto longest = MakePlan(Chain(kMaxViewDepth, filter));
  REQUIRE_MESSAGE(longest.has_value(), longest.error().ToString());
  const Relation whole = Expand(longest->views.back().relation, *longest, {});
  CHECK(RenderDuckdb(whole, QuotedScan).size() > 100 * kMaxViewDepth);
  struct Case {
    Spec spec;
    std::string_view message;
  };
  const Case cases[] = {{Chain(kMaxViewDepth + 1, filter), "deeper than 100"},
                        {Chain(2'000, filter), "deeper than 100"},
                        {Chain(90, twice), "more than 10000 scans"},
                        {Chain(20, nest), "type is nested deeper than 16"}};
  for (const Case& test : cases) {
    const auto plan = MakePlan(test.spec);
    REQUIRE_FALSE(plan.has_value());
    CHECK(plan.error().code() == ErrorCode::kInvalidPlan);
    CHECK_MESSAGE(plan.error().message().find(test.message) != std::string::npos,
                  plan.error().ToString());
  }
}

TEST_CASE("required columns of an edge source are found missing by name") {
  Spec spec = Example();
  spec.view_definitions[3].transform = spec::CpgEmit{spec::CpgOutputKind::kEdges, {"calls_only"}};
  spec.view_definitions[3].view_dependencies = {"calls_only"};
  const auto plan = MakePlan(spec);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().code() == ErrorCode::kOutputContractViolation);
  CHECK(plan.error().message().find("needs a column src") != std::string::npos);
}

}  // namespace
}  // namespace codeanatomy::engine
