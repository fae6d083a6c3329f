#include "engine/plan/placement.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

/// `small` and `large` join repo_files and ast_nodes with themselves; each is aggregated and ranked
/// for outputs, so a scan of either repeats the join.
spec::Spec TwoJoins() {
  std::string views, outputs;
  for (const auto& [name, input, key] : {std::tuple{"small", "repo_files", "file_id"},
                                         std::tuple{"large", "ast_nodes", "node_id"}}) {
    views += fmt::format(
        R"({{"name":"{0}","view_kind":"relate","view_dependencies":[],"output_schema":{{"columns":{{}}}},
  "transform":{{"kind":"Relate","left":"{1}","right":"{1}","join_type":"Inner",
    "join_keys":[{{"left_key":"{2}","right_key":"{2}"}}],
    "computed":[{{"name":"id","expr":{{"col":"l.{2}"}}}},{{"name":"other","expr":{{"col":"r.{2}"}}}}]}}}},
{{"name":"{0}_count","view_kind":"aggregate","view_dependencies":["{0}"],"output_schema":{{"columns":{{}}}},
  "transform":{{"kind":"Aggregate","source":"{0}","group_by":["id"],
    "aggregations":[{{"column":"other","function":"count","alias":"n"}}]}}}},
{{"name":"{0}_first","view_kind":"projection","view_dependencies":["{0}"],"output_schema":{{"columns":{{}}}},
  "transform":{{"kind":"Rank","source":"{0}","partition_by":["id"],"keep":1,
    "order_by":[{{"expr":{{"col":"other"}},"descending":false}}]}}}},)",
        name, input, key);
    outputs += fmt::format(
        R"({{"table_name":"{0}_count","source_view":"{0}_count"}},{{"table_name":"{0}_first","source_view":"{0}_first"}},)",
        name);
  }
  views.pop_back();
  outputs.pop_back();
  auto spec = spec::ParseSpec(fmt::format(
      R"({{"version":4,"input_relations":[{{"logical_name":"ast_nodes","delta_location":"evidence/ast_nodes"}},
{{"logical_name":"repo_files","delta_location":"evidence/repo_files"}}],"view_definitions":[{}],
"join_graph":{{"edges":[],"constraints":[]}},"output_targets":[{}],"rule_intents":[],"rulepack_profile":"Default",
"cache_policy":{{}}}})",
      views, outputs));
  REQUIRE_MESSAGE(spec.has_value(), spec.error().message());
  return *std::move(spec);
}

constexpr std::string_view kSmall = "small", kLarge = "large";

struct Placed {
  bool small, large;  // kept
  PlacementReason small_reason, large_reason;
};

Placed Place(const spec::Spec& spec, const KnownRows& known) {
  const auto plan = MakePlan(spec, {}, known);
  REQUIRE_MESSAGE(plan.has_value(), plan.error().message());
  const PlannedView &small = *plan->FindView(kSmall), &large = *plan->FindView(kLarge);
  return {small.placement == Placement::kTemporary, large.placement == Placement::kTemporary,
          small.reason, large.reason};
}

TEST_CASE("views of too few rows are part of their readers") {
  spec::Spec spec = TwoJoins();
  const KnownRows known{.tables = {{"repo_files", 10}, {"ast_nodes", 5000}}};
  spec.cache_policy->min_estimated_rows = 11;
  const Placed some = Place(spec, known);
  CHECK_FALSE(some.small);
  CHECK(some.small_reason == PlacementReason::kFewRows);
  CHECK(some.large);
  spec.cache_policy->min_estimated_rows = 10;
  CHECK(Place(spec, known).small);
  // Of what nothing is known, a thousand rows are assumed.
  spec.cache_policy->min_estimated_rows = kUnknownRows;
  CHECK(Place(spec, {}).small);
  spec.cache_policy->min_estimated_rows = kUnknownRows + 1;
  CHECK_FALSE(Place(spec, {}).large);
}

