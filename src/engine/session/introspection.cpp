#include "engine/session/introspection.h"

#include <algorithm>

#include "catalog/function.h"
#include "catalog/planner.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kPlanningSettings[] = {"TimeZone",
                                                  "default_collation",
                                                  "default_null_order",
                                                  "default_order",
                                                  "disabled_optimizers",
                                                  "ieee_floating_point_ops",
                                                  "integer_division",
                                                  "order_by_non_integer_literal",
                                                  "preserve_identifier_case",
                                                  "preserve_insertion_order"};

}  // namespace

std::vector<SettingState> DescribeSettings(const Settings& settings, const Settings& defaults) {
  std::vector<SettingState> states;
  for (const auto& [name, value] : settings) {
    const auto at = defaults.find(name);
    const bool is_default = at != defaults.end() && at->second == value;
    states.push_back({name, value, is_default ? "default" : "given", IsPlanningSetting(name)});
  }
  return states;
}

std::vector<FeatureState> DescribeFeatures(const FeatureGates& gates,
                                           const FeatureGates& defaults) {
  std::vector<FeatureState> states;
  for (size_t i = 0; i < kFeatureGates.size(); ++i) {
    const auto gate = static_cast<FeatureGate>(i);
    states.push_back({kFeatureGates[i].name, gates.is_on(gate),
                      gates.is_on(gate) == defaults.is_on(gate), kFeatureGates[i].meaning});
  }
  return states;
}

std::vector<std::string> RegisteredFunctions(std::span<const ExtensionDescriptor> extensions) {
  std::vector<std::string> names;
  for (const FunctionInfo& function : kFunctions) names.emplace_back(function.name);
  for (const ExtensionDescriptor& extension : extensions)
    names.insert(names.end(), extension.functions.begin(), extension.functions.end());
  std::ranges::sort(names);
  return names;
}

std::vector<std::string_view> RegisteredPlanners(const FeatureGates& gates) {
  std::vector<std::string_view> names;
  for (const PlannerInfo& planner : kPlanners) {
    if (gates.is_on(planner.gate)) names.push_back(planner.name);
  }
  return names;
}

std::span<const std::string_view> PlanningSettings() { return kPlanningSettings; }

bool IsPlanningSetting(std::string_view name) {
  return std::ranges::find(kPlanningSettings, name) != std::end(kPlanningSettings);
}

}  // namespace codeanatomy::engine
