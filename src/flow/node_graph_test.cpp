// The graph between nodes against the graph of blocks.
#include "flow/node_graph.h"

#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace codeanatomy::flow {
namespace {

struct Module {
  explicit Module(std::string source)
      : text(std::move(source)),
        tree(parse::ParseModule(text, {})),
        symbols(symbols::BuildSymbolTable(tree)),
        graph(BuildControlFlow(tree, symbols)),
        trees(ComputeDominatorTrees(graph)),
        nodes(BuildNodeGraph(tree, graph, trees,
                             ComputeControlDependence(graph, trees.post_dominators))) {}

  std::string text;
  parse::SyntaxTree tree;
  symbols::SymbolTable symbols;
  ControlFlow graph;
  DominatorTrees trees;
  NodeGraph nodes;

  /// Names as they are written, other nodes by kind.
  std::string Show(FlowPoint p) const {
    const auto span = tree.span(p.node);
    const bool is_name = tree.kind(p.node) == AstKind::kName;
    std::string out(is_name ? std::string_view(text).substr(span.begin, span.size())
                            : AstKindName(tree.kind(p.node)));
    return p.is_end ? "end of " + out : out;
  }
  /// All edges of a relation: the stored ones and those that the columns say.
  std::multiset<std::string> All(FlowRelation relation) const {
    std::multiset<std::string> found;
    const auto add = [&](FlowPoint from, FlowPoint to, FlowLabel label) {
      const std::string_view mark = kFlowLabelNames[static_cast<size_t>(label)];
      found.insert(fmt::format("{} {}> {}", Show(from), mark, Show(to)));
    };
    for (NodeId n{0}; n.value < tree.size(); ++n.value) {
      const NodeId head = nodes.block_heads[n.index()], idom = nodes.idom[n.index()];
      if (!head.valid() || head == n) continue;
      if (relation == FlowRelation::kCfg && idom.valid()) add({idom}, {n}, FlowLabel::kNone);
      for (const NodeEdge& edge : nodes.edges) {
        const bool covers = relation == FlowRelation::kCdg && edge.relation == relation &&
                            edge.covers_block && edge.target.node == head;
        if (covers) add({edge.source}, {n}, edge.label);
      }
    }
    for (const NodeEdge& edge : nodes.edges) {
      if (edge.relation == relation) add({edge.source}, edge.target, edge.label);
    }
    return found;
  }
};

using Edges = std::multiset<std::string>;

TEST_CASE("clearing the name of a handler is entered by exceptions only, not with the scope") {
  const Module module("try:\n  a\nexcept B as c:\n  d\n");
  const auto edges = module.All(FlowRelation::kCfg);
  CHECK(edges.count("Module > ExceptHandler") == 0);
  CHECK(edges.count("Expr EXCEPTION> ExceptHandler") == 1);
}

TEST_CASE("a function begins at its node and ends at its end; what evaluates nothing is passed") {
  const Module module("def f():\n  if a:\n    b\n  c\n");
  CHECK(module.All(FlowRelation::kCfg) ==
        Edges{"Module > FunctionDef", "FunctionDef > end of Module", "FunctionDef > a", "a TRUE> b",
              "b > Expr", "Expr > c", "a FALSE> c", "c > Expr", "Expr > end of FunctionDef"});
  CHECK(module.All(FlowRelation::kCdg) == Edges{"a TRUE> b", "a TRUE> Expr"});
}

TEST_CASE("post-dominators lead to the end of the scope") {
  const Module module("def f():\n  if a:\n    b\n  c\n");
  for (NodeId n{0}; n.value < module.tree.size(); ++n.value) {
    if (module.tree.kind(n) != AstKind::kName) continue;
    const std::string name = module.Show({n});
    const FlowPoint after = module.nodes.ipostdom[n.index()];
    CHECK(module.Show(after) == (name == "a" ? "c" : "Expr"));
    const NodeId idom = module.nodes.idom[n.index()];
    CHECK(module.Show({idom}) == (name == "a" ? "FunctionDef" : "a"));
  }
}

TEST_CASE("ways of a finally body carry their completion") {
  const Edges edges =
      Module("def f():\n  try:\n    return a\n  finally:\n    b\n").All(FlowRelation::kCfg);
  CHECK(edges.contains("Expr return> end of FunctionDef"));
  CHECK(edges.contains("Return EXCEPTION> b"));
  CHECK(edges.contains("Expr raise> end of FunctionDef"));
}

// Every edge between nodes, columns included, is there once; nodes of a reachable block have a
// dominator, and the first ones follow from edges between blocks.
TEST_CASE("no edge twice, no node without a way to it") {
  for (const std::string& text :
       {std::string(
            "def f(a):\n  while a:\n    with a as b, c:\n      if b: continue\n      try:\n"
            "        yield [x for x in b if x]\n      except E as e:\n        if e: return\n"
            "      finally:\n        d\n  else:\n    return 1 if a else 0 < a < 9\n"),
        std::string("match a:\n  case [1, *b] if b: pass\n  case {'k': v, **r} | C(v, r=r): v\n"
                    "class D(a): x = (y := 1) and y\n")}) {
    const Module module(text);
    std::set<std::pair<NodeId, FlowPoint>> steps;
    for (NodeId n{0}; n.value < module.tree.size(); ++n.value) {
      const NodeId head = module.nodes.block_heads[n.index()];
      if (head.valid() && head != n) steps.emplace(module.nodes.idom[n.index()], FlowPoint{n});
    }
    for (const NodeEdge& edge : module.nodes.edges) {
      if (edge.relation != FlowRelation::kCfg || edge.label != FlowLabel::kNone) continue;
      CHECK(steps.emplace(edge.source, edge.target).second);
    }
    for (BlockId b{0}; b.value < module.graph.block_count(); ++b.value) {
      if (!module.graph.is_reachable(b)) continue;
      for (const NodeId n : module.graph.nodes(b)) {
        INFO(module.Show({n}), module.tree.span(n).begin);
        CHECK(module.nodes.idom[n.index()].valid());
        CHECK(module.nodes.idom[n.index()] != n);
      }
    }
  }
}

}  // namespace
}  // namespace codeanatomy::flow
