// EmitSpec: views and the outputs asked for → a spec.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "semantics/ir/model.h"
#include "semantics/ir/view.h"
#include "spec/spec.h"

namespace codeanatomy::semantics {

struct EmitRequest {
  std::vector<spec::OutputTarget> outputs;
  std::vector<std::string> session_views;  // kept beside the outputs
  spec::RulepackProfile profile = spec::RulepackProfile::kDefault;
};

/// Keeps what outputs and session views reach, orders views so that each follows those it reads
/// (ties by tier, then by name), names their dependencies and the input relations, and adds the
/// default rule intents. Errors InvalidPlan: a source that is neither a view nor a declared table,
/// a cycle.
Result<spec::Spec> EmitSpec(const std::vector<View>& views, const Model& model,
                            const EmitRequest& request);

}  // namespace codeanatomy::semantics
