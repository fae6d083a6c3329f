// For an edge a → b, exactly the blocks from b up the post-dominator tree to below a's immediate
// post-dominator depend on it: they post-dominate b but not a (a itself among them if a loop leads
// back to it).
#include "flow/control_dependence.h"

#include <algorithm>

namespace codeanatomy::flow {

std::vector<ControlDependence> ComputeControlDependence(const ControlFlow& graph,
                                                        const std::vector<BlockId>& post_dominators,
                                                        Raises raises) {
  std::vector<ControlDependence> found;
  for (BlockId a{0}; a.value < graph.block_count(); ++a.value) {
    if (!graph.is_reachable(a)) continue;
    const BlockId stop = post_dominators[a.index()];
    for (EdgeId e = graph.edges_begin(a); e != graph.edges_end(a); ++e.value) {
      if (raises == Raises::kExplicit && graph.has(e, flow_edge_flag::kImplicitRaise)) continue;
      for (BlockId b = graph.target(e); b.valid() && b != stop; b = post_dominators[b.index()]) {
        found.push_back({b, e});
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const ControlDependence& x, const ControlDependence& y) {
    return x.block != y.block ? x.block < y.block : x.edge < y.edge;
  });
  return found;
}

}  // namespace codeanatomy::flow
