#include "engine/decision/execution_policy.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "engine/session/capabilities.h"
#include "expr/json_reader.h"
#include "spec/spec_describe.h"

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

/// "view calls" is about calls, "plan" and "calls_here reads ast_nodes" about themselves.
std::string SubjectOf(const std::string& context) {
  for (const std::string_view kind : {"view ", "output "}) {
    if (context.starts_with(kind)) return context.substr(kind.size());
  }
  return context;
}

Json DecisionJson(const DecisionRecord& decision) {
  Json json{{"value", decision.value}, {"confidence", decision.confidence}};
  if (!decision.fallback_reason.empty()) json["fallback_reason"] = decision.fallback_reason;
  return json;
}

Json DiagnosticsFlags(const spec::RuntimeConfig& runtime) {
  return {{"compliance_capture", runtime.compliance_capture},
          {"capture_optimizer_lab", runtime.capture_optimizer_lab},
          {"enable_tracing", runtime.enable_tracing},
          {"enable_rule_tracing", runtime.enable_rule_tracing},
          {"enable_plan_preview", runtime.enable_plan_preview}};
}

/// Adds the SHA-256 of what the document holds so far.
Json WithFingerprint(Json document, const char* member) {
  document[member] = Hex(Sha256::Of(expr::CanonicalText(document)));
  return document;
}

}  // namespace

Json ExecutionPolicy(const PolicySource& source) {
  Json policy = Json::object(), confidence = Json::object(), materialization = Json::object();
  for (const DecisionDomainInfo& domain : kDecisionDomains)
    policy[std::string(domain.policy_member)] = Json::object();
  for (const DecisionRecord& decision : source.decisions) {
    const std::string subject = SubjectOf(decision.context_label);
    policy[std::string(InfoOf(decision.domain).policy_member)][subject][decision.type] =
        DecisionJson(decision);
    if (!decision.context_label.starts_with("view ")) continue;
    Json& least = confidence[subject];
    if (least.is_null() || least.get<double>() > decision.confidence) least = decision.confidence;
  }
  const auto& modes = expr::EnumNames<spec::MaterializationMode>::names;
  for (const spec::OutputTarget& output : source.spec.output_targets)
    materialization[output.table_name] = modes[static_cast<size_t>(output.materialization_mode)];
  policy["inference_confidence_by_view"] = std::move(confidence);
  policy["materialization_by_table"] = std::move(materialization);
  policy["diagnostics_flags"] = DiagnosticsFlags(source.spec.runtime);
  policy["validation_mode"] = "strict";
  policy["planning_surface_hash"] = source.envelope.planning_surface_hash;
  policy["provider_identity_hash"] = source.envelope.provider_identity_hash;
  policy["rulepack_fingerprint"] = source.envelope.rulepack_fingerprint;
  return WithFingerprint(std::move(policy), "policy_fingerprint");
}

Json ExecutionPackage(const PackageSource& source) {
  return WithFingerprint({{"spec_hash", source.spec_hash},
                          {"manifest_hash", source.envelope_hash},
                          {"policy_artifact_hash", source.policy_fingerprint},
                          {"capability_snapshot_hash", Hex(Sha256::Of(source.capabilities_json))},
                          {"plan_bundle_fingerprints", Json::array({source.plan_identity})},
                          {"session_config_hash", SettingsHash(source.settings)}},
                         "package_fingerprint");
}

}  // namespace codeanatomy::engine
