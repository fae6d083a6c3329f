#include "engine/execute/temporary_views.h"

#include <random>

#include <doctest/doctest.h>

#include "engine/execute/execution_steps.h"
#include "engine/plan/test_plans.h"

namespace codeanatomy::engine {
namespace {

/// base → ranked → edges (stored) → by_dst (stored); ranked → report (stored).
Plan SmallPlan() {
  Plan plan;
  plan.views.push_back(TestView("base", {}, Placement::kTemporary));
  plan.views.push_back(TestView("ranked", {"base"}, Placement::kTemporary));
  plan.views.push_back(TestView("edges", {"ranked"}, Placement::kOutput));
  plan.views.push_back(TestView("by_dst", {"edges"}, Placement::kOutput));
  plan.views.push_back(TestView("report", {"ranked"}, Placement::kOutput));
  for (const char* view : {"edges", "by_dst", "report"})
    plan.outputs.push_back(TestOutput("table_" + std::string(view), view));
  return plan;
}

std::set<std::string_view> ReadOf(const Plan& plan, const std::set<size_t>& done,
                                  const std::set<std::string_view>& there,
                                  const std::set<std::string_view>& written) {
  std::set<const PlannedOutput*> outputs;
  for (const size_t i : done) outputs.insert(&plan.outputs[i]);
  WrittenParts parts;
  for (const std::string_view view : written) parts[std::string(view)];
  return TemporariesRead(plan, outputs, there, parts);
}

TEST_CASE("a temporary view is read until the last that reads it is there") {
  using Names = std::set<std::string_view>;
  const Plan plan = SmallPlan();
  CHECK(ReadOf(plan, {}, {"base"}, {}) == Names{"base"});
  CHECK(ReadOf(plan, {}, {"base", "ranked"}, {}) == Names{"ranked"});
  CHECK(ReadOf(plan, {0}, {"ranked"}, {"edges"}) == Names{"ranked"});  // the report
  CHECK(ReadOf(plan, {0, 2}, {"ranked"}, {"edges", "report"}).empty());
  // An output without rows has no files: who reads its view computes it again.
  CHECK(ReadOf(plan, {0, 2}, {"ranked"}, {}) == Names{"ranked"});
  CHECK(ReadOf(plan, {0, 1, 2}, {"ranked"}, {}).empty());
}

/// Whatever the plan: outputs written in their order find every temporary view they read, if views
/// go as soon as nothing is said to read them.
TEST_CASE("nothing is given back that is read later") {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Plan plan = RandomTestPlan(3 + random() % 12, random);
    std::set<std::string_view> there;
    WrittenParts written;
    std::set<const PlannedOutput*> done;
    // What a view reads when it is computed must be there.
    const auto check_reads = [&](const PlannedView& reader) {
      std::vector<std::string_view> open(reader.dependencies.begin(), reader.dependencies.end());
      while (!open.empty()) {
        const std::string_view name = open.back();
        open.pop_back();
        const PlannedView& view = *plan.FindView(name);
        if (written.contains(std::string(name))) continue;
        if (view.placement == Placement::kTemporary) {
          CHECK(there.contains(name));
          continue;
        }
        open.insert(open.end(), view.dependencies.begin(), view.dependencies.end());
      }
    };
    const auto drop = [&] {
      const auto read = TemporariesRead(plan, done, there, written);
      std::erase_if(there, [&](std::string_view view) { return !read.contains(view); });
    };
    RowCounts counts;
    for (const PlannedOutput& output : plan.outputs) {
      if (round % 2 == 0) counts[output.target.table_name] = static_cast<int64_t>(random() % 9999);
    }
    const std::vector<ExecutionStep> steps = MakeSteps(plan, MakeSchedule(plan, counts));
    // Any order in which steps become ready will do.
    std::vector<size_t> waits, ready;
    for (size_t i = 0; i < steps.size(); ++i) {
      waits.push_back(steps[i].waits_for);
      if (waits[i] == 0) ready.push_back(i);
    }
    size_t ran = 0;
    while (!ready.empty()) {
      std::swap(ready[random() % ready.size()], ready.back());
      const ExecutionStep& step = steps[ready.back()];
      ready.pop_back();
      ++ran;
      check_reads(*step.view);
      if (step.output == nullptr) {
        there.insert(step.view->name);
      } else {
        done.insert(step.output);
        if (random() % 4 != 0) written[step.view->name];  // or it had no rows
      }
      drop();
      for (const size_t reader : step.readers) {
        if (--waits[reader] == 0) ready.push_back(reader);
      }
    }
    CHECK(ran == steps.size());
    CHECK(there.empty());
  }
}

}  // namespace
}  // namespace codeanatomy::engine
