// PlanDecisions: what was decided about a plan, as records.
#pragma once

#include <vector>

#include "engine/decision/decision.h"
#include "engine/execute/maintenance_report.h"
#include "engine/plan/plan.h"
#include "engine/scan/scan_pruner.h"
#include "engine/schedule/task_graph.h"

namespace codeanatomy::engine {

/// The cache policy of a view that rests on a rule of thumb, not on an output or the spec's word.
inline constexpr double kPlacementConfidence = 0.85;

struct DecidedPlan {
  const Plan& plan;
  const spec::Spec& spec;
  const TaskSchedule& schedule;
};

/// Of the views that outputs need: algorithm of each join, functions, contract and cache policy;
/// the schema of each output; the order of all. Each after those it rests on. Deterministic; cost
/// linear in the plan.
std::vector<DecisionRecord> PlanDecisions(const DecidedPlan& decided);

/// Adds how inputs are scanned, and what came of everything, of a plan that has run. `rows` are
/// those of the outputs, by table.
void AddOutcomes(const std::vector<ScanUnit>& scans, const RowCounts& rows,
                 std::vector<DecisionRecord>& decisions);

/// What became of the maintenance of outputs, and why.
void AddMaintenanceOutcomes(const std::vector<MaintenanceReport>& reports,
                            std::vector<DecisionRecord>& decisions);

}  // namespace codeanatomy::engine
