// Which choice decides whether a block runs.
#pragma once

#include <vector>

#include "flow/cfg.h"
#include "flow/dominators.h"

namespace codeanatomy::flow {

/// `block` runs on the way that `edge` begins, and need not on another way out of the edge's
/// source.
struct ControlDependence {
  BlockId block;
  EdgeId edge;
};

/// Of all scopes, ordered by block, then edge. Over the edges that `post_dominators`
/// (DominatorTrees, ComputePostDominators) were found over; blocks that nothing reaches depend on
/// nothing.
/// Cost    linear in blocks, edges and output.
/// Source  Ferrante, Ottenstein, Warren, "The Program Dependence Graph and Its Use in
/// Optimization",
///         1987.
std::vector<ControlDependence> ComputeControlDependence(const ControlFlow& graph,
                                                        const std::vector<BlockId>& post_dominators,
                                                        Raises raises = Raises::kExplicit);

}  // namespace codeanatomy::flow
