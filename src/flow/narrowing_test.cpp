#include <algorithm>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "flow/reaching_definitions.h"

namespace codeanatomy::flow {
namespace {

// `name line: …` of each use of a name, with the narrowings above its definitions:
// `+test(argument)` where the test holds, `-` where it does not; phis in brackets.
class Shown {
 public:
  explicit Shown(std::string source)
      : text_(std::move(source)),
        tree_(parse::ParseModule(text_, {})),
        symbols_(symbols::BuildSymbolTable(tree_)),
        graph_(BuildControlFlow(tree_, symbols_)),
        sparse_(FindDefinitions(tree_, symbols_, graph_, ComputeDominatorTrees(graph_))) {}

  std::string Of(std::string_view line) const {
    std::string out;
    for (const Use& use : sparse_.uses) {
      const std::string_view source = Source(use.node);
      const size_t begin = text_.rfind('\n', tree_.span(use.node).begin) + 1;
      const size_t end = text_.find('\n', begin);
      if (std::string_view(text_).substr(begin, end - begin).find(line) == std::string::npos)
        continue;
      out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", source, Value(use.reaching, 8));
    }
    return out;
  }
  const SparseDefinitions& sparse() const { return sparse_; }

 private:
  std::string_view Source(NodeId n) const {
    const ByteSpan span = tree_.span(n);
    return std::string_view(text_).substr(span.begin, span.size());
  }
  std::string Value(ReachingId r, int depth) const {
    if (!r.valid()) return "?";
    if (depth == 0) return "…";
    if (sparse_.is_narrowing(r)) {
      const Narrowing& n = sparse_.narrowings[sparse_.narrowing(r).index()];
      const NodeId argument = n.test.argument;
      return fmt::format("{}{}{} {}", n.holds ? "+" : "-",
                         kTestKindNames[static_cast<size_t>(n.test.kind)],
                         argument.valid() ? fmt::format("({})", Source(argument)) : "",
                         Value(n.reaching, depth - 1));
    }
    if (sparse_.is_definition(r)) {
      const Definition& d = sparse_.definition(r);
      std::string out(kDefinitionKindNames[static_cast<size_t>(d.kind)]);
      if (!d.is_strong) out += " " + Value(d.prior, depth - 1);
      return out;
    }
    const Phi& phi = sparse_.phis[sparse_.phi(r).index()];
    std::string out;
    for (int32_t o = phi.operands_begin; o < phi.operands_end; ++o) {
      out += out.empty() ? "[" : ", ";
      out += Value(sparse_.operands[static_cast<size_t>(o)].reaching, depth - 1);
    }
    return out + "]";
  }

