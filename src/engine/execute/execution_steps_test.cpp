#include "engine/execute/execution_steps.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "engine/plan/test_plans.h"

namespace codeanatomy::engine {
namespace {

std::string NameOf(const ExecutionStep& step) {
  return step.output == nullptr ? step.view->name : step.output->target.table_name;
}

std::vector<std::string> NamesOf(const std::vector<ExecutionStep>& steps) {
  std::vector<std::string> names;
  std::ranges::transform(steps, std::back_inserter(names), NameOf);
  return names;
}

/// base → shaped (inline) → edges → by_dst; nodes and summary beside them.
Plan SmallPlan() {
  Plan plan;
  plan.views.push_back(TestView("base", {}, Placement::kTemporary));
  plan.views.push_back(TestView("nodes", {}, Placement::kOutput));
  plan.views.push_back(TestView("shaped", {"base"}, Placement::kInline));
  plan.views.push_back(TestView("edges", {"shaped"}, Placement::kOutput));
  plan.views.push_back(TestView("by_dst", {"edges"}, Placement::kOutput));
  plan.views.push_back(TestView("summary", {"base", "nodes"}, Placement::kInline));
  for (const char* view : {"nodes", "edges", "by_dst", "summary"})
    plan.outputs.push_back(TestOutput(std::string("t_") + view, view));
  return plan;
}

TEST_CASE("what leads to the most work begins first, ties by name") {
  const Plan plan = SmallPlan();
  using Names = std::vector<std::string>;
  // base and nodes are both ready: the rows decide which of them is begun.
  RowCounts counts{{"t_nodes", 1000}, {"t_edges", 5000}, {"t_by_dst", 5000}, {"t_summary", 1000}};
  auto steps = MakeSteps(plan, MakeSchedule(plan, counts));
  CHECK(NamesOf(steps) == Names{"base", "t_edges", "t_by_dst", "t_nodes", "t_summary"});
  counts["t_nodes"] = 90'000;
  steps = MakeSteps(plan, MakeSchedule(plan, counts));
  CHECK(NamesOf(steps) == Names{"t_nodes", "base", "t_edges", "t_by_dst", "t_summary"});
  for (auto& [table, rows] : counts) rows = 10;
  steps = MakeSteps(plan, MakeSchedule(plan, counts));
  CHECK(NamesOf(steps)[0] == "base");
}

TEST_CASE("where nothing is known of rows the order is topological by name") {
  const Plan plan = SmallPlan();
  const TaskSchedule schedule = MakeSchedule(plan, {});
  CHECK(schedule.quality == StatsQuality::kUnknown);
  CHECK(NamesOf(MakeSteps(plan, schedule)) ==
        std::vector<std::string>{"base", "t_nodes", "t_edges", "t_by_dst", "t_summary"});
}

TEST_CASE("a step waits for the views and outputs that it reads, through inline views") {
  const Plan plan = SmallPlan();
  const auto steps = MakeSteps(plan, MakeSchedule(plan, {{"t_edges", 5000}}));
  const auto named = [&](std::string_view name) {
    return static_cast<size_t>(std::ranges::find(steps, name, NameOf) - steps.begin());
  };
  CHECK(steps[named("base")].readers.size() == 2);
  CHECK(steps[named("t_edges")].readers == std::vector<size_t>{named("t_by_dst")});
  CHECK(steps[named("t_summary")].waits_for == 2);
}

TEST_CASE("of two outputs with all rows of a view one is read back") {
  Plan plan;
  plan.views.push_back(TestView("rows", {}, Placement::kOutput));
  plan.views.push_back(TestView("reader", {"rows"}, Placement::kOutput));
  plan.outputs.push_back(TestOutput("some", "rows"));
  plan.outputs.push_back(TestOutput("all", "rows"));
  plan.outputs.push_back(TestOutput("again", "rows"));
  plan.outputs.push_back(TestOutput("read", "reader"));
  plan.outputs[0].target.columns = {"one"};
  CHECK(StoredOutput(plan, plan.views[0]) == &plan.outputs[1]);
  for (const ExecutionStep& step : MakeSteps(plan, MakeSchedule(plan, {})))
    CHECK(step.readers.size() == (step.output == &plan.outputs[1] ? 1 : 0));
}

/// Counts come from a file that anybody may have written.
TEST_CASE("whatever the counts, a step comes after those that it waits for") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    RowCounts counts;
    Plan plan = RandomTestPlan(2 + random() % 12, random);
    for (const PlannedOutput& output : plan.outputs) {
      const int64_t extremes[] = {INT64_MAX, INT64_MIN, -1, 0, 5000};
      if (random() % 2 == 0) counts[output.target.table_name] = extremes[random() % 5];
    }
    const auto steps = MakeSteps(plan, MakeSchedule(plan, counts));
    std::vector<size_t> waits;
    for (const ExecutionStep& step : steps) waits.push_back(step.waits_for);
    for (size_t i = 0; i < steps.size(); ++i) {
      CHECK(waits[i] == 0);
      for (const size_t reader : steps[i].readers) {
        CHECK(reader > i);
        --waits[reader];
      }
    }
  }
}

}  // namespace
}  // namespace codeanatomy::engine
