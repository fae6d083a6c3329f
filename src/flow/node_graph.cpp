// Blocks to nodes: inside a block each node leads to the next, between blocks the last to the
// first.
//
// Blocks that evaluate nothing are passed through. The node that opens a scope is evaluated first
// in it; its exits are its end. Actions of nodes that stand elsewhere (the exit of a `with`) are
// points of the way like others, under the id of their node, but only the place where a node stands
// for itself says its dominators.
#include "flow/node_graph.h"

#include <algorithm>
#include <utility>

namespace codeanatomy::flow {
namespace {

class NodeGraphBuilder {
 public:
  NodeGraphBuilder(const parse::SyntaxTree& tree, const ControlFlow& graph,
                   const DominatorTrees& trees)
      : graph_(graph),
        trees_(trees),
        seen_(static_cast<size_t>(graph.block_count()), -1),
        ends_(static_cast<size_t>(graph.block_count())),
        onward_(static_cast<size_t>(graph.block_count())),
        skips_(static_cast<size_t>(graph.block_count())) {
    const auto size = static_cast<size_t>(tree.size());
    out_.idom.resize(size);
    out_.ipostdom.resize(size);
    out_.block_heads.resize(size);
    out_.may_raise.resize(size, 0);
  }

  NodeGraph Build(const std::vector<ControlDependence>& dependences) {
    out_.edges.reserve(static_cast<size_t>(graph_.edge_count()) + dependences.size());
    for (FlowScopeId s{0}; s.value < graph_.scope_count(); ++s.value) {
      const size_t begin = out_.edges.size();
      AddScope(s);
      SortEdges(begin);
    }
    AddDependences(dependences);
    return std::move(out_);
  }

  std::vector<NodeEdge> BuildExceptional(const std::vector<ControlDependence>& dependences) {
    dependence_label_ = FlowLabel::kExceptional;
    NodeGraph found = Build({});
    found.edges.clear();
    out_ = std::move(found);
    AddDependences(dependences);
    AddPostDominators();
    return std::move(out_.edges);
  }

 private:
  void AddDependences(const std::vector<ControlDependence>& dependences) {
    scope_ = FlowScopeId{0};
    for (size_t i = 0; i < dependences.size();) {
      const size_t begin = out_.edges.size();
      const FlowScopeId s = ScopeOf(dependences[i].block);
      while (i < dependences.size() && ScopeOf(dependences[i].block) == s) {
        AddDependence(dependences[i++]);
      }
      SortEdges(begin);
    }
  }

  void AddPostDominators() {
    for (scope_ = FlowScopeId{0}; scope_.value < graph_.scope_count(); ++scope_.value) {
      const size_t begin = out_.edges.size();
      for (BlockId b = graph_.blocks_begin(scope_); b != graph_.blocks_end(scope_); ++b.value) {
        for (const NodeId n : graph_.nodes(b)) {
          const FlowPoint above = std::exchange(out_.ipostdom[n.index()], {});
          if (!above.node.valid()) continue;
          out_.edges.push_back({FlowRelation::kPostDominate, scope_, n, above,
                                FlowLabel::kExceptional, false, false});
        }
      }
      SortEdges(begin);
    }
  }

  using Ways = std::vector<FlowPoint>;

  bool IsEntry(BlockId b) const { return graph_.kind(b) == BlockKind::kEntry; }
  bool IsEnd(BlockId b) const {
    return graph_.kind(b) == BlockKind::kExit || graph_.kind(b) == BlockKind::kRaiseExit;
  }
  bool IsEmpty(BlockId b) const { return graph_.nodes(b).empty() && !IsEntry(b) && !IsEnd(b); }
  bool IsImplicit(BlockId b, size_t i) const {
    return (graph_.node_flags(b)[i] & flow_node_flag::kImplicit) != 0;
  }

  void AddScope(FlowScopeId s) {
    scope_ = s;
    const BlockId begin = graph_.blocks_begin(s), end = graph_.blocks_end(s);
    const NodeId opener = graph_.scope_node(s);
    // Where control comes from and goes to, through what evaluates nothing.
    for (BlockId b = begin; b != end; ++b.value) {
      const auto nodes = graph_.nodes(b);
      const BlockId above = trees_.dominators[b.index()];
      NodeId& last = ends_[b.index()];
      last = !nodes.empty() ? nodes.back() : IsEntry(b) ? opener : NodeId{};
      if (!last.valid() && above.valid()) last = ends_[above.index()];
      onward_[b.index()] = !nodes.empty() ? FlowPoint{nodes.front()}
                           : IsEnd(b)     ? FlowPoint{opener, true}
                                          : FlowPoint{};
    }
    for (BlockId b{end.value - 1}; b >= begin; --b.value) {
      const EdgeId edge = graph_.edges_begin(b);
      const bool has_one = graph_.edges_end(b).value - edge.value == 1;
      const bool passes = IsEmpty(b) && has_one && graph_.target(edge) > b;
      skips_[b.index()] = passes ? skips_[graph_.target(edge).index()] : b;
    }
    for (BlockId b = begin; b != end; ++b.value) {
      AddNodes(b);
      if (!IsEmpty(b)) AddEdges(b);
    }
  }