  std::string text_;
  parse::SyntaxTree tree_;
  symbols::SymbolTable symbols_;
  ControlFlow graph_;
  SparseDefinitions sparse_;
};

std::string Branch(std::string_view condition) {
  const Shown shown(
      fmt::format("def f(x, y):\n  if {}:\n    yes(x)\n  else:\n    no(x)\n", condition));
  return shown.Of("yes(") + " | " + shown.Of("no(");
}

TEST_CASE("tests of a name, on either way") {
  CHECK(Branch("x") == "x: +truth param | x: -truth param");
  CHECK(Branch("not x") == "x: -truth param | x: +truth param");
  CHECK(Branch("x is None") == "x: +is(None) param | x: -is(None) param");
  CHECK(Branch("x is not None") == "x: -is(None) param | x: +is(None) param");
  CHECK(Branch("None is x") == "x: +is(None) param | x: -is(None) param");
  CHECK(Branch("x == 1") == "x: +equal(1) param | x: -equal(1) param");
  CHECK(Branch("x != 1") == "x: -equal(1) param | x: +equal(1) param");
  CHECK(Branch("x in (1, 2)") == "x: +in((1, 2)) param | x: -in((1, 2)) param");
  CHECK(Branch("x not in y") == "x: -in(y) param | x: +in(y) param");
  CHECK(Branch("isinstance(x, int)") == "x: +isinstance(int) param | x: -isinstance(int) param");
  CHECK(Branch("issubclass(x, int)") == "x: +issubclass(int) param | x: -issubclass(int) param");
  CHECK(Branch("callable(x)") == "x: +callable param | x: -callable param");
  CHECK(Branch("type(x) is int") == "x: +type(int) param | x: -type(int) param");
  CHECK(Branch("(x := y) is None") == "x: +is(None) walrus | x: -is(None) walrus");
  CHECK(Branch("x := y") == "x: +truth walrus | x: -truth walrus");
}

TEST_CASE("what is no test of a name") {
  CHECK(Branch("f(x)") == "x: param | x: param");
  CHECK(Branch("x < 1") == "x: param | x: param");
  CHECK(Branch("1 < x < y") == "x: param | x: param");
  CHECK(Branch("isinstance(x)") == "x: param | x: param");
  CHECK(Branch("1") == "x: param | x: ?");
  CHECK(
      Shown("def isinstance(a, b): pass\ndef f(x):\n  if isinstance(x, int): yes(x)\n").Of("yes") ==
      "x: param; x: param");
  CHECK(Shown("def f(E):\n  try: g()\n  except E: return E\n  except F: no(E)\n").Of("no(") ==
        "E: param");
}

TEST_CASE("a name that is bound between its reading and the branch is not what was tested") {
  CHECK(Branch("isinstance(x, (x := y))") == "x: walrus | x: walrus");
  const Shown shown(
      "def f(x, y):\n  match x:\n    case 1 if (x := y): pass\n    case 2:\n      yes(x)\n");
  CHECK(shown.Of("yes(").find("case(2)") == std::string::npos);
}

TEST_CASE("and, or, assert, while, comprehensions, conditional expressions") {
  CHECK(Branch("x and x.y") == "x: +truth param | x: [-truth param, +truth param]");
  CHECK(Shown("def f(x):\n  assert x is not None\n  yes(x)\n").Of("yes") == "x: -is(None) param");
  CHECK(Shown("def f(x):\n  while x:\n    x = x.n\n  no(x)\n").Of("no(") ==
        "x: -truth [param, assign]");
  CHECK(Shown("a = [yes(x) for x in r if callable(x)]\n").Of("yes").find("+callable for") !=
        std::string::npos);
  CHECK(Shown("def f(x):\n  return yes(x) if x else 1\n").Of("yes").find("x: +truth param") !=
        std::string::npos);
}

TEST_CASE("match narrows its subject by the pattern of each case") {
  const Shown shown(
      "def f(x):\n  match x:\n    case int():\n      one(x)\n    case [_] if x:\n      two(x)\n"
      "    case _:\n      rest(x)\n");
  CHECK(shown.Of("one(") == "x: +case(int()) param");
  CHECK(shown.Of("two(") == "x: +truth +case([_]) -case(int()) param");
  CHECK(shown.Of("rest(") ==
        "x: [-case([_]) -case(int()) param, -truth +case([_]) -case(int()) param]");
}

TEST_CASE("behind a branch: a default, a way that leaves, a test that all ways come back from") {
  CHECK(Shown("def f(x):\n  if x is None:\n    x = 1\n  end(x)\n").Of("end(") ==
        "x: [-is(None) param, assign]");
  CHECK(Shown("def f(x):\n  if x is None:\n    return\n  end(x)\n").Of("end(") ==
        "x: -is(None) param");
  const Shown whole("def f(x):\n  if x:\n    g(x)\n  end(x)\n");
  CHECK(whole.Of("end(") == "x: param");
  CHECK(whole.sparse().phis.empty());
  CHECK(Shown("def f(x):\n  if isinstance(x, A): a()\n  elif isinstance(x, B): b()\n"
              "  else: raise E\n  end(x)\n")
            .Of("end(") == "x: [+isinstance(A) param, +isinstance(B) -isinstance(A) param]");
}

TEST_CASE("fields are narrowed too, until a call may store to them; a type test is none") {
  const std::string store = "def f(self):\n  self.n = g()\n";
  CHECK(Shown(store + "  if isinstance(self.n, A): yes(self.n)\n")
            .Of("yes")
            .find("self.n: +isinstance(A) attribute") != std::string::npos);
  CHECK(Shown(store + "  if self.n:\n    g()\n    end(self.n)\n").Of("end") ==
        "self: param; self.n: call_effect +truth attribute");
}

TEST_CASE("a narrowing that no use sees does not exist; reaching definitions pass through") {
  CHECK(Shown("def f(x):\n  if x: g()\n").sparse().narrowings.empty());
  std::string text = "def f(c):\n";
  for (int i = 0; i < 1000; ++i) text += "  if c == 1: return\n";
  const Shown shown(text + "  end(c)\n");
  CHECK(shown.sparse().narrowings.size() == 1000);
  ReachingDefinitions reaching(shown.sparse());
  CHECK(reaching.Of(shown.sparse().uses.back().reaching, 1)->size() == 1);
}

}  // namespace
}  // namespace codeanatomy::flow
