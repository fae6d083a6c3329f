// Warnings of a run: what went on although something was not as it should be. Declared once; the
// response, the manifest and the line for people are made from these records. Facts about analysed
// code are diagnostics, what ends a run is an error.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

/// What the run was doing.
enum class WarningStage : uint8_t {
  kPreflight,
  kCompilation,
  kPlanBundle,
  kCompliance,
  kMaterialization,
  kMaintenance,
};
inline constexpr std::string_view kWarningStageNames[] = {
    "preflight", "compilation", "plan_bundle", "compliance", "materialization", "maintenance"};

enum class WarningCode : uint8_t {
  kExtensionNotRegistered,
  kSemanticValidationWarning,
  kDeltaCompatibilityDrift,
  kCostModelStatsFallback,
  kPushdownContractViolation,
  kPlanBundleRuntimeCaptureFailed,
  kPlanBundleArtifactBuildFailed,
  kOptionalSqlCaptureFailed,
  kComplianceExplainCaptureFailed,
  kCompliancePushdownProbeFailed,
  kCompliancePushdownProbeSkipped,
  kComplianceOptimizerLabFailed,
  kComplianceSerializationFailed,
  kMaintenanceFailed,
  kTracingFlushFailed,
};

struct WarningInfo {
  WarningCode code;
  std::string_view name;  // stable, matched on by programs
  WarningStage stage;
  bool is_raised;  // false: the part that will raise it is not there yet
  std::string_view meaning;
};

inline constexpr auto kWarnings = std::to_array<WarningInfo>({
    {WarningCode::kExtensionNotRegistered, "extension_not_registered", WarningStage::kPreflight,
     true,
     "a plugin registered a function or a relation that its manifest does not name, and the spec "
     "has extension_governance_mode warn_on_unregistered"},
    {WarningCode::kSemanticValidationWarning, "semantic_validation_warning",
     WarningStage::kPreflight, true,
     "a view compares numbers of two types (ImplicitTypeCoercion) or projects more than 64 "
     "columns (BroadProjection)"},
    {WarningCode::kDeltaCompatibilityDrift, "delta_compatibility_drift", WarningStage::kPreflight,
     true, "a view joins or unites inputs whose tables ask for different Delta readers or writers"},
    {WarningCode::kCostModelStatsFallback, "cost_model_stats_fallback", WarningStage::kCompilation,
     true, "nothing is known of rows: the schedule is topological, without slack or critical path"},
    {WarningCode::kPushdownContractViolation, "pushdown_contract_violation",
     WarningStage::kCompilation, true, "a predicate was lost or judged twice on its way to a scan"},
    {WarningCode::kPlanBundleRuntimeCaptureFailed, "plan_bundle_runtime_capture_failed",
     WarningStage::kPlanBundle, true,
     "settings.json or capabilities.json of the run bundle could not be written"},
    {WarningCode::kPlanBundleArtifactBuildFailed, "plan_bundle_artifact_build_failed",
     WarningStage::kPlanBundle, true,
     "plan.json, policy.json or decisions.json of the run bundle could not be written"},
    {WarningCode::kOptionalSqlCaptureFailed, "optional_sql_capture_failed",
     WarningStage::kPlanBundle, true, "statements.sql of the run bundle could not be written"},
    {WarningCode::kComplianceExplainCaptureFailed, "compliance_explain_capture_failed",
     WarningStage::kCompliance, true, "the engine does not explain a statement that it executes"},
    {WarningCode::kCompliancePushdownProbeFailed, "compliance_pushdown_probe_failed",
     WarningStage::kCompliance, true,
     "the engine does not tell where the filters of a statement are"},
    {WarningCode::kCompliancePushdownProbeSkipped, "compliance_pushdown_probe_skipped",
     WarningStage::kCompliance, false, "a view has no predicate to follow"},
    {WarningCode::kComplianceOptimizerLabFailed, "compliance_optimizer_lab_failed",
     WarningStage::kCompliance, false, "the plan's digests after each rule are missing"},
    {WarningCode::kComplianceSerializationFailed, "compliance_serialization_failed",
     WarningStage::kCompliance, true, "compliance.json of the run bundle could not be written"},
    {WarningCode::kMaintenanceFailed, "maintenance_failed", WarningStage::kMaintenance, true,
     "an operation of a spec's `maintenance` failed; its table is published"},
    {WarningCode::kTracingFlushFailed, "tracing_flush_failed", WarningStage::kMaterialization, true,
     "spans of the run were not sent, or not taken by the collector"},
});

constexpr const WarningInfo& InfoOf(WarningCode code) {
  return kWarnings[static_cast<size_t>(code)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kWarnings.size(); ++i) {
        if (static_cast<size_t>(kWarnings[i].code) != i) return false;
        for (size_t j = 0; j < i; ++j) {
          if (kWarnings[j].name == kWarnings[i].name) return false;
        }
      }
      return true;
    }(),
    "records stand in the order of the enumeration, names are unique");

}  // namespace codeanatomy
