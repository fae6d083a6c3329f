// MakeSteps: the tasks of a plan that become statements, in the order in which they are worth
// beginning.
//
// Of the schedule's tasks (schedule/task_graph.h) only some are executed by themselves: a view that
// is computed once, and an output with the inline views below it. A step has the bottom level of
// the first task that it does, so steps begin as the schedule says: what is ready, by bottom level,
// ties by name. A bottom level is larger than those of all that wait for it, so this is also an
// order in which the steps could run one after the other.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/schedule/task_graph.h"

namespace codeanatomy::engine {

struct ExecutionStep {
  const PlannedView* view = nullptr;
  const PlannedOutput* output = nullptr;  // null: the view becomes a temporary table
  std::vector<size_t> readers;            // steps that wait for this one, sorted
  size_t waits_for = 0;                   // how many steps this one waits for
};

/// The output from whose files those that read `view` take its rows: the first one that stores all
/// of them; null where there is none.
const PlannedOutput* StoredOutput(const Plan& plan, const PlannedView& view);

/// Each step after those that it waits for. Where nothing is known of rows the order is that of the
/// schedule, topological by name. Cost   linear in the plan, but for lookups by name.
std::vector<ExecutionStep> MakeSteps(const Plan& plan, const TaskSchedule& schedule);

}  // namespace codeanatomy::engine
