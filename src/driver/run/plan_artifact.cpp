#include "driver/run/plan_artifact.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "catalog/engine_rule.h"
#include "engine/plan/portable.h"
#include "engine/schedule/schedule_json.h"
#include "expr/json_reader.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

bool IsVolatile(const std::set<std::string>& functions) {
  const auto named = [&](std::string_view name) { return functions.contains(std::string(name)); };
  return std::ranges::any_of(kRandomFunctions, named) ||
         std::ranges::any_of(kClockFunctions, named);
}

/// What the pushdown contract says of the plan; nothing of it is asked of the engine.
Json PushdownJson(const std::vector<engine::PushdownProbe>& probes) {
  Json rows = Json::array();
  size_t violations = 0;
  for (const engine::PushdownProbe& probe : probes) {
    violations += probe.assertion == engine::PushdownAssertion::kSatisfied ? 0 : 1;
    rows.push_back(
        {{"reader", probe.reader},
         {"dataset_name", probe.dataset},
         {"predicate", expr::Write(probe.predicate)},
         {"status", engine::kPushdownStatusNames[static_cast<size_t>(probe.status)]},
         {"residual", probe.residual},
         {"assertion", engine::kPushdownAssertionNames[static_cast<size_t>(probe.assertion)]}});
  }
  return {{"probes", std::move(rows)}, {"violations", violations}};
}

/// What `plan_identity` is the SHA-256 of.
Json IdentityPayload(const engine::ExecutionReport& report) {
  return {{"payload_version", kPlanIdentityPayloadVersion},
          {"plan", report.rules.p1},
          {"rulepack", report.rulepack_fingerprint},
          {"planning_surface", report.envelope.planning_surface_hash},
          {"providers", report.envelope.provider_identity_hash},
          {"required_functions", report.references.functions}};
}

}  // namespace

std::string PlanArtifactJson(const engine::ExecutionReport& report) {
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
  const engine::PlanReferences& named = report.references;
  const Json identity = IdentityPayload(report);
  const Json document = {
      {"p0", report.rules.p0},
      {"p1", report.rules.p1},
      {"p2", report.p2 ? Json(*report.p2) : Json()},
      {"passes", std::move(passes)},
      {"rulepack_fingerprint", report.rulepack_fingerprint},
      {"envelope_hash", report.envelope_hash},
      {"envelope",
       {{"engine_version", envelope.engine_version},
        {"program_version", envelope.program_version},
        {"content_settings", Json::parse(envelope.content_settings, nullptr, false)},
        {"table_registrations", registrations},
        {"registered_functions", envelope.functions},
        {"spec_hash", envelope.spec_hash},
        {"planning_surface_hash", envelope.planning_surface_hash},
        {"provider_identity_hash", envelope.provider_identity_hash}}},
      {"portable_schema_version", engine::kPortableSchemaVersion},
      {"referenced_tables", named.tables},
      {"required_functions", named.functions},
      {"schema_fingerprints", report.schema_fingerprints},
      {"replay_flags",
       {{"deterministic_inputs",
         std::ranges::all_of(
             registrations, [](const Json& one) { return one.value("content_digest", "") != ""; })},
        {"no_volatile_functions", !IsVolatile(named.functions)},
        {"deterministic_optimizer", true}}},
      {"pushdown_report", PushdownJson(report.pushdown)},
      {"scans", Json::parse(engine::ScanUnitsJson(report.scans, "", false))},
      {"task_schedule", engine::TaskScheduleJson(report.schedule)},
      {"plan_identity_payload", identity},
      {"plan_identity", Hex(Sha256::Of(expr::CanonicalText(identity)))}};
  // The plan is most of the document and text already: it stands last, as it is.
  std::string text = document.dump(1);
  text.resize(text.size() - std::string_view("\n}").size());
  return text + ",\n \"plan\": " + report.rules.plan.Lines() + "\n}\n";
}

std::string PolicyArtifactJson(const engine::ExecutionReport& report,
                               const engine::PolicySource& source, const engine::Settings& settings,
                               const std::string& capabilities_json,
                               const std::vector<std::string>& knobs) {
  Json policy = engine::ExecutionPolicy(source);
  Json package = engine::ExecutionPackage(
      {.spec_hash = report.spec_hash,
       .envelope_hash = report.envelope_hash,
       .plan_identity = Hex(Sha256::Of(expr::CanonicalText(IdentityPayload(report)))),
       .policy_fingerprint = policy["policy_fingerprint"].get<std::string>(),
       .capabilities_json = capabilities_json,
       .settings = settings,
       .knobs = knobs});
  const Json document{{"execution_policy", std::move(policy)},
                      {"execution_package", std::move(package)}};
  return document.dump(1) + "\n";
}

}  // namespace codeanatomy::driver
