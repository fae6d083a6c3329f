// RulePack: the rules that a spec switches on, in the order in which they run, and what they did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/observe.h"
#include "base/result.h"
#include "catalog/engine_rule.h"
#include "engine/plan/plan.h"
#include "engine/plan/portable.h"
#include "spec/runtime_config.h"

namespace codeanatomy::engine {

struct Rule {
  const EngineRuleInfo* info = nullptr;
  std::string params = "{}";  // canonical JSON
};

struct RulePack {
  std::vector<Rule> rules;  // analyzers, optimizers, physical; overlay priorities within a kind
  /// SHA-256 over kind, name and parameters of each rule, length-prefixed, and the confidence
  /// table: two packs of one fingerprint make the same plan of a spec and the same confidence of an
  /// edge.
  std::string fingerprint;
  bool explain_per_rule = false;
};

/// Which intents are active is the profile's: Default all but class Safety, LowLatency
/// SemanticIntegrity and Safety, Strict and Replay all. The overlay adds intents, excludes rules by
/// name and orders them (lower first, unlisted last by name).
/// Errors InvalidPlan: an intent that no rule answers to, an overlay naming an unknown rule.
Result<RulePack> MakeRulePack(const spec::Spec& spec);

struct PassTrace {
  std::string pass_id, rule;  // "logical:step2"
  EngineRuleKind kind = EngineRuleKind::kAnalyzer;
  std::string before, after;  // plan digests
  size_t rewrites = 0;        // expressions that changed
};

struct RuleReport {
  std::vector<PassTrace> passes;
  std::string p0, p1;  // digests of the plan as compiled and after the rules
  PlanText plan;       // of the latter
  /// How many tasks may run side by side; nothing: as many as the session has threads.
  std::optional<int64_t> width;
};

inline constexpr int64_t kOptimizerMaxPasses = 3;

/// Who is told of the passes while they run (rule_spans.h).
struct RuleObserver {
  EventSink* sink = nullptr;  // may be null
  uint64_t parent = 0;        // span
  spec::RuleTracing mode = spec::RuleTracing::kDisabled;
  bool plan_diff = false;
};

/// Runs the pack over the plan: optimizers until nothing changes, at most `max_passes` times. Rows
/// of the plan stay the same. Errors those of the rules, which are fatal:
///   ExpressionTypeError  semantic_integrity
///   InvalidPlan          safety and strict_safety, naming function and view; parameters of the
///                        physical rules that are no positive numbers
Result<RuleReport> ApplyRules(const RulePack& pack, Plan& plan, int64_t threads,
                              int64_t max_passes = kOptimizerMaxPasses,
                              const RuleObserver& observer = {});

}  // namespace codeanatomy::engine
