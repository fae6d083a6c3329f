#include "flow/dominators.h"

#include <random>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "flow/control_dependence.h"

namespace codeanatomy::flow {
namespace {

Digraph RandomGraph(std::mt19937& random, int32_t size) {
  std::vector<std::vector<int32_t>> targets(static_cast<size_t>(size));
  const int32_t edges = static_cast<int32_t>(random() % static_cast<uint32_t>(3 * size + 1));
  for (int32_t i = 0; i < edges; ++i) {
    targets[random() % static_cast<uint32_t>(size)].push_back(
        static_cast<int32_t>(random() % static_cast<uint32_t>(size)));
  }
  Digraph graph;
  graph.begins.push_back(0);
  for (const auto& list : targets) {
    graph.targets.insert(graph.targets.end(), list.begin(), list.end());
    graph.begins.push_back(static_cast<int32_t>(graph.targets.size()));
  }
  return graph;
}

std::vector<bool> Reached(const Digraph& graph, int32_t root, int32_t without) {
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

// By definition: d dominates n iff n is not reached without d.
void CheckByDefinition(const Digraph& graph, int32_t root, const std::vector<int32_t>& idom) {
  const std::vector<bool> all = Reached(graph, root, -1);
  for (int32_t d = 0; d < graph.size(); ++d) {
    const std::vector<bool> without = Reached(graph, root, d);
    for (int32_t n = 0; n < graph.size(); ++n) {
      if (!all[static_cast<size_t>(n)]) {
        REQUIRE(idom[static_cast<size_t>(n)] == -1);
        continue;
      }
      bool in_tree = n == d;
      for (int32_t up = n; up >= 0 && !in_tree; up = idom[static_cast<size_t>(up)]) {
        in_tree = up == d;
      }
      REQUIRE(in_tree == (n == d || !without[static_cast<size_t>(n)]));
    }
  }
}

TEST_CASE("dominators of random graphs of up to 200 nodes, against the definition") {
  std::mt19937 random(1);
  for (int round = 0; round < 150; ++round) {
    const auto size = static_cast<int32_t>(1 + random() % (round < 140 ? 40 : 200));
    const Digraph graph = RandomGraph(random, size);
    CheckByDefinition(graph, 0, ImmediateDominators(graph, 0));
  }
}

TEST_CASE("dominators: a chain that leaves everywhere is linear") {
  constexpr int32_t kLength = 200000;
  Digraph graph;
  graph.begins.push_back(0);
  for (int32_t n = 0; n < kLength; ++n) {
    graph.targets.push_back(n + 1);
    graph.targets.push_back(kLength);
    graph.begins.push_back(static_cast<int32_t>(graph.targets.size()));
  }
  graph.begins.push_back(static_cast<int32_t>(graph.targets.size()));
  const std::vector<int32_t> idom = ImmediateDominators(graph, 0);
  CHECK(idom[kLength] == 0);
  CHECK(idom[kLength - 1] == kLength - 2);
}

struct Module {
  explicit Module(std::string source)
      : text(std::move(source)),
        tree(parse::ParseModule(text, {})),
        graph(BuildControlFlow(tree, symbols::BuildSymbolTable(tree))),
        trees(ComputeDominatorTrees(graph)) {}
  std::string text;
  parse::SyntaxTree tree;
  ControlFlow graph;
  DominatorTrees trees;
};

constexpr std::string_view kProgram =
    "def f(a, *b, c=1):\n  try:\n    with a as (x, y), b:\n      for i in x:\n        if i: "
    "continue\n"
    "        elif j < k < l: return lambda: [m for n in o async for p in q]\n"
    "        else: raise E from F\n  except* G as e:\n    assert h, e\n  else:\n    del a.b, c[0]\n"
    "  finally:\n    while (w := v()): await u; break\n  match s:\n    case {'k': t, **r} if t: "
    "yield\n"
    "    case A(1, b=2) | [*_]: global z; z += 1\n    case _: import m.n as o\n  while True: "
    "pass\n";

// The scope without implicit raises; `ends` are tied to one further node.
Digraph Normal(const ControlFlow& graph, FlowScopeId s) {
  const int32_t first = graph.blocks_begin(s).value;
  Digraph out;
  out.begins.push_back(0);
  for (BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
    for (EdgeId e = graph.edges_begin(b); e != graph.edges_end(b); ++e.value) {
      if (!graph.is_reachable(b) || graph.has(e, flow_edge_flag::kImplicitRaise)) continue;
      out.targets.push_back(graph.target(e).value - first);
    }
    out.begins.push_back(static_cast<int32_t>(out.targets.size()));
  }
  return out;
}

TEST_CASE("post-dominators of every cut of a program: p is on every way from n to an end") {
  for (size_t size = 0; size <= kProgram.size(); ++size) {
    const Module module{std::string(kProgram.substr(0, size))};
    for (FlowScopeId s{0}; s.value < module.graph.scope_count(); ++s.value) {
      const Digraph normal = Normal(module.graph, s);
      const int32_t first = module.graph.blocks_begin(s).value;
      for (int32_t n = 0; n < normal.size(); ++n) {
        const BlockId p = module.trees.post_dominators[static_cast<size_t>(first + n)];
        if (!p.valid()) continue;
        const std::vector<bool> reached = Reached(normal, n, p.value - first);
        REQUIRE(Reached(normal, n, -1)[static_cast<size_t>(p.value - first)]);
        for (int32_t m = 0; m < normal.size(); ++m) {
          const auto at = static_cast<size_t>(m);
          if (reached[at]) REQUIRE(normal.begins[at] != normal.begins[at + 1]);
        }
      }
    }
  }
}

TEST_CASE("control dependence of every cut of a program, against the definition") {
  for (size_t size = 0; size <= kProgram.size(); size += 3) {
    const Module module{std::string(kProgram.substr(0, size))};
    const ControlFlow& graph = module.graph;
    const auto post_dominates = [&](BlockId p, BlockId n) {
      for (; n.valid(); n = module.trees.post_dominators[n.index()]) {
        if (n == p) return true;
      }
      return false;
    };
    std::set<std::pair<int32_t, int32_t>> expected, found;
    for (EdgeId e{0}; e.value < graph.edge_count(); ++e.value) {
      const BlockId a = graph.source(e);
      if (!graph.is_reachable(a) || graph.has(e, flow_edge_flag::kImplicitRaise)) continue;
      for (BlockId b{0}; b.value < graph.block_count(); ++b.value) {
        const bool strictly = b != a && post_dominates(b, a);
        if (post_dominates(b, graph.target(e)) && !strictly) expected.emplace(b.value, e.value);
      }
    }
    for (const ControlDependence& d :
         ComputeControlDependence(graph, module.trees.post_dominators)) {
      REQUIRE(found.emplace(d.block.value, d.edge.value).second);
    }
    REQUIRE(found == expected);
  }
}

TEST_CASE("a branch decides over its suites and not over what follows") {
  const Module module("if a:\n  b\nc\n");
  const ControlFlow& graph = module.graph;
  const auto dependences = ComputeControlDependence(graph, module.trees.post_dominators);
  REQUIRE(dependences.size() == 1);
  CHECK(graph.kind(dependences[0].edge) == FlowEdgeKind::kTrue);
  CHECK(module.trees.post_dominators[1] == BlockId{3});
  CHECK(module.trees.dominators[3] == BlockId{1});
}

}  // namespace
}  // namespace codeanatomy::flow
