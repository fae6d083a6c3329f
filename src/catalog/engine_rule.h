// EngineRuleInfo: the rules that a spec's intents switch on, declared once.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

/// What a rule does to a plan: judge it, rewrite it, shape how it is run. Rules run in this order.
enum class EngineRuleKind : uint8_t { kAnalyzer, kOptimizer, kPhysical };
inline constexpr std::string_view kEngineRuleKindNames[] = {"analyzer", "optimizer", "physical"};

struct EngineRuleInfo {
  std::string_view name;
  EngineRuleKind kind = EngineRuleKind::kAnalyzer;
  std::string_view intent, intent_class;  // that switches it on; empty: always on
  std::string_view meaning;
};

inline constexpr auto kEngineRules = std::to_array<EngineRuleInfo>({
    {"semantic_integrity", EngineRuleKind::kAnalyzer, "semantic_integrity", "SemanticIntegrity",
     "every expression type-checks against what it reads, also after rewriting"},
    {"safety_rule", EngineRuleKind::kAnalyzer, "safety", "Safety",
     "no random numbers or identifiers"},
    {"strict_safety_rule", EngineRuleKind::kAnalyzer, "strict_safety", "Safety",
     "also no clock: nothing but the inputs decides what a build holds"},
    {"simplify", EngineRuleKind::kOptimizer, "", "",
     "spans and structs made only to be taken apart again are not made"},
    {"span_containment_rewrite", EngineRuleKind::kOptimizer, "span_containment_rewrite",
     "SemanticIntegrity", "bounds of a containment are compared start first, then end"},
    {"delta_scan_aware", EngineRuleKind::kOptimizer, "delta_scan_aware", "DeltaScanAware",
     "conditions over a scan stand in one order, whatever order they were written in"},
    {"cpg_physical_rule", EngineRuleKind::kPhysical, "cpg_physical", "SemanticIntegrity",
     "hash_join_memory_hint below 256 MiB: half as many statements side by side"},
    {"cost_shape_rule", EngineRuleKind::kPhysical, "cost_shape", "CostShape",
     "target_partitions: so many statements side by side"},
});

/// Functions that give another value each time they are called, and those that read the clock,
/// under every name the engine has for them.
inline constexpr std::string_view kRandomFunctions[] = {"random", "uuid",   "gen_random_uuid",
                                                        "uuidv4", "uuidv7", "setseed"};
inline constexpr std::string_view kClockFunctions[] = {"now",
                                                       "current_timestamp",
                                                       "get_current_timestamp",
                                                       "transaction_timestamp",
                                                       "current_date",
                                                       "current_time",
                                                       "today"};

}  // namespace codeanatomy
