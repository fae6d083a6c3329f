// PlannerInfo: what is added to the engine's planning of a user's statement, declared once: forms
// that a feature gate offers, the snapshot and the planning surface name.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "catalog/feature_gate.h"

namespace codeanatomy {

enum class PlannerKind : uint8_t { kExpr, kRelation };
inline constexpr std::string_view kPlannerKindNames[] = {"expr", "relation"};

/// Operators on structs, maps and lists that the expression planner answers for.
inline constexpr std::string_view kDomainOperators[] = {"->>", "@>", "<@"};
/// Quoted names with this prefix are tables of the build, `"codeanatomy.<table>@<version>"`.
inline constexpr std::string_view kRelationPrefix = "codeanatomy.";

struct PlannerInfo {
  std::string_view name;
  PlannerKind kind;
  FeatureGate gate;  // without it the forms are refused by name
  std::string_view summary;
};

/// There is no planner of types: the engine's are enough.
inline constexpr auto kPlanners = std::to_array<PlannerInfo>({
    {"codeanatomy_domain", PlannerKind::kExpr, FeatureGate::kExprPlanners,
     "->> takes a field of a struct or a value of a map, @> and <@ compare lists"},
    {"codeanatomy_relations", PlannerKind::kRelation, FeatureGate::kInputPlugins,
     "quoted names with a known prefix are relations"},
});

}  // namespace codeanatomy
