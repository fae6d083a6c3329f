// Introspection: what a session has, as lists that name it. Queries without effects; what counts as
// the default is told by the caller. Table functions, capabilities, envelope and SQL policy ask
// here and read no table of the catalogue by themselves.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/extension/plugin_library.h"
#include "engine/session/feature_gates.h"
#include "engine/session/profile.h"

namespace codeanatomy::engine {

struct SettingState {
  std::string name, value;
  std::string_view source;  // "default": equal to that of `defaults`; "given"
  bool plans = false;       // whether it decides how statements are planned
};
/// Sorted by name.
std::vector<SettingState> DescribeSettings(const Settings& settings, const Settings& defaults);

struct FeatureState {
  std::string_view name;
  bool is_on = false, is_default = false;
  std::string_view meaning;
};
/// In the catalogue's order.
std::vector<FeatureState> DescribeFeatures(const FeatureGates& gates, const FeatureGates& defaults);

/// Names of the catalogue's functions and of the plugins', sorted.
std::vector<std::string> RegisteredFunctions(std::span<const ExtensionDescriptor> extensions);

/// Names of the planners whose gate is on, in the catalogue's order.
std::vector<std::string_view> RegisteredPlanners(const FeatureGates& gates);

/// Settings of the engine that change the rows of a statement or how it is planned, sorted.
std::span<const std::string_view> PlanningSettings();
bool IsPlanningSetting(std::string_view name);

}  // namespace codeanatomy::engine
