// MaintenanceReport: what became of one operation of a spec's maintenance on one table.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "catalog/maintenance.h"

namespace codeanatomy::engine {

struct MaintenanceReport {
  std::string table;
  MaintenanceOperation operation;
  bool success = false;
  std::string message;  // what was done, or why not
  MaintenanceReason reason = MaintenanceReason::kRequested;
};

/// [{"table_name", "operation", "success", "message"}].
nlohmann::ordered_json MaintenanceReportsJson(const std::vector<MaintenanceReport>& reports);

}  // namespace codeanatomy::engine
