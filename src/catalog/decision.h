// Decisions of compiler and planner: what is decided, declared once; records of single decisions
// name these (engine/decision/decision.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

enum class DecisionDomain : uint8_t {
  kScanPolicy,
  kJoinStrategy,
  kCachePolicy,
  kScheduling,
  kUdfRequirements,
  kSchemaContract,
  kMaintenance,
};

struct DecisionDomainInfo {
  DecisionDomain domain;
  std::string_view name, meaning;
  std::string_view policy_member;  // of the execution policy (engine/decision/execution_policy.h)
};

inline constexpr auto kDecisionDomains = std::to_array<DecisionDomainInfo>({
    {DecisionDomain::kScanPolicy, "scan_policy", "how an input is scanned for one reader",
     "scan_policy_by_read"},
    {DecisionDomain::kJoinStrategy, "join_strategy",
     "by which columns two relations are joined (`keys`), and by which algorithm (`algorithm`)",
     "join_strategy_by_view"},
    {DecisionDomain::kCachePolicy, "cache_policy",
     "whether a view is computed once, read back from an output, or part of its readers",
     "cache_policy_by_view"},
    {DecisionDomain::kScheduling, "scheduling", "in which order the plan is executed",
     "scheduling"},
    {DecisionDomain::kUdfRequirements, "udf_requirements",
     "which functions of ours the engine must have for a view", "udf_requirements_by_view"},
    {DecisionDomain::kSchemaContract, "schema_contract",
     "which columns, in which order, an output or a view promises", "schema_contract_by_relation"},
    {DecisionDomain::kMaintenance, "maintenance",
     "which operations follow the commit of an output, and which of them had a reason to",
     "maintenance_policy_by_dataset"},
});

constexpr const DecisionDomainInfo& InfoOf(DecisionDomain domain) {
  return kDecisionDomains[static_cast<size_t>(domain)];
}

}  // namespace codeanatomy
