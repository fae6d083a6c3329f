// Loops of flow scopes and their nesting.
#pragma once

#include <vector>

#include "flow/cfg.h"

namespace codeanatomy::flow {

struct LoopForest {
  std::vector<BlockId> heads;   // per block: head of the innermost loop around it, itself if a head
  std::vector<int32_t> depths;  // per block: number of loops around it
};

/// Natural loops of the back edges. Cost: near linear in blocks and edges.
/// Source: Tarjan, "Testing Flow Graph Reducibility", 1974.
LoopForest FindLoops(const ControlFlow& graph);

}  // namespace codeanatomy::flow
