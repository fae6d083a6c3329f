// InferPositions: where each view stands in the graph of views, and how its rows should be kept.
#pragma once

#include <vector>

#include "semantics/ir/model.h"
#include "semantics/ir/view.h"
#include "spec/spec.h"

namespace codeanatomy::semantics {

/// Three or more consumers: high_fan_out, rows are kept (eager, 0.9); no view is read: source; no
/// consumer: terminal, rows are not kept (lazy, 0.85); else intermediate. Outputs are consumers. A
/// join that is surer of itself than the cache hint keeps its own decision: rows of joins that two
/// read are kept. Also fills the table type from the classes of the columns.
void InferPositions(std::vector<View>& views, const std::vector<spec::OutputTarget>& outputs,
                    const Model& model);

}  // namespace codeanatomy::semantics
