// TaskGraph: what a plan does as tasks with costs, and the order in which they are worth beginning.
//
// A task is a scan of an input, a view, or an output. Its cost is base × max(rows / 1000, 1), base
// 2 for a scan and 1 for the others; rows come from the build before, where there is one. The
// bottom level of a task is its own cost and the largest bottom level of those that wait for it:
// what is begun last decides when all is done, so ready tasks begin by bottom level, ties by name
// (Graham 1969, list scheduling by critical path).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

enum class TaskKind : uint8_t { kScan, kView, kOutput };
inline constexpr std::string_view kTaskKindNames[] = {"scan", "view", "output"};

/// Where the row counts behind the costs are from: all counted, some carried over from what a view
/// reads, none.
enum class StatsQuality : uint8_t { kExact, kEstimated, kUnknown };
inline constexpr std::string_view kStatsQualityNames[] = {"Exact", "Estimated", "Unknown"};

struct Task {
  std::string name;  // of the relation; outputs: "table " and the name
  TaskKind kind = TaskKind::kView;
  std::vector<std::string> dependencies;  // sorted
  std::optional<int64_t> rows;
  double cost = 0, bottom_level = 0, slack = 0;
};

struct TaskSchedule {
  std::vector<Task> tasks;                 // in execution order
  std::vector<std::string> critical_path;  // empty where nothing is known of rows
  double critical_path_length = 0;
  StatsQuality quality = StatsQuality::kUnknown;

  const Task* Find(std::string_view name) const;
};

/// The tasks that outputs need; `counts` are rows of tables by name. Without any count the order is
/// topological by name, and slack and critical path are empty (warning cost_model_stats_fallback).
/// Deterministic; cost linear.
TaskSchedule MakeSchedule(const Plan& plan, const RowCounts& counts);

}  // namespace codeanatomy::engine
