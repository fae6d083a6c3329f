#include "engine/execute/supported.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

/// Members that must have their default, and who will serve them.
constexpr std::pair<std::string_view, std::string_view> kNotExecuted[] = {
    {"/runtime/enable_tracing", "spans of every run stand in its run bundle; nothing is exported"},
    {"/runtime/enable_rule_tracing", "passes of the rules stand in every plan.json"},
    {"/runtime/enable_plan_preview", "plans are shown by `codeanatomy plan`"},
    {"/runtime/tracing_preset", "spans of every run stand in its run bundle; nothing is exported"},
    {"/runtime/tracing", "spans of every run stand in its run bundle; nothing is exported"},
};

/// The members above as JSON, of a spec or of the defaults.
Json OptionalPart(const spec::Spec& spec) {
  spec::Spec part;
  part.runtime = spec.runtime;
  return Json::parse(spec::CanonicalJson(part));
}

std::string JsonPath(std::string_view pointer) {
  std::string path = "$";
  for (const char c : pointer) path += c == '/' ? '.' : c;
  return path;
}

/// What /runtime/tracing differs in, as far down as objects go.
std::string FirstDifference(std::string pointer, const Json& given, const Json& plain) {
  const Json* from = &given;
  const Json* to = &plain;
  while (from->is_object() && to->is_object()) {
    auto different = from->begin();
    while (different != from->end() && to->contains(different.key()) &&
           *different == to->at(different.key())) {
      ++different;
    }
    if (different == from->end()) break;
    pointer += '/';
    pointer += different.key();
    if (!to->contains(different.key())) break;
    to = &to->at(different.key());
    from = &*different;
  }
  return pointer;
}

}  // namespace

Result<void> CheckSupported(const spec::Spec& spec) {
  const Json given = OptionalPart(spec), defaults = OptionalPart({});
  for (const auto& [member, instead] : kNotExecuted) {
    const Json::json_pointer pointer{std::string(member)};
    if (!given.contains(pointer)) continue;
    if (given.at(pointer) == defaults.at(pointer)) continue;
    const std::string path =
        JsonPath(FirstDifference(std::string(member), given.at(pointer), defaults.at(pointer)));
    return Error(ErrorCode::kInvalidPlan, fmt::format("{} is not executed", path), path,
                 std::string(instead));
  }
  if (spec.runtime.tuner_mode == spec::TunerMode::kApply) {
    return Error(ErrorCode::kInvalidPlan, "tuner_mode Apply is not executed",
                 "$.runtime.tuner_mode",
                 "Observe gives hints, and runtime_profile is where they are followed");
  }
  return {};
}

}  // namespace codeanatomy::engine
