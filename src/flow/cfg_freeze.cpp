// A finished scope into the arrays of ControlFlow: edges of exceptions, order of blocks, dense ids.
#include <algorithm>

#include "flow/cfg_builder.h"

namespace codeanatomy::flow {

// One edge into the handler from each block that lies in its region and may raise.
void CfgBuilder::AddExceptionEdges() {
  std::vector<uint8_t> has_edge(blocks_.size(), 0);
  for (const EdgeData& edge : edges_) {
    const BlockId region = blocks_[edge.source.index()].region;
    if (edge.kind == FlowEdgeKind::kException && edge.target == region) {
      has_edge[edge.source.index()] = 1;
    }
  }
  for (const BlockId b : placed_) {
    const BlockData& block = blocks_[b.index()];
    if (!block.region.valid() || has_edge[b.index()] != 0) continue;
    const auto* const begin = node_flags_.begin() + block.nodes_begin;
    const auto* const end = node_flags_.begin() + block.nodes_end;
    const bool may_raise = std::any_of(
        begin, end, [](uint8_t flags) { return (flags & flow_node_flag::kMayRaise) != 0; });
    if (may_raise) {
      AddEdge(b, block.region, FlowEdgeKind::kException, {.flags = flow_edge_flag::kImplicitRaise});
    }
  }
}

// By source; exceptions last, else in the order they were added.
void CfgBuilder::SortEdges() {
  edge_begins_.assign(blocks_.size() + 1, 0);
  for (const EdgeData& edge : edges_) ++edge_begins_[edge.source.index() + 1];
  for (size_t b = 0; b < blocks_.size(); ++b) edge_begins_[b + 1] += edge_begins_[b];
  std::vector<int32_t> next(edge_begins_.begin(), edge_begins_.end() - 1);
  std::vector<EdgeData> sorted(edges_.size());
  for (const bool exceptional : {false, true}) {
    for (const EdgeData& edge : edges_) {
      if ((edge.kind == FlowEdgeKind::kException) != exceptional) continue;
      sorted[static_cast<size_t>(next[edge.source.index()]++)] = edge;
    }
  }
  edges_.swap(sorted);
}

// Reverse post-order from the entry, in which the first choice comes first; returns how many are
// reached, and after them what is not.
std::vector<BlockId> CfgBuilder::BlockOrder(size_t* reached) const {
  struct Visit {
    BlockId block;
    int32_t next;  // edges below it are still to be followed
  };
  std::vector<uint8_t> seen(blocks_.size(), 0);
  std::vector<BlockId> order;
  std::vector<Visit> open;
  const auto enter = [&](BlockId b) {
    seen[b.index()] = 1;
    open.push_back({b, edge_begins_[b.index() + 1]});
  };
  enter(BlockId{0});
  while (!open.empty()) {
    Visit& visit = open.back();
    if (visit.next == edge_begins_[visit.block.index()]) {
      order.push_back(visit.block);
      open.pop_back();
      continue;
    }
    const BlockId target = edges_[static_cast<size_t>(--visit.next)].target;
    if (seen[target.index()] == 0) enter(target);
  }
  std::reverse(order.begin(), order.end());
  *reached = order.size();
  for (const BlockId b : placed_) {
    if (seen[b.index()] == 0) order.push_back(b);
  }
  for (const BlockId b : {exit_, raise_exit_}) {
    if (b.valid() && seen[b.index()] == 0) order.push_back(b);
  }
  return order;
}

void CfgBuilder::Freeze(NodeId scope) {
  AddExceptionEdges();
  SortEdges();
  size_t reached = 0;
  const std::vector<BlockId> order = BlockOrder(&reached);
  const int32_t first = flow_.block_count();
  std::vector<BlockId> renamed(blocks_.size());
  for (size_t i = 0; i < order.size(); ++i) {
    renamed[order[i].index()] = BlockId{first + static_cast<int32_t>(i)};
  }
  const auto rename = [&](BlockId b) { return b.valid() ? renamed[b.index()] : BlockId{}; };
  for (size_t i = 0; i < order.size(); ++i) {
    const BlockData& block = blocks_[order[i].index()];
    flow_.kinds_.push_back(block.kind);
    flow_.regions_.push_back(rename(block.region));
    flow_.try_depths_.push_back(block.try_depth);
    flow_.reachable_.push_back(i < reached ? 1 : 0);
    for (int32_t n = block.nodes_begin; n < block.nodes_end; ++n) {
      flow_.nodes_.push_back(nodes_[static_cast<size_t>(n)]);
      flow_.node_flags_.push_back(node_flags_[static_cast<size_t>(n)]);
    }
    flow_.node_begins_.push_back(static_cast<int32_t>(flow_.nodes_.size()));
    for (int32_t e = edge_begins_[order[i].index()]; e < edge_begins_[order[i].index() + 1]; ++e) {
      const EdgeData& edge = edges_[static_cast<size_t>(e)];
      flow_.sources_.push_back(rename(edge.source));
      flow_.targets_.push_back(rename(edge.target));
      flow_.edge_kinds_.push_back(edge.kind);
      flow_.completions_.push_back(edge.completion);
      flow_.edge_flags_.push_back(edge.flags);
      flow_.conditions_.push_back(edge.condition);
    }
    flow_.edge_begins_.push_back(flow_.edge_count());
  }
  flow_.scope_nodes_.push_back(scope);
  flow_.block_begins_.push_back(flow_.block_count());
  flow_.exits_.push_back(rename(exit_));
  flow_.raise_exits_.push_back(rename(raise_exit_));
}

void CfgBuilder::IndexTargets() {
  const auto blocks = static_cast<size_t>(flow_.block_count());
  std::vector<int32_t> next(blocks + 1, 0);
  for (const BlockId target : flow_.targets_) ++next[target.index() + 1];
  for (size_t b = 0; b < blocks; ++b) next[b + 1] += next[b];
  for (const int32_t begin : next) flow_.in_begins_.push_back(begin);
  flow_.in_edges_.Extend(flow_.targets_.size());
  for (EdgeId e{0}; e.value < flow_.edge_count(); ++e.value) {
    const BlockId target = flow_.target(e);
    flow_.in_edges_[static_cast<size_t>(next[target.index()]++)] = e;
  }
}

}  // namespace codeanatomy::flow
