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

/// A member by view or by dataset names those; elsewhere outputs stand beside views, and contexts
/// are kept whole.
std::string SubjectOf(std::string_view member, const std::string& context) {
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"_by_view", "view "}, {"_by_dataset", "output "}};
  for (const auto& [suffix, kind] : kKinds) {
    if (member.ends_with(suffix) && context.starts_with(kind)) return context.substr(kind.size());
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
    const std::string_view member = InfoOf(decision.domain).policy_member;
    policy[std::string(member)][SubjectOf(member, decision.context_label)][decision.type] =
        DecisionJson(decision);
    if (!decision.context_label.starts_with("view ")) continue;
    Json& least = confidence[SubjectOf("inference_confidence_by_view", decision.context_label)];
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
  return WithFingerprint(
      {{"spec_hash", source.spec_hash},
       {"manifest_hash", source.envelope_hash},
       {"policy_artifact_hash", source.policy_fingerprint},
       {"capability_snapshot_hash", Hex(Sha256::Of(source.capabilities_json))},
       {"plan_bundle_fingerprints", Json::array({source.plan_identity})},
       {"session_config_hash",
        Hex(Sha256::Of(expr::CanonicalText(
            {{"settings", SettingsHash(source.settings)}, {"knobs", source.knobs}})))}},
      "package_fingerprint");
}

}  // namespace codeanatomy::engine
