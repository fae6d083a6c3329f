// Plans for tests: views by name and what they read, without relations.
#pragma once

#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

inline PlannedView TestView(std::string name, std::vector<std::string> dependencies,
                            Placement placement) {
  PlannedView view;
  view.name = std::move(name);
  view.dependencies = std::move(dependencies);
  view.is_needed = true;
  view.placement = placement;
  return view;
}

inline PlannedOutput TestOutput(std::string table, std::string view) {
  PlannedOutput output;
  output.target.table_name = std::move(table);
  output.target.source_view = std::move(view);
  return output;
}

/// `count` views v0, v1, … of any placement, each of which reads about a third of those before it;
/// the stored ones have an output table_v… each.
template <typename Random>
Plan RandomTestPlan(size_t count, Random& random) {
  Plan plan;
  for (size_t i = 0; i < count; ++i) {
    std::set<std::string> reads;
    for (size_t j = 0; j < i; ++j) {
      if (random() % 3 == 0) reads.insert("v" + std::to_string(j));
    }
    plan.views.push_back(TestView("v" + std::to_string(i), {reads.begin(), reads.end()},
                                  static_cast<Placement>(random() % 3)));
  }
  for (const PlannedView& view : plan.views) {
    if (view.placement == Placement::kOutput)
      plan.outputs.push_back(TestOutput("table_" + view.name, view.name));
  }
  return plan;
}

}  // namespace codeanatomy::engine
