#include "flow/cfg.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "flow/flow_properties.h"

namespace codeanatomy::flow {
namespace {

struct Module {
  explicit Module(std::string source)
      : text(std::move(source)),
        tree(parse::ParseModule(text, {})),
        symbols(symbols::BuildSymbolTable(tree)),
        graph(BuildControlFlow(tree, symbols)) {}

  std::string text;
  parse::SyntaxTree tree;
  symbols::SymbolTable symbols;
  ControlFlow graph;

  /// Source text of the nodes of a block that stand for themselves, implicit ones in brackets.
  std::string Show(BlockId b) const {
    std::string out(kBlockKindNames[static_cast<size_t>(graph.kind(b))]);
    for (size_t i = 0; i < graph.nodes(b).size(); ++i) {
      const NodeId n = graph.nodes(b)[i];
      const AstKind kind = tree.kind(n);
      if (kind == AstKind::kExpr) continue;
      const bool is_implicit = (graph.node_flags(b)[i] & flow_node_flag::kImplicit) != 0;
      const bool is_leaf = tree.subtree_end(n).value == n.value + 1;
      const auto span = tree.span(n);
      const std::string_view name =
          is_leaf ? std::string_view(text).substr(span.begin, span.size()) : AstKindName(kind);
      out += is_implicit ? fmt::format(" [{}]", name) : fmt::format(" {}", name);
    }
    return out;
  }
  /// Every reachable block of a scope with its edges, a line each.
  std::string Show(int32_t scope = 0) const {
    std::string out;
    const FlowScopeId s{scope};
    const int32_t first = graph.blocks_begin(s).value;
    for (BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
      if (!graph.is_reachable(b)) continue;
      out += fmt::format("{} {}:", b.value - first, Show(b));
      for (EdgeId e = graph.edges_begin(b); e != graph.edges_end(b); ++e.value) {
        const Completion completion = graph.completion(e);
        out += fmt::format(" {}{}{}{}{}>{}", kFlowEdgeKindNames[static_cast<size_t>(graph.kind(e))],
                           completion == Completion::kNone ? "" : "/",
                           kCompletionNames[static_cast<size_t>(completion)],
                           graph.has(e, flow_edge_flag::kImplicitRaise) ? "?" : "",
                           graph.has(e, flow_edge_flag::kBack) ? "^" : "",
                           graph.target(e).value - first);
      }
      out += "\n";
    }
    return out;
  }
};

void CheckInvariants(const Module& module) {
  for (FlowScopeId s{0}; s.value < module.graph.scope_count(); ++s.value) {
    CHECK(BrokenShape(module.graph, s) == "");
  }
}

std::string ShowText(std::string source, int32_t scope = 0) {
  const Module module(std::move(source));
  CheckInvariants(module);
  return module.Show(scope);
}

TEST_CASE("a condition jumps from its operands") {
  CHECK(ShowText("if a and not b:\n  c\n") ==
        "0 entry: next>1\n"
        "1 condition a: true>2 false>4\n"
        "2 condition b: true>4 false>3\n"
        "3 body c: next>4\n"
        "4 body: return>5\n"
        "5 exit:\n");
}

TEST_CASE("the value of and, or, chains and conditional expressions is where the ways meet") {
  CHECK(ShowText("a < b < c\n") ==
        "0 entry: next>1\n"
        "1 condition a b [Compare]: true>2 false>3\n"
        "2 body c: next>3\n"
        "3 body Compare: return>4\n"
        "4 exit:\n");
}

TEST_CASE("loops: else only without break") {
  CHECK(ShowText("for x in y:\n  if x: break\nelse:\n  z\n") ==
        "0 entry: next>1\n"
        "1 body y: next>2\n"
        "2 loop_head For: true>3 false>6\n"
        "3 condition x x: true>4 false>5\n"
        "4 body break: break>7\n"
        "5 body: loop_back^>2\n"
        "6 body z: next>7\n"
        "7 body: return>8\n"
        "8 exit:\n");
}

TEST_CASE("constant conditions") {
  const Module module("while True:\n  a\nb\nif 0:\n  c\nif 0x00 or 1:\n  d\n");
  CheckInvariants(module);
  CHECK_FALSE(module.graph.is_reachable(module.graph.exit(FlowScopeId{0})));
  CHECK(ShowText("if 0.0: a\nif 0x0F: b\n").find("body a") == std::string::npos);
  CHECK(ShowText("if 0.0: a\nif 0x0F: b\n").find("body b") != std::string::npos);
}

TEST_CASE("a finally body stands once and tells its ways out apart") {
  const std::string shown = ShowText(
      "def f():\n  while a:\n    try:\n      if b: break\n      return c\n    finally:\n      d\n",
      1);
  CHECK(shown.find("finally d: finally/return>") != std::string::npos);
  CHECK(shown.find(" finally/break>") != std::string::npos);
  CHECK(shown.find(" finally/raise?>") != std::string::npos);
  CHECK(shown.find(" finally/normal>") == std::string::npos);
}

TEST_CASE("with: one exit per completion, and one that may swallow the exception") {
  const std::string shown = ShowText("def f():\n  with a:\n    return b\n  c\n", 1);
  CHECK(shown.find("with_exit [withitem]: return>") != std::string::npos);
  CHECK(shown.find("with_exit [withitem]: next>") != std::string::npos);
  CHECK(shown.find("body c:") != std::string::npos);
}

TEST_CASE("handlers: tested in turn, the last passes the exception on, names are cleared") {
  const std::string shown = ShowText("try:\n  a\nexcept B as e:\n  c\nexcept D:\n  e\n");
  CHECK(shown.find("handler B: true>") != std::string::npos);
  CHECK(shown.find("handler D: true>") != std::string::npos);
  CHECK(shown.find("body [ExceptHandler]: next>") != std::string::npos);
  CHECK(shown.find("raise_exit:") != std::string::npos);
}

TEST_CASE("what a clause passes on is explicit if a raise statement can come there") {
  const auto handler = [](std::string source) {
    const std::string shown = ShowText(std::move(source));
    const size_t begin = shown.find("handler B:");
    return shown.substr(begin, shown.find('\n', begin) - begin);
  };
  CHECK(handler("try:\n  a\nexcept B: c\n").find(" exception?>") != std::string::npos);
  CHECK(handler("try:\n  raise a\nexcept B: c\n").find(" exception>") != std::string::npos);
}

TEST_CASE("match: captures are bound when the pattern has matched, a wildcard ends the cases") {
  const std::string shown = ShowText("match a:\n  case [x]: b\n  case _: c\n  case 3: d\n");
  CHECK(shown.find("body x b: next>") != std::string::npos);
  CHECK(shown.find(" d:") == std::string::npos);
}

TEST_CASE("match: a case that takes everything has one way out") {
  CHECK(ShowText("match a:\n  case x: b\n") ==
        "0 entry: next>1\n"
        "1 body a Match: case>2\n"
        "2 body x b: next>3\n"
        "3 body: return>4\n"
        "4 exit:\n");
}

TEST_CASE("comprehensions are nested loops around the element") {
  CHECK(ShowText("[a for b in c if d for e in f]\n", 1) ==
        "0 entry: next>1\n"
        "1 loop_head comprehension: true>2 false>6\n"
        "2 condition b d: true>3 false^>1\n"
        "3 body f: next>4\n"
        "4 loop_head comprehension: true>5 false^>1\n"
        "5 body e a [ListComp]: loop_back^>4\n"
        "6 body: return>7\n"
        "7 exit:\n");
}

TEST_CASE("invariants hold for broken code and for every cut of a program") {
  const std::string text =
      "def f(a, *b, c=1):\n  try:\n    with a as (x, y), b:\n      for i in x:\n        if i: "
      "continue\n"
      "        elif j < k < l: return lambda: [m for n in o async for p in q]\n"
      "        else: raise E from F\n  except* G as e:\n    assert h, e\n  else:\n    del a.b, "
      "c[0]\n"
      "  finally:\n    while (w := v()): await u; break\n  match s:\n    case {'k': t, **r} if t: "
      "yield\n"
      "    case A(1, b=2) | [*_]: global z; z += 1\n    case _: import m.n as o\n";
  for (size_t size = 0; size <= text.size(); ++size) CheckInvariants(Module(text.substr(0, size)));
}

TEST_CASE("cost is linear in nesting and in length") {
  std::string deep, wide, leaving;
  for (int i = 0; i < 80; ++i) deep.append(static_cast<size_t>(i), ' ').append("while a:\n");
  deep.append(80, ' ').append("break\n");
  CheckInvariants(Module(deep));
  for (int i = 0; i < 25000; ++i) wide += "if c: x = i; use(x)\n";
  leaving = "def f():\n";
  for (int i = 1; i < 19; ++i) leaving.append(static_cast<size_t>(i), ' ').append("with a:\n");
  for (int i = 0; i < 20000; ++i) leaving.append(19, ' ').append("if b: return c\n");
  const Module long_body(wide), many_exits(leaving);
  CHECK(long_body.graph.block_count() < 4 * 25000);
  CHECK(long_body.graph.edge_count() < 6 * 25000);
  CHECK(many_exits.graph.block_count() < 5 * 20000);
}

}  // namespace
}  // namespace codeanatomy::flow