TEST_CASE("what saves most is kept until the budget is full") {
  spec::Spec spec = TwoJoins();
  const KnownRows known{.tables = {{"repo_files", 10}, {"ast_nodes", 5000}}};
  constexpr int64_t kRow = 16;  // two integers
  const auto with = [&](int64_t budget) {
    spec.cache_policy->cache_memory_budget = budget;
    return Place(spec, known);
  };
  CHECK(with(5010 * kRow).small);
  const Placed tight = with(5010 * kRow - 1);
  CHECK(tight.large);
  CHECK_FALSE(tight.small);
  CHECK(tight.small_reason == PlacementReason::kOverBudget);
  // What comes after one that does not fit is not kept either.
  const Placed full = with(5000 * kRow - 1);
  CHECK_FALSE(full.large);
  CHECK_FALSE(full.small);
  CHECK(full.large_reason == PlacementReason::kOverBudget);

  spec.cache_policy->overrides = {{std::string(kSmall), spec::CacheAction::kForceCache}};
  const Placed forced = with(5000 * kRow);
  CHECK(forced.small);
  CHECK_FALSE(forced.large);  // what is forced has its part of the budget
  CHECK(with(0).small);
  spec.cache_policy->overrides[0].action = spec::CacheAction::kNeverCache;
  const Placed excluded = with(5000 * kRow);
  CHECK_FALSE(excluded.small);
  CHECK(excluded.large);
}

TEST_CASE("past runs have a say where the policy asks for them") {
  spec::Spec spec = TwoJoins();
  const KnownRows known{.tables = {{"repo_files", 10}, {"ast_nodes", 5000}, {"large_count", 4000}},
                        .views = {{"large", 100}, {"small", 7000}}};
  spec.cache_policy->min_estimated_rows = 1000;
  CHECK(Place(spec, known).large);
  CHECK_FALSE(Place(spec, known).small);
  spec.cache_policy->use_historical_metrics = true;
  CHECK_FALSE(Place(spec, known).large);
  CHECK(Place(spec, known).small);

  const auto plan = MakePlan(spec, {}, known);
  REQUIRE(plan.has_value());
  const auto estimates = EstimateRows(*plan, known, true);
  CHECK(estimates.at("large_count").rows == 4000);  // as the output was counted
  CHECK(estimates.at("large_first").rows == 100);   // as many as what it reads
  CHECK(estimates.at("large_first").source == RowSource::kHistory);
  CHECK(EstimateRows(*plan, known, false).at("large_first").source == RowSource::kStatistics);
  CHECK(EstimateRows(*plan, {}, true).at("large_first").source == RowSource::kDefault);
}

TEST_CASE("a plan stays one whatever was counted") {
  // Each view joins the one before with itself: put in place, the last comes to 2^20 scans.
  spec::Spec spec = TwoJoins();
  std::string before = "large";
  for (int i = 0; i < 20; ++i) {
    spec::Relate join{before, before};
    join.join_keys = {{"id", "id"}};
    join.computed = {{"id", expr::Column("l.id")}, {"other", expr::Column("r.other")}};
    std::string name = fmt::format("chain{}", i);
    spec.view_definitions.push_back({name, "relate", {before}, std::move(join), {}});
    before = std::move(name);
  }
  spec.output_targets.push_back({.table_name = "chain", .source_view = before});
  spec.cache_policy->min_estimated_rows = 1'000'000;
  const Placed kept = Place(spec, {.tables = {{"ast_nodes", 10}}});
  CHECK(kept.large);
  spec.cache_policy->min_fanout = 100;
  CHECK_FALSE(MakePlan(spec).has_value());  // what the spec alone asks for is refused
}

TEST_CASE("bytes of a row follow from its types") {
  using enum expr::TypeKind;
  CHECK(EstimatedRowBytes({{{"a", kInt64}, {"b", kInt32}, {"c", kBoolean}}}) == 13);
  CHECK(EstimatedRowBytes({{{"a", kUtf8}, {"b", expr::Type::List(kUtf8)}}}) == 32 + 16 + 4 * 32);
}

}  // namespace
}  // namespace codeanatomy::engine
