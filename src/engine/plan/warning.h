// Warning: what a run tells beside its result (catalog/warning.h).
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "catalog/warning.h"

namespace codeanatomy::engine {

struct Warning {
  WarningCode code;
  std::string message;
  std::map<std::string, std::string> context;  // names and values, for programs
  auto operator<=>(const Warning&) const = default;
};

/// A failure that does not end the run. The context names its code and its subject.
Warning WarningOf(WarningCode code, const Error& failure);

/// `cost_model_stats_fallback: nothing is known of rows [stats_quality=Unknown]`.
std::string WarningText(const Warning& warning);
/// [{"code", "stage", "message", "context"}].
nlohmann::ordered_json WarningsJson(const std::vector<Warning>& warnings);

}  // namespace codeanatomy::engine
