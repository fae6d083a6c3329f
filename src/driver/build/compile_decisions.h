// WithCompilerDecisions: what the semantic compiler decided, before what the planner did.
#pragma once

#include <vector>

#include "engine/decision/decision.h"
#include "semantics/compile_model.h"

namespace codeanatomy::driver {

/// Puts a join_strategy record of type `keys` for each join that was declared or inferred before
/// the planner's records; the algorithm of a join rests on its keys. Views that the plan does not
/// need have none.
std::vector<engine::DecisionRecord> WithCompilerDecisions(
    const std::vector<semantics::View>& views, std::vector<engine::DecisionRecord> planned);

}  // namespace codeanatomy::driver
