// Inner loops first: their heads have the higher numbers. From the back edges of a head the blocks
// of its loop are found against the edges; a loop found before counts as its head alone, so that no
// block is walked twice.
#include "flow/loops.h"

namespace codeanatomy::flow {
namespace {

class LoopFinder {
 public:
  explicit LoopFinder(const ControlFlow& graph)
      : graph_(graph), outer_(static_cast<size_t>(graph.block_count())), merged_(outer_.size()) {
    for (int32_t b = 0; b < graph.block_count(); ++b) merged_[static_cast<size_t>(b)] = BlockId{b};
  }

  LoopForest Find() {
    LoopForest forest;
    forest.heads.resize(outer_.size());
    forest.depths.assign(outer_.size(), 0);
    std::vector<uint8_t> is_head(outer_.size(), 0);
    for (BlockId b{graph_.block_count() - 1}; b.valid(); --b.value) {
      is_head[b.index()] = Collect(b) ? 1 : 0;
    }
    for (BlockId b{0}; b.value < graph_.block_count(); ++b.value) {
      const BlockId around = outer_[b.index()];  // a head, and so before b
      forest.heads[b.index()] = is_head[b.index()] != 0 ? b : around;
      forest.depths[b.index()] =
          (around.valid() ? forest.depths[around.index()] : 0) + is_head[b.index()];
    }
    return forest;
  }

 private:
  // Gives `head` as the loop around to what its back edges lead back from; false if there are none.
  bool Collect(BlockId head) {
    std::vector<BlockId> open;
    bool found = false;
    const auto enter = [&](EdgeId e) {
      if (!graph_.is_reachable(graph_.source(e))) return;
      const BlockId b = Outermost(graph_.source(e));
      if (b.value <= head.value) return;
      merged_[b.index()] = head;
      outer_[b.index()] = head;
      open.push_back(b);
    };
    for (const EdgeId e : graph_.in_edges(head)) {
      if (!graph_.has(e, flow_edge_flag::kBack) || !graph_.is_reachable(head)) continue;
      found = true;
      enter(e);
    }
    while (!open.empty()) {
      const BlockId b = open.back();
      open.pop_back();
      for (const EdgeId e : graph_.in_edges(b)) enter(e);
    }
    return found;
  }

  BlockId Outermost(BlockId b) {
    while (merged_[b.index()] != b) {
      merged_[b.index()] = merged_[merged_[b.index()].index()];
      b = merged_[b.index()];
    }
    return b;
  }

  const ControlFlow& graph_;
  std::vector<BlockId> outer_;   // head of the loop around; a head's is that of the next loop
  std::vector<BlockId> merged_;  // towards the head that the block counts as
};

}  // namespace

LoopForest FindLoops(const ControlFlow& graph) { return LoopFinder(graph).Find(); }

}  // namespace codeanatomy::flow
