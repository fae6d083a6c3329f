#include "engine/schedule/schedule_json.h"

namespace codeanatomy::engine {

nlohmann::json TaskScheduleJson(const TaskSchedule& schedule) {
  using Json = nlohmann::json;
  Json order = Json::array(), costs = Json::object(), levels = Json::object(),
       slack = Json::object(), rows = Json::object();
  for (const Task& task : schedule.tasks) {
    order.push_back(task.name);
    costs[task.name] = task.cost;
    levels[task.name] = task.bottom_level;
    if (schedule.quality != StatsQuality::kUnknown) slack[task.name] = task.slack;
    if (task.rows) rows[task.name] = *task.rows;
  }
  return {{"execution_order", std::move(order)},
          {"critical_path", schedule.critical_path},
          {"critical_path_length", schedule.critical_path_length},
          {"stats_quality", kStatsQualityNames[static_cast<size_t>(schedule.quality)]},
          {"task_costs", std::move(costs)},
          {"bottom_level_costs", std::move(levels)},
          {"slack_by_task", std::move(slack)},
          {"rows", std::move(rows)}};
}

}  // namespace codeanatomy::engine
