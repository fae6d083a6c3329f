#include "spec/effective_tracing.h"

#include <doctest/doctest.h>

namespace codeanatomy::spec {
namespace {

struct Expected {
  bool enabled = false, metrics = true, plan_diff = false, storage = false;
  RuleTracing rules = RuleTracing::kDisabled;
  int64_t preview = 0;
};

RuntimeConfig With(void (*change)(RuntimeConfig&)) {
  RuntimeConfig runtime;
  change(runtime);
  return runtime;
}

TEST_CASE("preset, object and flags in their order") {
  using enum RuleTracing;
  using enum TracingPreset;
  const struct {
    const char* name;
    RuntimeConfig runtime;
    Expected expected;
  } rows[] = {
      {"nothing", {}, {}},
      {"maximal",
       With([](RuntimeConfig& r) { r.tracing_preset = kMaximal; }),
       {true, true, true, true, kFull, 5}},
      {"without data",
       With([](RuntimeConfig& r) { r.tracing_preset = kMaximalNoData; }),
       {true, true, true, true, kFull, 0}},
      {"lean",
       With([](RuntimeConfig& r) { r.tracing_preset = kProductionLean; }),
       {true, true, false, true, kPhaseOnly, 0}},
      {"an object takes the preset's place",
       With([](RuntimeConfig& r) {
         r.tracing_preset = kMaximal;
         r.tracing.preview_limit = 3;
       }),
       {false, true, false, false, kDisabled, 3}},
      {"an object that is the default does not",
       With([](RuntimeConfig& r) {
         r.tracing_preset = kProductionLean;
         r.tracing = {};
       }),
       {true, true, false, true, kPhaseOnly, 0}},
      {"a map alone is an object too",
       With([](RuntimeConfig& r) {
         r.tracing_preset = kMaximal;
         r.tracing.custom_span_fields = {{"a", "b"}};
       }),
       {}},
      {"one of the policy as well",
       With([](RuntimeConfig& r) {
         r.tracing_preset = kMaximal;
         r.tracing.export_policy.bsp_max_queue_size = 1;
       }),
       {}},
      {"enable", With([](RuntimeConfig& r) { r.enable_tracing = true; }), {.enabled = true}},
      {"rules",
       With([](RuntimeConfig& r) { r.enable_rule_tracing = true; }),
       {.enabled = true, .rules = kFull}},
      {"preview",
       With([](RuntimeConfig& r) { r.enable_plan_preview = true; }),
       {.enabled = true, .preview = 5}},
      {"flags over a preset",
       With([](RuntimeConfig& r) {
         r.tracing_preset = kProductionLean;
         r.enable_rule_tracing = r.enable_plan_preview = true;
       }),
       {true, true, false, true, kPhaseOnly, 5}},
      {"flags lower nothing",
       With([](RuntimeConfig& r) {
         r.tracing.enabled = true;
         r.tracing.preview_limit = 9;
         r.tracing.rule_mode = kFull;
         r.enable_tracing = r.enable_rule_tracing = r.enable_plan_preview = true;
       }),
       {.enabled = true, .rules = kFull, .preview = 9}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TracingConfig tracing = EffectiveTracing(row.runtime);
    CHECK(tracing.enabled == row.expected.enabled);
    CHECK(tracing.record_metrics == row.expected.metrics);
    CHECK(tracing.plan_diff == row.expected.plan_diff);
    CHECK(tracing.instrument_object_store == row.expected.storage);
    CHECK(tracing.rule_mode == row.expected.rules);
    CHECK(tracing.preview_limit == row.expected.preview);
  }
}

}  // namespace
}  // namespace codeanatomy::spec
