// DescribePlan: a plan for people and programs; nothing is executed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/plan/plan.h"

namespace codeanatomy::engine {

enum class PlanFormat : uint8_t { kText, kJson, kDot };
/// Errors InvalidArgument, naming the three.
Result<PlanFormat> ParsePlanFormat(std::string_view text);

/// Text: views in execution order with transform, place, readers and sources, then outputs. JSON:
/// one object, see docs/formats/spec.md. DOT: `digraph execution_plan`, an arrow from each view to
/// its readers.
std::string DescribePlan(const Plan& plan, const spec::Spec& spec, PlanFormat format);

}  // namespace codeanatomy::engine
