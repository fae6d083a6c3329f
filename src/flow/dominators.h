// Dominators of any directed graph, and the dominator and post-dominator trees of flow scopes.
#pragma once

#include <cstdint>
#include <vector>

#include "flow/cfg.h"

namespace codeanatomy::flow {

/// A graph over 0 … size()-1; the targets of n are targets[begins[n]] … targets[begins[n + 1] - 1].
struct Digraph {
  std::vector<int32_t> begins;  // size() + 1 elements
  std::vector<int32_t> targets;
  int32_t size() const { return static_cast<int32_t>(begins.size()) - 1; }
};

Digraph Transpose(const Digraph& graph);

/// The immediate dominator of each node; -1 for the root and for what it does not reach.
/// Cost    near linear in nodes and edges.
/// Source  Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005:
/// Semi-NCA.
std::vector<int32_t> ImmediateDominators(const Digraph& graph, int32_t root);

/// Which exceptional edges count.
enum class Raises : uint8_t {
  kExplicit,  // those of `raise` and `assert`
  kAll        // also those that an operation takes by itself
};

/// Both trees of every scope of a file, by block.
struct DominatorTrees {
  /// Over all edges, exceptions included. None for entries and for blocks that nothing reaches.
  std::vector<BlockId> dominators;
  /// Over normal flow and explicit raises. None where only the end of the scope, beyond exit and
  /// raise_exit, comes in common on all ways, and for blocks that nothing reaches. From a loop that
  /// no way leaves, its last block in reverse post-order counts as an end.
  std::vector<BlockId> post_dominators;
};

/// Cost: near linear in blocks and edges.
DominatorTrees ComputeDominatorTrees(const ControlFlow& graph);

/// The post-dominators alone, over normal flow and the raises that count.
std::vector<BlockId> ComputePostDominators(const ControlFlow& graph, Raises raises);

}  // namespace codeanatomy::flow
