// SSA against the naive fixpoint over sets of definitions.
#include "flow/ssa.h"

#include <random>
#include <set>

#include <doctest/doctest.h>

#include "flow/dominators.h"
#include "flow/ssa_fixpoint.h"

namespace codeanatomy::flow {
namespace {

using Values = SsaFixpoint::Values;

// Tests of what a block or its dominators used or defined, on edges that are taken at the end.
void AddNarrowings(std::mt19937& random, SsaGraph& graph) {
  graph.narrowed.assign(graph.targets.size(), -1);
  for (int32_t b = 0; b < graph.block_count(); ++b) {
    std::vector<int32_t> subjects;
    for (int32_t up = b; up >= 0; up = graph.idom[static_cast<size_t>(up)]) {
      for (int32_t i = graph.event_begins[static_cast<size_t>(up)];
           i < graph.event_begins[static_cast<size_t>(up) + 1]; ++i) {
        const SsaAction action = graph.events[static_cast<size_t>(i)].action;
        if (action != SsaAction::kRaise) subjects.push_back(i);
      }
    }
    if (subjects.empty()) continue;
    for (auto e = static_cast<size_t>(graph.edge_begins[static_cast<size_t>(b)]);
         e < static_cast<size_t>(graph.edge_begins[static_cast<size_t>(b) + 1]); ++e) {
      if (graph.taken[e] != ssa_edge::kAtEnd || random() % 2 == 0) continue;
      const int32_t subject = subjects[random() % subjects.size()];
      graph.narrowed[e] = static_cast<int32_t>(graph.narrowings.size());
      graph.narrowings.push_back({graph.events[static_cast<size_t>(subject)].variable, subject});
    }
  }
}

SsaGraph RandomGraph(std::mt19937& random) {
  const auto below = [&](uint32_t n) { return static_cast<int32_t>(random() % n); };
  SsaGraph graph;
  const int32_t blocks = 2 + below(24);
  graph.variable_count = 1 + below(4);
  graph.event_begins.push_back(0);
  graph.edge_begins.push_back(0);
  for (int32_t b = 0; b < blocks; ++b) {
    for (int32_t i = below(6); i > 0; --i) {
      const auto action = static_cast<SsaAction>(below(4));
      const bool is_raise = action == SsaAction::kRaise;
      graph.events.push_back(
          {action, is_raise ? -1 : below(static_cast<uint32_t>(graph.variable_count))});
    }
    for (int32_t i = below(4); i > 0; --i) {
      graph.targets.push_back(1 + below(static_cast<uint32_t>(blocks - 1)));
      graph.taken.push_back(below(3) == 0 ? static_cast<uint8_t>(1 + below(7)) : ssa_edge::kAtEnd);
    }
    graph.event_begins.push_back(static_cast<int32_t>(graph.events.size()));
    graph.edge_begins.push_back(static_cast<int32_t>(graph.targets.size()));
  }
  graph.idom = ImmediateDominators({graph.edge_begins, graph.targets}, 0);
  // Which phis are spared may not change what reaches a use.
  for (int32_t b = 0; b < blocks; ++b) {
    graph.ipostdom.push_back(below(3) - 1 + below(static_cast<uint32_t>(blocks)));
  }
  AddNarrowings(random, graph);
  return graph;
}

Values Behind(const SsaGraph& graph, const SsaForm& form, int32_t value) {
  Values found;
  std::set<int32_t> passed;
  std::vector<int32_t> open{value};
  while (!open.empty()) {
    const int32_t at = open.back();
    open.pop_back();
    if (at < graph.first_narrowing()) {
      const bool is_new = found.insert(at).second;
      if (is_new && at >= 0 && graph.events[static_cast<size_t>(at)].action == SsaAction::kUpdate) {
        open.push_back(form.values[static_cast<size_t>(at)]);
      }
    } else if (!passed.insert(at).second) {
      continue;
    } else if (at < graph.first_phi()) {
      const SsaNarrowed& narrowed = form.narrowings[static_cast<size_t>(at) - graph.events.size()];
      REQUIRE(narrowed.is_seen);
      const bool is_narrowed_again =
          narrowed.value >= graph.first_narrowing() && narrowed.value < graph.first_phi();
      if (!is_narrowed_again) REQUIRE(narrowed.source == narrowed.value);
      open.push_back(narrowed.value);
    } else {
      const auto p = static_cast<size_t>(at - graph.first_phi());
      for (int32_t o = form.operand_begins[p]; o < form.operand_begins[p + 1]; ++o) {
        open.push_back(form.operands[static_cast<size_t>(o)].value);
      }
    }
  }
  return found;
}

TEST_CASE("what reaches a use through phis, of random graphs, against the naive fixpoint") {
  std::mt19937 random(1);
  int uses = 0;
  for (int round = 0; round < 3000; ++round) {
    // An edge that is taken at raises alone cannot be taken from a block without one: dominators
    // would count it all the same, as they count those of the control flow, where none is without.
    SsaGraph graph = RandomGraph(random);
    for (int32_t b = 0; b < graph.block_count(); ++b) {
      bool raises = false;
      for (int32_t i = graph.event_begins[static_cast<size_t>(b)];
           i < graph.event_begins[static_cast<size_t>(b) + 1]; ++i) {
        raises |= graph.events[static_cast<size_t>(i)].action == SsaAction::kRaise;
      }
      for (int32_t e = graph.edge_begins[static_cast<size_t>(b)];
           e < graph.edge_begins[static_cast<size_t>(b) + 1]; ++e) {
        uint8_t& taken = graph.taken[static_cast<size_t>(e)];
        if (!raises && taken == ssa_edge::kAtRaise) taken = ssa_edge::kAtBegin;
      }
    }
    const SsaForm form = BuildSsa(graph);
    const SsaFixpoint expected(graph);
    for (int32_t b = 0; b < graph.block_count(); ++b) {
      if (!graph.is_reached(b)) continue;
      for (int32_t i = graph.event_begins[static_cast<size_t>(b)];
           i < graph.event_begins[static_cast<size_t>(b) + 1]; ++i) {
        const auto at = static_cast<size_t>(i);
        if (graph.events[at].action != SsaAction::kUse) continue;
        REQUIRE(Behind(graph, form, form.values[at]) == expected.use(at));
        ++uses;
      }
    }
  }
  CHECK(uses > 10000);
}

TEST_CASE("a phi that no use sees does not exist; a variable inside its blocks needs none") {
  // 0 -> 1, 2 -> 3, both define variable 0 and 1; 3 uses 0 alone.
  SsaGraph graph;
  graph.variable_count = 2;
  graph.events = {{SsaAction::kDefine, 0},
                  {SsaAction::kDefine, 1},
                  {SsaAction::kDefine, 0},
                  {SsaAction::kDefine, 1},
                  {SsaAction::kUse, 0}};
  graph.event_begins = {0, 0, 2, 4, 5};
  graph.edge_begins = {0, 2, 3, 4, 4};
  graph.targets = {1, 2, 3, 3};
  graph.taken.assign(4, ssa_edge::kAtEnd);
  graph.idom = {-1, 0, 0, 0};
  graph.ipostdom = {3, 3, 3, -1};
  graph.narrowed.assign(4, -1);
  const SsaForm form = BuildSsa(graph);
  REQUIRE(form.phis.size() == 1);
  CHECK(form.phis[0].block == 3);
  CHECK(form.values[4] == 5);
  REQUIRE(form.operands.size() == 2);
  CHECK(form.operands[0].value == 0);
  CHECK(form.operands[1].value == 2);
}

}  // namespace
}  // namespace codeanatomy::flow