  // The first point from the block on up the post-dominator tree.
  FlowPoint Onward(BlockId b) {
    path_.clear();
    while (b.valid() && !onward_[b.index()].node.valid()) {
      path_.push_back(b);
      b = trees_.post_dominators[b.index()];
    }
    const FlowPoint point = b.valid() ? onward_[b.index()] : FlowPoint{};
    for (const BlockId passed : path_) onward_[passed.index()] = point;
    return point;
  }

  void AddNodes(BlockId b) {
    const auto nodes = graph_.nodes(b);
    const bool is_reachable = graph_.is_reachable(b);
    const BlockId above = trees_.dominators[b.index()];
    NodeId before = IsEntry(b) ? graph_.scope_node(scope_) : NodeId{}, head;
    for (size_t i = 0; i < nodes.size(); ++i) {
      const NodeId n = nodes[i];
      const bool stands = !IsImplicit(b, i) && !out_.block_heads[n.index()].valid();
      if (stands) {
        const bool is_head = !head.valid();
        if (is_head) head = n;
        out_.block_heads[n.index()] = is_reachable ? head : n;
        const bool may_raise = (graph_.node_flags(b)[i] & flow_node_flag::kMayRaise) != 0;
        out_.may_raise[n.index()] = may_raise ? 1 : 0;
        if (is_reachable) {
          const bool follows = before.valid() && before != n;
          out_.idom[n.index()] = follows ? before : is_head ? LastBefore(above, n) : head;
          SetPostDominator(b, i);
        }
        if (is_reachable && !is_head && before != n) {
          before = n;
          continue;  // its idom says the edge
        }
      }
      if (before.valid() && before != n) AddEdge(before, {n}, FlowLabel::kNone, false);
      before = n;
    }
  }

  // The last node but `n` that is evaluated before a block whose immediate dominator is `b`.
  NodeId LastBefore(BlockId b, NodeId n) const {
    for (; b.valid(); b = trees_.dominators[b.index()]) {
      if (ends_[b.index()] != n) return ends_[b.index()];
      const auto nodes = graph_.nodes(b);
      for (size_t i = nodes.size(); i > 0; --i) {
        if (nodes[i - 1] != n) return nodes[i - 1];
      }
      if (IsEntry(b)) return graph_.scope_node(scope_);
    }
    return {};
  }

  void SetPostDominator(BlockId b, size_t i) {
    const auto nodes = graph_.nodes(b);
    size_t next = i + 1;
    while (next < nodes.size() && nodes[next] == nodes[i]) ++next;
    FlowPoint point;
    if (next < nodes.size()) {
      point = {nodes[next]};
    } else if (const BlockId above = trees_.post_dominators[b.index()]; above.valid()) {
      point = Onward(above);
    }
    if (point.node != nodes[i] || point.is_end) out_.ipostdom[nodes[i].index()] = point;
  }

  void AddEdge(NodeId from, FlowPoint to, FlowLabel label, bool is_back) {
    out_.edges.push_back({FlowRelation::kCfg, scope_, from, to, label, is_back, false});
  }

  // Edges out of a block that evaluates something, to the first points behind them.
  void AddEdges(BlockId b) {
    if (IsEnd(b)) return;
    const NodeId from = ends_[b.index()];
    for (EdgeId e = graph_.edges_begin(b); e != graph_.edges_end(b); ++e.value) {
      const FlowLabel label = LabelOf(graph_, e);
      const bool is_back = graph_.has(e, flow_edge_flag::kBack);
      open_.assign(1, graph_.target(e));
      ++round_;
      while (!open_.empty()) {
        const BlockId at = skips_[open_.back().index()];
        open_.pop_back();
        if (seen_[at.index()] == round_) continue;
        seen_[at.index()] = round_;
        if (!IsEmpty(at)) {
          const FlowPoint first = onward_[at.index()];
          if (first.node.valid()) AddEdge(from, first, label, is_back);
          continue;
        }
        for (EdgeId on = graph_.edges_begin(at); on != graph_.edges_end(at); ++on.value) {
          open_.push_back(graph_.target(on));
        }
      }
    }
  }

  // Of what a dependent block evaluates: its first node and the actions of others.
  void AddDependence(const ControlDependence& found) {
    const BlockId b = found.block, on = graph_.source(found.edge);
    const NodeId from = ends_[on.index()];
    if (!from.valid()) return;
    const bool is_exceptional = dependence_label_ == FlowLabel::kExceptional;
    const FlowLabel label = is_exceptional ? dependence_label_ : LabelOf(graph_, found.edge);
    const auto nodes = graph_.nodes(b);
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (!IsImplicit(b, i) && out_.block_heads[nodes[i].index()] != nodes[i]) continue;
      const bool is_head = !IsImplicit(b, i);
      out_.edges.push_back(
          {FlowRelation::kCdg, ScopeOf(b), from, {nodes[i]}, label, false, is_head});
    }
  }

