// For tests: what reaches each use by the naive fixpoint over sets of definitions, the definition
// of the matter that SSA form is compared with.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "flow/reaching_definitions.h"
#include "flow/scope_events.h"

namespace codeanatomy::flow {

/// Keeps the set of values of each variable at the begin of each block and repeats until nothing
/// changes. Cost: blocks times variables times definitions, several times.
class SsaFixpoint {
 public:
  using Values = std::set<int32_t>;  // events that define, kUnbound

  explicit SsaFixpoint(const SsaGraph& graph)
      : graph_(graph),
        begins_(static_cast<size_t>(graph.block_count()),
                std::vector<Values>(static_cast<size_t>(graph.variable_count))),
        uses_(graph.events.size()) {
    for (Values& values : begins_[0]) values.insert(kUnbound);
    while (changed_) {
      changed_ = false;
      for (int32_t b = 0; b < graph.block_count(); ++b) {
        if (graph.is_reached(b)) Pass(b);
      }
    }
  }
  const Values& use(size_t event) const { return uses_[event]; }

 private:
  void Send(int32_t block, uint8_t moment, const std::vector<Values>& state) {
    for (int32_t e = graph_.edge_begins[static_cast<size_t>(block)];
         e < graph_.edge_begins[static_cast<size_t>(block) + 1]; ++e) {
      if ((graph_.taken[static_cast<size_t>(e)] & moment) == 0) continue;
      std::vector<Values>& into =
          begins_[static_cast<size_t>(graph_.targets[static_cast<size_t>(e)])];
      for (size_t v = 0; v < state.size(); ++v) {
        const size_t before = into[v].size();
        into[v].insert(state[v].begin(), state[v].end());
        changed_ |= into[v].size() != before;
      }
    }
  }
  void Pass(int32_t b) {
    std::vector<Values> state = begins_[static_cast<size_t>(b)];
    Send(b, ssa_edge::kAtBegin, state);
    for (int32_t i = graph_.event_begins[static_cast<size_t>(b)];
         i < graph_.event_begins[static_cast<size_t>(b) + 1]; ++i) {
      const SsaEvent& event = graph_.events[static_cast<size_t>(i)];
      if (event.action == SsaAction::kRaise) {
        Send(b, ssa_edge::kAtRaise, state);
      } else if (event.action == SsaAction::kUse) {
        uses_[static_cast<size_t>(i)] = state[static_cast<size_t>(event.variable)];
      } else {
        Values& values = state[static_cast<size_t>(event.variable)];
        if (event.action == SsaAction::kDefine) values.clear();
        values.insert(i);
      }
    }
    Send(b, ssa_edge::kAtEnd, state);
  }

  const SsaGraph& graph_;
  std::vector<std::vector<Values>> begins_;
  std::vector<Values> uses_;
  bool changed_ = true;
};

/// Compares the pairs of FindDefinitions with the fixpoint, in all scopes of at most `max_events`
/// events that meet no limit. The uses that were compared are counted; empty if all agree, else the
/// first that does not.
inline std::string CompareWithFixpoint(const parse::SyntaxTree& tree,
                                       const symbols::SymbolTable& symbols, size_t max_events,
                                       size_t& compared) {
  const ControlFlow graph = BuildControlFlow(tree, symbols);
  const DominatorTrees trees = ComputeDominatorTrees(graph);
  const SparseDefinitions sparse = FindDefinitions(tree, symbols, graph, trees);
  if (!sparse.limits.empty()) return {};
  ReachingDefinitions reaching(sparse);
  SparseDefinitions variables;
  EventCollector collector(tree, symbols, graph, trees, variables);
  size_t next_use = 0;
  int32_t next_definition = 0;
  for (FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    const ScopeEvents& scope = collector.Collect(s);
    const SsaGraph& ssa = scope.graph;
    // Definitions and uses of the rows are the events of each kind in their order.
    std::vector<int32_t> names(ssa.events.size(), -1);
    std::vector<size_t> uses(ssa.events.size(), 0);
    for (size_t i = 0; i < ssa.events.size(); ++i) {
      if (ssa.events[i].action == SsaAction::kUse) uses[i] = next_use++;
      const bool defines =
          ssa.events[i].action == SsaAction::kDefine || ssa.events[i].action == SsaAction::kUpdate;
      if (defines) names[i] = next_definition++;
    }
    if (ssa.events.empty() || ssa.events.size() > max_events) continue;
    const SsaFixpoint fixpoint(ssa);
    for (int32_t b = 0; b < ssa.block_count(); ++b) {
      if (!ssa.is_reached(b)) continue;
      for (auto i = static_cast<size_t>(ssa.event_begins[static_cast<size_t>(b)]);
           i < static_cast<size_t>(ssa.event_begins[static_cast<size_t>(b) + 1]); ++i) {
        if (ssa.events[i].action != SsaAction::kUse) continue;
        std::vector<DefinitionId> expected;
        bool may_be_unbound = false;
        for (const int32_t value : fixpoint.use(i)) {
          const bool is_bound = value >= 0 && scope.records[static_cast<size_t>(value)].kind !=
                                                  static_cast<uint8_t>(DefinitionKind::kDelete);
          may_be_unbound |= !is_bound;
          if (is_bound) expected.push_back(DefinitionId{names[static_cast<size_t>(value)]});
        }
        const Use& use = sparse.uses[uses[i]];
        const auto found = reaching.Of(use.reaching);
        const bool agrees = use.node == scope.records[i].node &&
                            std::vector<DefinitionId>(found.begin(), found.end()) == expected &&
                            use.may_be_unbound == may_be_unbound;
        if (!agrees) {
          return fmt::format("use at byte {}: {} definitions, by the fixpoint {}",
                             tree.span(use.node).begin, found.size(), expected.size());
        }
        ++compared;
      }
    }
  }
  return {};
}

}  // namespace codeanatomy::flow
