#include "engine/plan/warning.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace codeanatomy::engine {

Warning WarningOf(WarningCode code, const Error& failure) {
  return {code,
          failure.ToString(),
          {{"error_code", std::string(GetErrorCodeInfo(failure.code()).name)},
           {"subject", failure.subject()}}};
}

std::string WarningText(const Warning& warning) {
  std::string text = fmt::format("{}: {}", InfoOf(warning.code).name, warning.message);
  std::string context;
  for (const auto& [name, value] : warning.context)
    context += fmt::format("{}{}={}", context.empty() ? "" : ", ", name, value);
  if (!context.empty()) text += fmt::format(" [{}]", context);
  return text;
}

nlohmann::ordered_json WarningsJson(const std::vector<Warning>& warnings) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Warning& warning : warnings) {
    const WarningInfo& info = InfoOf(warning.code);
    rows.push_back({{"code", info.name},
                    {"stage", kWarningStageNames[static_cast<size_t>(info.stage)]},
                    {"message", warning.message},
                    {"context", warning.context}});
  }
  return rows;
}

}  // namespace codeanatomy::engine
