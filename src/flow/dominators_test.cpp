#include "flow/dominators.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

#include "flow/flow_properties.h"

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

TEST_CASE("dominators of random graphs of up to 200 nodes, against the definition") {
  std::mt19937 random(1);
  for (int round = 0; round < 150; ++round) {
    const auto size = static_cast<int32_t>(1 + random() % (round < 140 ? 40 : 200));
    const Digraph graph = RandomGraph(random, size);
    REQUIRE(BrokenDominators(graph, 0, ImmediateDominators(graph, 0)) == "");
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

TEST_CASE("trees and control dependence of every cut of a program, against their definitions") {
  size_t compared = 0;
  for (size_t size = 0; size <= kProgram.size(); ++size) {
    const Module module{std::string(kProgram.substr(0, size))};
    REQUIRE(BrokenFlow(module.graph, 1000, compared) == "");
  }
  CHECK(compared > kProgram.size());
}

TEST_CASE("an endless loop that only an exception leaves is an end, not the loop around it") {
  const Module module(
      "def f():\n while True:\n  for c in a:\n   b(c)\n   while True:\n    try:\n     x = d()\n"
      "    except E:\n     break\n    else:\n     x()\n   if e:\n    return\n");
  size_t compared = 0;
  CHECK(BrokenFlow(module.graph, 100, compared) == "");
  CHECK(compared == 2);
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
