// DescribePlan: a plan for people and programs; nothing is executed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/decision/decision.h"
#include "engine/plan/plan.h"
#include "engine/plan/warning.h"
#include "engine/schedule/task_graph.h"

namespace codeanatomy::engine {

enum class PlanFormat : uint8_t { kText, kJson, kMermaid, kDot };
/// Errors InvalidArgument, naming the four.
Result<PlanFormat> ParsePlanFormat(std::string_view text);

struct DescribedPlan {
  const Plan& plan;
  const spec::Spec& spec;
  const TaskSchedule& schedule;
  const std::vector<Warning>& warnings;          // JSON only
  const std::vector<DecisionRecord>& decisions;  // likewise
};

/// Text: views in execution order with transform, place, readers, cost, slack and sources, then
/// outputs and the critical path. JSON: one object, see docs/formats/spec.md. Mermaid: `flowchart
/// LR`; DOT: `digraph execution_plan`: an arrow from each relation to its readers, tasks of the
/// critical path set off.
std::string DescribePlan(const DescribedPlan& described, PlanFormat format);

}  // namespace codeanatomy::engine
