#include "engine/execute/maintenance_report.h"

#include <nlohmann/json.hpp>

namespace codeanatomy::engine {

nlohmann::ordered_json MaintenanceReportsJson(const std::vector<MaintenanceReport>& reports) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const MaintenanceReport& report : reports) {
    rows.push_back({{"table_name", report.table},
                    {"operation", InfoOf(report.operation).name},
                    {"success", report.success},
                    {"message", report.message}});
  }
  return rows;
}

}  // namespace codeanatomy::engine
