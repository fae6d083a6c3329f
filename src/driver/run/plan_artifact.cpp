#include "driver/run/plan_artifact.h"

#include <nlohmann/json.hpp>

namespace codeanatomy::driver {

std::string PlanArtifactJson(const engine::ExecutionReport& report) {
  using Json = nlohmann::json;
  Json passes = Json::array();
  for (const engine::PassTrace& pass : report.rules.passes) {
    passes.push_back({{"pass_id", pass.pass_id},
                      {"phase", kEngineRuleKindNames[static_cast<size_t>(pass.kind)]},
                      {"rule_name", pass.rule},
                      {"before_digest", pass.before},
                      {"after_digest", pass.after},
                      {"plan_changed", pass.before != pass.after},
                      {"rewrites", pass.rewrites}});
  }
  const engine::Envelope& envelope = report.envelope;
  Json registrations = Json::array();
  for (const std::string& entry : envelope.registrations)
    registrations.push_back(Json::parse(entry));
  const Json document = {
      {"p0", report.rules.p0},
      {"p1", report.rules.p1},
      {"passes", std::move(passes)},
      {"rulepack_fingerprint", report.rulepack_fingerprint},
      {"envelope_hash", report.envelope_hash},
      {"envelope",
       {{"engine_version", envelope.engine_version},
        {"program_version", envelope.program_version},
        {"content_settings", Json::parse(envelope.content_settings, nullptr, false)},
        {"table_registrations", std::move(registrations)},
        {"registered_functions", envelope.functions},
        {"spec_hash", envelope.spec_hash},
        {"planning_surface_hash", envelope.planning_surface_hash},
        {"provider_identity_hash", envelope.provider_identity_hash}}},
      {"portable_schema_version", 1},
      {"plan", Json::parse(report.portable_plan, nullptr, false)}};
  return document.dump(1) + "\n";
}

}  // namespace codeanatomy::driver
