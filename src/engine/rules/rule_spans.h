// RuleSpans: the passes of the rules as spans, as far as a run follows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/observe.h"
#include "engine/plan/portable.h"
#include "engine/rules/rule_pack.h"

namespace codeanatomy::engine {

/// A span per phase (`rules.optimizer` and so on), and under Full one per pass below it
/// (`rule simplify`), each with digests of the plan before and after. With `plan_diff` also what
/// changed, as a JSON Patch (RFC 6902) of the portable plan. Without a sink, or Disabled: nothing.
class RuleSpans {
 public:
  explicit RuleSpans(const RuleObserver& observer) : observer_(observer) {}

  /// `plan` is the plan before the rule.
  void Begin(const Rule& rule, const PlanText& plan);
  /// After the rule: what it did, and the plan as it is now.
  void End(const PassTrace& pass, const PlanText& plan);
  /// Instead of End: the rule refused the plan.
  void Fail(const Error& error);

 private:
  /// A span that is open, and what passed below it.
  class Followed {
   public:
    Followed(const RuleObserver& observer, const std::string& name, uint64_t parent,
             const PlanText& plan);
    ~Followed();
    void Add(const PassTrace& pass, const PlanText& plan);
    SpanScope& scope() { return scope_; }

   private:
    SpanScope scope_;
    const bool has_diff_;
    PlanText begin_, end_;        // where their difference is asked for
    std::string before_, after_;  // digests
    uint64_t rewrites_ = 0, passes_ = 0;
  };
  bool is_on() const {
    return observer_.sink != nullptr && observer_.mode != spec::RuleTracing::kDisabled;
  }

  const RuleObserver observer_;
  std::optional<EngineRuleKind> kind_;
  // The rule's span ends before that of its phase.
  std::optional<Followed> phase_, rule_;
};

}  // namespace codeanatomy::engine
