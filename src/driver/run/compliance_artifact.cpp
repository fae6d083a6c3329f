#include "driver/run/compliance_artifact.h"

#include <cstdlib>
#include <map>

#include <nlohmann/json.hpp>

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && std::string_view(value) == "1";
}

Json RuleImpact(const engine::RuleReport& rules) {
  std::map<std::string, std::pair<size_t, size_t>> impact;  // plans touched, rewrites
  for (const engine::PassTrace& pass : rules.passes) {
    auto& [touched, rewrites] = impact[pass.rule];
    touched += pass.before != pass.after ? 1 : 0;
    rewrites += pass.rewrites;
  }
  Json rows = Json::array();
  for (const auto& [rule, counts] : impact) {
    rows.push_back({{"rule_name", rule},
                    {"plans_touched", counts.first},
                    {"rewrites_applied", counts.second}});
  }
  return rows;
}

}  // namespace

bool WantsExplain() {
  return IsSet("CODEANATOMY_ENABLE_ENGINE_EXPLAIN") ||
         IsSet("CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE");
}

std::string ComplianceJson(const engine::ExecutionReport& report, const spec::Spec& spec,
                           const engine::Settings& settings) {
  if (report.explains.empty() && !spec.runtime.capture_optimizer_lab) return {};
  Json explains = Json::array(), lab = Json::array(), rules = Json::array();
  for (const engine::ExplainTrace& trace : report.explains) {
    explains.push_back({{"table_name", trace.table},
                        {"part", trace.part},
                        {"plan_type", "physical_plan"},
                        {"plan_text", trace.text}});
  }
  size_t ordinal = 0;
  for (const engine::PassTrace& pass : report.rules.passes) {
    rules.push_back(pass.rule);
    if (spec.runtime.capture_optimizer_lab)
      lab.push_back(
          {{"ordinal", ordinal++}, {"rule_name", pass.rule}, {"plan_digest", pass.after}});
  }
  Json config = Json::object();
  for (const auto& [name, value] : settings) config[name] = value;
  const Json document{
      {"explain_traces", std::move(explains)},
      {"rule_impact", RuleImpact(report.rules)},
      {"lab_traces", std::move(lab)},
      {"config_snapshot", std::move(config)},
      {"rulepack_snapshot",
       {{"fingerprint", report.rulepack_fingerprint}, {"passes", std::move(rules)}}},
      {"retention", {{"class", "Short"}, {"days", 7}}}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace codeanatomy::driver
