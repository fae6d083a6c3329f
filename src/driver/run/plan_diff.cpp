#include "driver/run/plan_diff.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

/// Members of a plan bundle and where they stand in plan.json.
constexpr std::pair<std::string_view, std::string_view> kMembers[] = {
    {"engine_changed", "/envelope/engine_version"},
    {"optimizer_traces_changed", "/passes"},
    {"p0_changed", "/p0"},
    {"p1_changed", "/p1"},
    {"p2_changed", "/p2"},
    {"plan_identity_changed", "/plan_identity"},
    {"planning_surface_changed", "/envelope/planning_surface_hash"},
    {"portability_changed", "/portable_schema_version"},
    {"providers_changed", "/envelope/table_registrations"},
    {"pushdown_report_changed", "/pushdown_report"},
    {"referenced_tables_changed", "/referenced_tables"},
    {"replay_flags_changed", "/replay_flags"},
    {"required_functions_changed", "/required_functions"},
    {"rulepack_changed", "/rulepack_fingerprint"},
    {"schema_drift", "/schema_fingerprints"},
    {"settings_changed", "/envelope/content_settings"},
    {"spec_changed", "/envelope/spec_hash"},
};

bool IsNamedList(const Json& list, const char* name) {
  return list.is_array() && std::ranges::all_of(list, [&](const Json& entry) {
           return entry.is_object() && entry.contains(name) && entry[name].is_string();
         });
}

Result<Json> ReadPlan(const std::string& text, const char* which) {
  Json plan = Json::parse(text, nullptr, false);
  if (plan.is_object() && !plan.contains("p2")) plan["p2"] = nullptr;  // before it was taken down
  const bool complete =
      plan.is_object() &&
      std::ranges::all_of(kMembers,
                          [&](const auto& member) {
                            return plan.contains(Json::json_pointer(std::string(member.second)));
                          }) &&
      plan.contains("/plan/views"_json_pointer) && plan["plan"]["views"].is_object() &&
      IsNamedList(plan["plan"].value("outputs", Json::array()), "table") &&
      IsNamedList(plan["envelope"]["table_registrations"], "name");
  if (complete) return plan;
  return Error(ErrorCode::kInvalidArgument, "not the plan.json of a run bundle", which);
}

/// Names on either side whose values differ.
void Compare(std::string_view kind, const Json& before, const Json& after,
             std::vector<std::string>& summary) {
  for (const auto& [name, value] : before.items()) {
    const auto at = after.find(name);
    if (at == after.end()) summary.push_back(fmt::format("{} {}: removed", kind, name));
    if (at != after.end() && *at != value)
      summary.push_back(fmt::format("{} {}: changed", kind, name));
  }
  for (const auto& [name, value] : after.items()) {
    if (!before.contains(name)) summary.push_back(fmt::format("{} {}: added", kind, name));
  }
}

/// A list of objects as an object by one of their members.
Json ByName(const Json& list, const char* name) {
  Json object = Json::object();
  for (const Json& entry : list) object[entry.value(name, "")] = entry;
  return object;
}

}  // namespace

bool PlanDiff::is_equal() const {
  return std::ranges::none_of(members, [](const auto& member) { return member.second; });
}

std::string PlanDiff::ToJson() const {
  Json document = Json::object();
  for (const auto& [name, changed] : members) document[name] = changed;
  document["summary"] = summary;
  return document.dump(2) + "\n";
}

Result<PlanDiff> DiffPlans(const std::string& old_plan, const std::string& new_plan) {
  CA_ASSIGN_OR_RETURN(const Json before, ReadPlan(old_plan, "old"));
  CA_ASSIGN_OR_RETURN(const Json after, ReadPlan(new_plan, "new"));
  PlanDiff diff;
  for (const auto& [name, path] : kMembers) {
    const Json::json_pointer pointer{std::string(path)};
    const Json &old_member = before.at(pointer), &new_member = after.at(pointer);
    // What one of the runs did not take down is not compared.
    const bool is_known = !old_member.is_null() && !new_member.is_null();
    diff.members.emplace_back(name, is_known && old_member != new_member);
  }
  Compare("view", before["plan"]["views"], after["plan"]["views"], diff.summary);
  Compare("output", ByName(before["plan"].value("outputs", Json::array()), "table"),
          ByName(after["plan"].value("outputs", Json::array()), "table"), diff.summary);
  Compare("input", ByName(before["envelope"]["table_registrations"], "name"),
          ByName(after["envelope"]["table_registrations"], "name"), diff.summary);
  std::ranges::sort(diff.summary);
  return diff;
}

}  // namespace codeanatomy::driver
