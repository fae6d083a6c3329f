// TaskScheduleJson: a schedule for plans, run bundles and responses.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/schedule/task_graph.h"

namespace codeanatomy::engine {

/// {execution_order, critical_path, critical_path_length, stats_quality, task_costs,
/// bottom_level_costs, slack_by_task, rows}: docs/formats/spec.md. Slack is empty where nothing is
/// known of rows.
nlohmann::json TaskScheduleJson(const TaskSchedule& schedule);

}  // namespace codeanatomy::engine
