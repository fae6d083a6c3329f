// What a plan is worth telling of although it can run: found before anything does.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/plan/warning.h"
#include "engine/schedule/task_graph.h"

namespace codeanatomy::engine {

/// A projection of more columns is broad.
inline constexpr size_t kBroadProjection = 64;

/// semantic_validation_warning of the views that outputs need, by view: keys and operands of
/// comparisons that are numbers of two types (literals adapt and are not told of), and projections
/// that are broad. Cost linear in the plan.
std::vector<Warning> SemanticWarnings(const Plan& plan);

/// What the table of an input asks of its readers and writers.
struct TableProtocol {
  int32_t min_reader = 1, min_writer = 2;
  bool operator==(const TableProtocol&) const = default;
};
using TableProtocols = std::map<std::string, TableProtocol, std::less<>>;

/// delta_compatibility_drift of the views that join or unite inputs, directly or through other
/// views, whose protocols differ; of a chain of views the first one. Inputs without an entry are
/// not judged. Tables whose columns are mapped are refused where they are opened.
std::vector<Warning> CompatibilityWarnings(const Plan& plan, const TableProtocols& protocols);

/// cost_model_stats_fallback where the schedule goes by nothing.
std::vector<Warning> ScheduleWarnings(const TaskSchedule& schedule);

}  // namespace codeanatomy::engine