  // Edges of one scope and relation: one for those that differ in marks alone, with all of them.
  void SortEdges(size_t first) {
    std::vector<NodeEdge>& edges = out_.edges;
    const auto begin = edges.begin() + static_cast<std::ptrdiff_t>(first);
    if (!std::is_sorted(begin, edges.end(), IsBefore)) std::sort(begin, edges.end(), IsBefore);
    size_t kept = first;
    for (size_t i = first; i < edges.size(); ++i) {
      if (kept > first && !IsBefore(edges[kept - 1], edges[i])) {
        edges[kept - 1].is_back |= edges[i].is_back;
        edges[kept - 1].covers_block |= edges[i].covers_block;
      } else {
        edges[kept++] = edges[i];
      }
    }
    edges.resize(kept);
    found_.assign(edges.begin() + static_cast<std::ptrdiff_t>(first), edges.end());
    edges.resize(first);
    for (const NodeEdge& edge : found_) {
      if (!IsSaidByBlock(edge)) edges.push_back(edge);
    }
  }

  static bool IsBefore(const NodeEdge& a, const NodeEdge& b) {
    if (a.source != b.source) return a.source < b.source;
    if (a.target != b.target) return a.target < b.target;
    return a.label < b.label;
  }

  // True where what holds of the target's block says the edge already.
  bool IsSaidByBlock(const NodeEdge& edge) const {
    if (edge.relation == FlowRelation::kPostDominate) return false;
    if (edge.target.is_end || edge.covers_block) return false;
    const NodeId n = edge.target.node, head = out_.block_heads[n.index()];
    if (!head.valid() || head == n) return false;
    if (edge.relation == FlowRelation::kCfg) {
      return edge.label == FlowLabel::kNone && out_.idom[n.index()] == edge.source;
    }
    NodeEdge whole = edge;
    whole.target.node = head;
    const auto at = std::lower_bound(found_.begin(), found_.end(), whole, IsBefore);
    return at != found_.end() && !IsBefore(whole, *at) && at->covers_block;
  }

  FlowScopeId ScopeOf(BlockId b) {
    while (b < graph_.blocks_begin(scope_)) --scope_.value;
    while (b >= graph_.blocks_end(scope_)) ++scope_.value;
    return scope_;
  }

  const ControlFlow& graph_;
  const DominatorTrees& trees_;
  NodeGraph out_;
  FlowScopeId scope_;
  std::vector<int32_t> seen_;      // by block: the round that passed it
  std::vector<NodeId> ends_;       // by block: the last node evaluated when control leaves it
  std::vector<FlowPoint> onward_;  // by block: the first point of it, or that post-dominates it
  std::vector<BlockId> skips_;     // by block: itself, or where a way without choice leads from it
  std::vector<BlockId> open_, path_;
  std::vector<NodeEdge> found_;  // of one scope and relation, sorted
  int32_t round_ = 0;
  FlowLabel dependence_label_ = FlowLabel::kNone;  // kNone: the edge's own
};

}  // namespace

FlowLabel LabelOf(FlowEdgeKind kind) {
  switch (kind) {
    case FlowEdgeKind::kTrue:
      return FlowLabel::kTrue;
    case FlowEdgeKind::kFalse:
      return FlowLabel::kFalse;
    case FlowEdgeKind::kException:
      return FlowLabel::kException;
    case FlowEdgeKind::kCase:
      return FlowLabel::kCase;
    default:
      return FlowLabel::kNone;
  }
}

FlowLabel LabelOf(const ControlFlow& graph, EdgeId e) {
  const Completion completion = graph.completion(e);
  if (completion == Completion::kNone) return LabelOf(graph.kind(e));
  return static_cast<FlowLabel>(static_cast<int>(FlowLabel::kNormal) +
                                static_cast<int>(completion) -
                                static_cast<int>(Completion::kNormal));
}

NodeGraph BuildNodeGraph(const parse::SyntaxTree& tree, const ControlFlow& graph,
                         const DominatorTrees& trees,
                         const std::vector<ControlDependence>& dependences) {
  return NodeGraphBuilder(tree, graph, trees).Build(dependences);
}

std::vector<NodeEdge> BuildExceptionalEdges(const parse::SyntaxTree& tree, const ControlFlow& graph,
                                            const DominatorTrees& trees,
                                            const std::vector<ControlDependence>& dependences) {
  return NodeGraphBuilder(tree, graph, trees).BuildExceptional(dependences);
}

}  // namespace codeanatomy::flow
