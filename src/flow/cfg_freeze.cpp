// A finished scope into the arrays of ControlFlow: edges of exceptions, order of blocks, dense ids.
#include <algorithm>

#include "flow/cfg_builder.h"
#include "flow/grouping.h"

namespace codeanatomy::flow {

// One edge into the handler from each block that lies in its region and may raise.
void CfgBuilder::AddExceptionEdges() {
  seen_.assign(blocks_.size(), 0);  // has such an edge
  for (const EdgeData& edge : edges_) {
    const BlockId region = blocks_[edge.source.index()].region;
    if (edge.kind == FlowEdgeKind::kException && edge.target == region) {
      seen_[edge.source.index()] = 1;
    }
  }
  for (const BlockId b : placed_) {
    const BlockData& block = blocks_[b.index()];
    if (!block.region.valid() || seen_[b.index()] != 0) continue;
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
  Group(static_cast<int32_t>(blocks_.size()), edge_begins_, sorted_edges_, [&](const auto& visit) {
    for (const bool exceptional : {false, true}) {
      for (const EdgeData& edge : edges_) {
        if ((edge.kind == FlowEdgeKind::kException) == exceptional) visit(edge.source.value, edge);
      }
    }
  });
  edges_.swap(sorted_edges_);
}

// Into order_: reverse post-order from the entry, in which the first choice comes first, and after
// it what is not reached; returns how many are.
size_t CfgBuilder::OrderBlocks() {
  seen_.assign(blocks_.size(), 0);
  order_.clear();
  const auto enter = [&](BlockId b) {
    seen_[b.index()] = 1;
    open_.push_back({b, edge_begins_[b.index() + 1]});
  };
  enter(BlockId{0});
  while (!open_.empty()) {
    Visit& visit = open_.back();
    if (visit.next == edge_begins_[visit.block.index()]) {
      order_.push_back(visit.block);
      open_.pop_back();
      continue;
    }
    const BlockId target = edges_[static_cast<size_t>(--visit.next)].target;
    if (seen_[target.index()] == 0) enter(target);
  }
  std::reverse(order_.begin(), order_.end());
  const size_t reached = order_.size();
  for (const BlockId b : placed_) {
    if (seen_[b.index()] == 0) order_.push_back(b);
  }
  for (const BlockId b : {exit_, raise_exit_}) {
    if (b.valid() && seen_[b.index()] == 0) order_.push_back(b);
  }
  return reached;
}

void CfgBuilder::Freeze(NodeId scope) {
  AddExceptionEdges();
  SortEdges();
  const size_t reached = OrderBlocks();
  const int32_t first = flow_.block_count();
  renamed_.assign(blocks_.size(), {});
  for (size_t i = 0; i < order_.size(); ++i) {
    renamed_[order_[i].index()] = BlockId{first + static_cast<int32_t>(i)};
  }
  const auto rename = [&](BlockId b) { return b.valid() ? renamed_[b.index()] : BlockId{}; };
  for (size_t i = 0; i < order_.size(); ++i) {
    const BlockData& block = blocks_[order_[i].index()];
    flow_.kinds_.push_back(block.kind);
    flow_.regions_.push_back(rename(block.region));
    flow_.try_depths_.push_back(block.try_depth);
    flow_.reachable_.push_back(i < reached ? 1 : 0);
    const auto count = static_cast<size_t>(block.nodes_end - block.nodes_begin);
    std::copy_n(nodes_.data() + block.nodes_begin, count, flow_.nodes_.Extend(count));
    std::copy_n(node_flags_.data() + block.nodes_begin, count, flow_.node_flags_.Extend(count));
    flow_.node_begins_.push_back(static_cast<int32_t>(flow_.nodes_.size()));
    for (int32_t e = edge_begins_[order_[i].index()]; e < edge_begins_[order_[i].index() + 1];
         ++e) {
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
  PodVector<int32_t>& begins = flow_.in_begins_;
  begins.Extend(static_cast<size_t>(flow_.block_count()) + 2);
  GroupInto(
      std::span(begins.data(), begins.size()),
      [&](const auto& visit) {
        for (EdgeId e{0}; e.value < flow_.edge_count(); ++e.value) visit(flow_.target(e).value, e);
      },
      [&](size_t count) { return flow_.in_edges_.Extend(count); });
  begins.Truncate(begins.size() - 1);
}

}  // namespace codeanatomy::flow
