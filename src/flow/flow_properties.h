// For tests: what must hold of every control flow graph, its dominator trees and its control
// dependence, each by its definition: by search, by taking a block away, by trying all pairs. Every
// function is empty if all holds, else says the first thing that does not.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "flow/control_dependence.h"
#include "flow/dominators.h"

namespace codeanatomy::flow {

/// What is reached from `root` if `without` is taken away (-1: nothing is).
inline std::vector<bool> Reached(const Digraph& graph, int32_t root, int32_t without) {
  std::vector<bool> seen(static_cast<size_t>(graph.size()), false);
  std::vector<int32_t> open;
  const auto enter = [&](int32_t n) {
    if (n == without || seen[static_cast<size_t>(n)]) return;
    seen[static_cast<size_t>(n)] = true;
    open.push_back(n);
  };
  enter(root);
  while (!open.empty()) {
    const auto n = static_cast<size_t>(open.back());
    open.pop_back();
    for (int32_t i = graph.begins[n]; i < graph.begins[n + 1]; ++i) {
      enter(graph.targets[static_cast<size_t>(i)]);
    }
  }
  return seen;
}

/// By definition: d dominates n iff n is not reached without d. Cost: nodes times edges.
inline std::string BrokenDominators(const Digraph& graph, int32_t root,
                                    const std::vector<int32_t>& idom) {
  const std::vector<bool> all = Reached(graph, root, -1);
  for (int32_t d = 0; d < graph.size(); ++d) {
    const std::vector<bool> without = Reached(graph, root, d);
    for (int32_t n = 0; n < graph.size(); ++n) {
      bool in_tree = n == d;
      for (int32_t up = n; up >= 0 && !in_tree; up = idom[static_cast<size_t>(up)]) {
        in_tree = up == d;
      }
      const bool dominates =
          n == d || (all[static_cast<size_t>(n)] && !without[static_cast<size_t>(n)]);
      if (in_tree != dominates) return fmt::format("does {} dominate {}?", d, n);
    }
  }
  return {};
}

/// The edges of one scope between its reachable blocks, numbered from its first block; those that
/// an operation takes by itself only with Raises::kAll.
inline Digraph ScopeGraph(const ControlFlow& graph, FlowScopeId s, Raises raises) {
  const int32_t first = graph.blocks_begin(s).value;
  Digraph out;
  out.begins.push_back(0);
  for (BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
    for (EdgeId e = graph.edges_begin(b); e != graph.edges_end(b); ++e.value) {
      const bool counts = raises == Raises::kAll || !graph.has(e, flow_edge_flag::kImplicitRaise);
      if (graph.is_reachable(b) && counts) out.targets.push_back(graph.target(e).value - first);
    }
    out.begins.push_back(static_cast<int32_t>(out.targets.size()));
  }
  return out;
}

/// Ids are dense, edges stay in their scope, entry and exit are single, what is marked reachable is
/// what a search finds, and from each reachable block a way leads to an exit or to a loop that no
/// way leaves. Cost: linear.
inline std::string BrokenShape(const ControlFlow& graph, FlowScopeId s) {
  const BlockId begin = graph.blocks_begin(s), end = graph.blocks_end(s);
  const auto says = [&](BlockId b, const char* what) {
    return fmt::format("scope {}, block {}: {}", s.value, b.value - begin.value, what);
  };
  if (graph.entry(s) != begin || !graph.in_edges(begin).empty()) return says(begin, "no entry");
  const std::vector<bool> reached = Reached(ScopeGraph(graph, s, Raises::kAll), 0, -1);
  std::vector<BlockId> open;  // from the ends backwards
  std::vector<bool> ends(reached.size(), false);
  const auto reach_back = [&](BlockId b) {
    const auto at = static_cast<size_t>(b.value - begin.value);
    if (!ends[at]) open.push_back(b);
    ends[at] = true;
  };
  for (BlockId b = begin; b != end; ++b.value) {
    const BlockKind kind = graph.kind(b);
    if ((kind == BlockKind::kEntry) != (b == graph.entry(s))) return says(b, "a second entry");
    if ((kind == BlockKind::kExit) != (b == graph.exit(s))) return says(b, "a second exit");
    if ((kind == BlockKind::kRaiseExit) != (b == graph.raise_exit(s))) return says(b, "raise exit");
    const bool is_end = kind == BlockKind::kExit || kind == BlockKind::kRaiseExit;
    if ((graph.edges_begin(b) == graph.edges_end(b)) != is_end) return says(b, "a dead end");
    if (is_end) reach_back(b);
    if (graph.is_reachable(b) != reached[static_cast<size_t>(b.value - begin.value)]) {
      return says(b, "marked wrongly as reachable or not");
    }
    for (EdgeId e = graph.edges_begin(b); e != graph.edges_end(b); ++e.value) {
      const BlockId target = graph.target(e);
      if (target < begin || !(target < end)) return says(b, "an edge leaves the scope");
      if (graph.source(e) != b) return says(b, "an edge of another block");
      if (graph.has(e, flow_edge_flag::kBack)) reach_back(b);
    }
    for (const EdgeId e : graph.in_edges(b)) {
      if (graph.target(e) != b) return says(b, "an edge into another block");
    }
  }
  while (!open.empty()) {
    const BlockId b = open.back();
    open.pop_back();
    for (const EdgeId e : graph.in_edges(b)) reach_back(graph.source(e));
  }
  for (BlockId b = begin; b != end; ++b.value) {
    const auto at = static_cast<size_t>(b.value - begin.value);
    if (reached[at] && !ends[at]) return says(b, "neither an exit nor a loop follows");
  }
  return {};
}

/// The scope backwards from one further node behind all ends, which are blocks without a way out
/// and, of each set of blocks that no way leaves, the last in reverse post-order. The first
/// `reachable` nodes are reached in the scope as a whole.
inline Digraph FromEnds(const Digraph& graph, int32_t reachable) {
  const int32_t size = graph.size();
  std::vector<std::vector<bool>> reached;
  for (int32_t n = 0; n < size; ++n) reached.push_back(Reached(graph, n, -1));
  Digraph tied;
  tied.begins.push_back(0);
  for (int32_t n = 0; n < size; ++n) {
    const auto at = static_cast<size_t>(n);
    tied.targets.insert(tied.targets.end(), graph.targets.begin() + graph.begins[at],
                        graph.targets.begin() + graph.begins[at + 1]);
    bool is_end = n < reachable;
    for (size_t m = 0; m < static_cast<size_t>(size) && is_end; ++m) {
      is_end = !reached[at][m] || (reached[m][at] && m <= at);
    }
    if (is_end) tied.targets.push_back(size);
    tied.begins.push_back(static_cast<int32_t>(tied.targets.size()));
  }
  tied.begins.push_back(static_cast<int32_t>(tied.targets.size()));
  return Transpose(tied);
}

/// A tree of the blocks of one scope, as positions in the scope; `outer` stands for none.
inline std::vector<int32_t> ScopeTree(const ControlFlow& graph, FlowScopeId s,
                                      const std::vector<BlockId>& parents, int32_t outer) {
  const int32_t first = graph.blocks_begin(s).value;
  std::vector<int32_t> tree;
  for (BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
    const BlockId parent = parents[b.index()];
    tree.push_back(parent.valid() ? parent.value - first : graph.is_reachable(b) ? outer : -1);
  }
  return tree;
}

/// Both trees of one scope against their definition. Cost: blocks times edges.
inline std::string BrokenTrees(const ControlFlow& graph, FlowScopeId s,
                               const std::vector<BlockId>& dominators,
                               const std::vector<BlockId>& post_dominators, Raises raises) {
  const Digraph all = ScopeGraph(graph, s, Raises::kAll);
  std::string broken = BrokenDominators(all, 0, ScopeTree(graph, s, dominators, -1));
  if (!broken.empty()) return fmt::format("scope {}: {}", s.value, broken);
  int32_t reachable = 0;
  while (reachable < all.size() &&
         graph.is_reachable(BlockId{graph.blocks_begin(s).value + reachable})) {
    ++reachable;
  }
  const Digraph from_ends = FromEnds(ScopeGraph(graph, s, raises), reachable);
  const int32_t outer = all.size();
  std::vector<int32_t> tree = ScopeTree(graph, s, post_dominators, outer);
  tree.push_back(-1);
  broken = BrokenDominators(from_ends, outer, tree);
  return broken.empty() ? broken : fmt::format("scope {}, backwards: {}", s.value, broken);
}

/// By definition: b depends on the edge a → t iff b post-dominates t and does not strictly
/// post-dominate a. Cost: blocks times edges times the height of the tree.
inline std::string BrokenControlDependence(const ControlFlow& graph, FlowScopeId s,
                                           const std::vector<BlockId>& post_dominators,
                                           const std::vector<ControlDependence>& dependences,
                                           Raises raises) {
  const auto post_dominates = [&](BlockId p, BlockId n) {
    for (; n.valid(); n = post_dominators[n.index()]) {
      if (n == p) return true;
    }
    return false;
  };
  const BlockId begin = graph.blocks_begin(s), end = graph.blocks_end(s);
  std::set<std::pair<int32_t, int32_t>> expected, found;
  for (BlockId a = begin; a != end; ++a.value) {
    for (EdgeId e = graph.edges_begin(a); e != graph.edges_end(a); ++e.value) {
      if (!graph.is_reachable(a)) continue;
      if (raises == Raises::kExplicit && graph.has(e, flow_edge_flag::kImplicitRaise)) continue;
      for (BlockId b = begin; b != end; ++b.value) {
        const bool strictly = b != a && post_dominates(b, a);
        if (post_dominates(b, graph.target(e)) && !strictly) expected.emplace(b.value, e.value);
      }
    }
  }
  const auto from =
      std::lower_bound(dependences.begin(), dependences.end(), begin,
                       [](const ControlDependence& d, BlockId block) { return d.block < block; });
  for (auto at = from; at != dependences.end() && at->block < end; ++at) {
    if (!found.emplace(at->block.value, at->edge.value).second) return "a dependence twice";
  }
  return found == expected ? std::string() : fmt::format("scope {}: dependences", s.value);
}

/// All of the above for a whole file; what costs more than linear only for scopes of at most
/// `max_blocks` blocks, which are counted.
inline std::string BrokenFlow(const ControlFlow& graph, int32_t max_blocks, size_t& compared) {
  const DominatorTrees trees = ComputeDominatorTrees(graph);
  const std::vector<BlockId> all_ends = ComputePostDominators(graph, Raises::kAll);
  const auto dependences = ComputeControlDependence(graph, trees.post_dominators);
  const auto all_dependences = ComputeControlDependence(graph, all_ends, Raises::kAll);
  for (FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    std::string broken = BrokenShape(graph, s);
    if (!broken.empty()) return broken;
    if (graph.blocks_end(s).value - graph.blocks_begin(s).value > max_blocks) continue;
    ++compared;
    for (const Raises raises : {Raises::kExplicit, Raises::kAll}) {
      const bool some = raises == Raises::kExplicit;
      const std::vector<BlockId>& ends = some ? trees.post_dominators : all_ends;
      broken = BrokenTrees(graph, s, trees.dominators, ends, raises);
      if (!broken.empty()) return broken;
      broken =
          BrokenControlDependence(graph, s, ends, some ? dependences : all_dependences, raises);
      if (!broken.empty()) return broken;
    }
  }
  return {};
}

}  // namespace codeanatomy::flow
