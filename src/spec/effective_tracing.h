// EffectiveTracing: what a run is to record, of the three ways in which a spec may say it.
#pragma once

#include "spec/runtime_config.h"

namespace codeanatomy::spec {

/// Rows of each output that `enable_plan_preview` and the preset Maximal show.
inline constexpr int64_t kPreviewRows = 5;

/// In this order, each over the one before:
///   1. `tracing_preset`; without one nothing is recorded. All presets record metrics and storage
///      operations; Maximal and MaximalNoData every rule with the difference of plans, Maximal a
///      preview too; ProductionLean the phases of the rules.
///   2. `tracing`, where it differs from the default, takes the preset's place as a whole.
///   3. `enable_tracing`, `enable_rule_tracing` (each rule) and `enable_plan_preview` (five rows)
///      raise what they name and switch recording on; they lower nothing.
/// Cost  constant.
TracingConfig EffectiveTracing(const RuntimeConfig& runtime);

}  // namespace codeanatomy::spec
