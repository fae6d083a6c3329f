#include "spec/effective_tracing.h"

namespace codeanatomy::spec {
namespace {

TracingConfig Preset(TracingPreset preset) {
  TracingConfig tracing;
  tracing.enabled = tracing.record_metrics = tracing.instrument_object_store = true;
  const bool is_lean = preset == TracingPreset::kProductionLean;
  tracing.rule_mode = is_lean ? RuleTracing::kPhaseOnly : RuleTracing::kFull;
  tracing.plan_diff = !is_lean;
  tracing.preview_limit = preset == TracingPreset::kMaximal ? kPreviewRows : 0;
  return tracing;
}

}  // namespace

TracingConfig EffectiveTracing(const RuntimeConfig& runtime) {
  TracingConfig tracing = runtime.tracing;
  if (runtime.tracing_preset && runtime.tracing == TracingConfig())
    tracing = Preset(*runtime.tracing_preset);
  tracing.enabled |=
      runtime.enable_tracing || runtime.enable_rule_tracing || runtime.enable_plan_preview;
  if (runtime.enable_rule_tracing && tracing.rule_mode == RuleTracing::kDisabled)
    tracing.rule_mode = RuleTracing::kFull;
  if (runtime.enable_plan_preview && tracing.preview_limit == 0)
    tracing.preview_limit = kPreviewRows;
  return tracing;
}

}  // namespace codeanatomy::spec
