#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "flow/reaching_definitions.h"

namespace codeanatomy::flow {
namespace {

struct Module {
  explicit Module(std::string source)
      : text(std::move(source)),
        tree(parse::ParseModule(text, {})),
        symbols(symbols::BuildSymbolTable(tree)),
        graph(BuildControlFlow(tree, symbols)),
        sparse(FindDefinitions(tree, symbols, graph, ComputeDominatorTrees(graph))) {}

  std::string text;
  parse::SyntaxTree tree;
  symbols::SymbolTable symbols;
  ControlFlow graph;
  SparseDefinitions sparse;

  std::string_view NameOf(VariableId v) const {
    const Variable& variable = sparse.variables[v.index()];
    if (!variable.access.valid()) return symbols.name(variable.symbol);
    const auto span = tree.span(variable.access);
    return std::string_view(text).substr(span.begin, span.size());
  }
  /// Line, or `line:` and the kind where it is not the ordinary one.
  std::string Show(const Definition& d) const {
    std::string out = fmt::format("{}", Line(d.node));
    if (d.kind != DefinitionKind::kAssign) {
      out += fmt::format(":{}", kDefinitionKindNames[static_cast<size_t>(d.kind)]);
    }
    return out;
  }
  size_t Line(NodeId n) const {
    return 1 +
           static_cast<size_t>(std::count(text.begin(), text.begin() + tree.span(n).begin, '\n'));
  }
  /// `name line: definitions` of each use, in order of lines; `?` where it may be unbound.
  std::string Show() const {
    ReachingDefinitions reaching(sparse);
    std::multiset<std::pair<size_t, std::string>> lines;
    for (const Use& use : sparse.uses) {
      std::string out = fmt::format("{} {}{}:", NameOf(use.variable), Line(use.node),
                                    use.may_be_unbound ? "?" : "");
      for (const DefinitionId d : reaching.Of(use.reaching)) {
        out += " " + Show(sparse.definitions[d.index()]);
      }
      lines.emplace(Line(use.node), out);
    }
    std::string out;
    for (const auto& [line, use] : lines) out += use + "\n";
    return out;
  }
};

TEST_CASE("a definition kills what was before; ways that meet bring theirs together") {
  CHECK(Module("def f(a):\n  x = 1\n  x = 2\n  if a:\n    x = 3\n  return x\n").Show() ==
        "a 4: 1:param\n"
        "x 6: 3 5\n");
  CHECK(Module("def f():\n  for i in r():\n    s = i\n  return i, s\n").Show() ==
        "i 3: 2:for\n"
        "i 4?: 2:for\n"
        "s 4?: 3\n");
}

TEST_CASE("augmented assignment reads what was before and binds anew") {
  CHECK(Module("def f(n):\n  s = 0\n  while n:\n    s += n\n  return s\n").Show() ==
        "n 3: 1:param\n"
        "n 4: 1:param\n"
        "s 4: 2 4:augmented\n"
        "s 5: 2 4:augmented\n");
}

TEST_CASE("del and the end of an except clause unbind") {
  CHECK(Module("def f(x):\n  del x\n  return x\n").Show() == "x 2: 1:param\nx 3?:\n");
  CHECK(Module("def f(e):\n  try:\n    g()\n  except E as e:\n    h(e)\n  return e\n").Show() ==
        "e 5: 4:except\n"
        "e 6?: 1:param\n");
}

TEST_CASE("a handler sees what holds at each operation that may raise") {
  CHECK(Module("def f():\n  x = 1\n  try:\n    x = g()\n    x = h()\n  except E:\n    return x\n"
               "  else:\n    return x\n")
            .Show() ==
        "x 7: 2 4\n"
        "x 9: 5\n");
}

TEST_CASE("a finally body sees every way into it") {
  CHECK(Module("def f():\n  x = 1\n  try:\n    x = g()\n    return x\n  finally:\n    u(x)\n")
            .Show() ==
        "x 5: 4\n"
        "x 7: 2 4\n");
}

TEST_CASE("short circuit, walrus and chained comparison bind on some ways") {
  CHECK(Module("def f(a):\n  if a and (y := g()) < a:\n    return y\n  return y\n").Show() ==
        "a 2: 1:param\n"
        "a 2: 1:param\n"
        "y 3: 2:walrus\n"
        "y 4?: 2:walrus\n");
}

TEST_CASE("with, import, def, class and match bind") {
  CHECK(Module("def f(a):\n  with a as w:\n    w\n  import m.n\n  m\n  def d(): pass\n  d\n"
               "  class c: pass\n  c\n  match a:\n    case [p, *q]:\n      p, q\n")
            .Show() ==
        "a 2: 1:param\n"
        "w 3: 2:with\n"
        "m 5: 4:import\n"
        "d 7: 6:def\n"
        "c 9: 8:class\n"
        "a 10: 1:param\n"
        "p 12: 11:match\n"
        "q 12: 11:match\n");
}

TEST_CASE(
    "an inner scope reads at its definition what its body captures, which it holds at entry") {
  CHECK(Module("def f():\n  x = 1\n  def g():\n    return x\n  x = 2\n  return g\n").Show() ==
        "x 3: 2\n"
        "x 4: 3:entry\n"
        "g 6: 3:def\n");
  CHECK(Module("def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = x + 1\n    return x\n")
            .Show() ==
        "x 3: 2\n"
        "x 5: 3:entry\n"
        "x 6: 5\n");
}

TEST_CASE("a call may rebind what an inner function declares nonlocal, or a function global") {
  CHECK(
      Module("def f():\n  x = y = 1\n  def g():\n    nonlocal x\n    x = y\n  g()\n  return x, y\n")
          .Show() ==
      "x 3: 2\n"
      "y 3: 2\n"
      "y 5: 3:entry\n"
      "g 6: 3:def\n"
      "x 7: 2 6:call_effect\n"
      "y 7: 2\n");
  CHECK(Module("n = 0\ndef f():\n  global n\n  n = 1\nf()\nn\n").Show() ==
        "f 5: 2:def\n"
        "n 6: 1 5:call_effect\n");
}

TEST_CASE("class bodies and decorators run code as calls do") {
  CHECK(Module("def f():\n  x = 1\n  class A:\n    nonlocal x\n    x = 2\n  return x\n")
            .Show()
            .find("x 6: 2 3:call_effect\n") != std::string::npos);
  const std::string rebind = "def f():\n  x = 1\n  def d(g):\n    nonlocal x\n    x = 2\n";
  CHECK(Module(rebind + "  @d\n  def h(): pass\n  return x\n")
            .Show()
            .find("x 8: 2 7:call_effect\n") != std::string::npos);
  CHECK(Module(rebind + "  def h(): pass\n  return x\n").Show().find("x 7: 2\n") !=
        std::string::npos);
}

TEST_CASE("rebound names beyond the limit have no rows, rather than wrong ones") {
  constexpr auto kMost = static_cast<size_t>(ValueOf(FlowLimit::kReboundNames));
  std::string text = "def f():\n", names = "x0", binds, uses;
  for (size_t i = 0; i < kMost + 40; ++i) {
    text += fmt::format("  x{} = 0\n", i);
    if (i > 0) names += fmt::format(", x{}", i);
    binds += fmt::format("x{} = ", i);
    uses += fmt::format("  x{}\n", i);
  }
  text += fmt::format("  def g():\n    nonlocal {}\n    {}1\n  g()\n{}", names, binds, uses);
  const Module module(text);
  ReachingDefinitions reaching(module.sparse);
  size_t count = 0;
  for (const Use& use : module.sparse.uses) {
    if (use.kind != UseKind::kLoad || module.NameOf(use.variable) == "g") continue;
    ++count;
    CHECK(reaching.Of(use.reaching).size() == 2);
  }
  CHECK(count == kMost);
  REQUIRE(module.sparse.limits.size() == 2);  // f and g
  CHECK(module.sparse.limits[0].limit == FlowLimit::kReboundNames);
  CHECK(module.sparse.limits[0].left_out == 40);
}

TEST_CASE("a comprehension is a scope of its own; its first iterable belongs to the outer one") {
  CHECK(Module("def f(x):\n  return [x for x in x]\n").Show() ==
        "x 2: 1:param\n"
        "x 2: 2:for\n");
  CHECK(Module("def f(k):\n  z = [(y := a) for a in k]\n  return y, z\n").Show() ==
        "a 2: 2:for\n"
        "k 2: 1:param\n"
        "y 2?:\n"
        "y 3?: 2:walrus\n"
        "z 3: 2\n");
}

// Uses of fields alone.
std::string Fields(std::string text) {
  const std::string all = Module(std::move(text)).Show();
  std::string out;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = all.find('\n', begin) + 1;
    const std::string line = all.substr(begin, end - begin);
    if (line.find_first_of(".[") != std::string::npos) out += line;
    begin = end;
  }
  return out;
}

TEST_CASE("a store to an attribute kills what was there; calls and other names do not") {
  CHECK(Fields("def f(self):\n  self.n = 1\n  self.n = 2\n  return self.n\n") ==
        "self.n 4: 3:attribute\n");
  CHECK(Fields("def f(self):\n  self.n = 1\n  g()\n  return self.n\n") ==
        "self.n 4: 2:attribute 3:call_effect\n");
  CHECK(Fields("def f(self, o):\n  self.n = 1\n  o.n = 2\n  o.m = 3\n  return self.n\n") ==
        "self.n 5: 2:attribute 3:attribute\n");
  CHECK(Fields("def f(self, o):\n  self.n = 1\n  self = o\n  return self.n\n") ==
        "self.n 4: 3:entry\n");
  CHECK(Fields("def f(self, a):\n  if a: self.n = 1\n  return self.n\n") ==
        "self.n 3: 1:entry 2:attribute\n");
}

TEST_CASE("augmented assignment reads and stores a field; del unbinds it") {
  CHECK(Fields("def f(self):\n  self.n = 1\n  self.n += 2\n  self.n\n") ==
        "self.n 3: 2:attribute\n"
        "self.n 4: 3:attribute\n");
  CHECK(Fields("def f(self):\n  self.n = 1\n  del self.n\n  self.n\n") == "self.n 4?:\n");
}

TEST_CASE("subscripts with constant keys; a computed key may be any") {
  CHECK(Fields("def f(d, k):\n  d['a'] = 1\n  d['b'] = 2\n  d['a']\n  d[k] = 3\n  d[\"a\"]\n") ==
        "d['a'] 4: 2:subscript\n"
        "d['a'] 6: 2:subscript 5:subscript\n");
}

TEST_CASE("keys that are equal as numbers; keys without text") {
  CHECK(Fields("def f(d):\n  d[1] = 1\n  d[1]\n  d[1.0] = 2\n  d[1]\n") ==
        "d[1] 3: 2:subscript\n"
        "d[1] 5: 2:subscript 4:subscript\n");
  CHECK(Fields("def f(d):\n  d[''] = 1\n  d[None] = 2\n  d['']\n  d[None]\n") ==
        "d[''] 4: 2:subscript\n"
        "d[None] 5: 3:subscript\n");
}

TEST_CASE("fields of a module, of a captured name, and none of what is only read") {
  CHECK(Fields("import m\nm.x = 1\nprint(m.x)\n") == "m.x 3: 2:attribute\n");
  CHECK(Fields("def f(s):\n  def g():\n    s.x = 1\n    return s.x\n") == "s.x 4: 3:attribute\n");
  CHECK(Fields("def f(s):\n  return s.x, s['k'], t.x\n").empty());
}

TEST_CASE("a call with many fields: their number is limited") {
  std::string text = "def f(s):\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("  s.a{} = s.a{}\n  g()\n", i, i);
  const Module module(text);
  CHECK(module.sparse.definitions.size() < 70 * 1000);
}

TEST_CASE("class bodies and modules have variables too; names they only read have none") {
  CHECK(Module("x = 1\nclass A:\n  y = x\n  z = y\nprint(A)\n").Show() ==
        "y 4: 3\n"
        "A 5: 2:class\n");
  CHECK(Module("def f():\n  global g\n  h(g)\n  g = 1\n  return g\n").Show() ==
        "g 3: 1:entry\n"
        "g 5: 4\n");
}

TEST_CASE("code that nothing reaches reads nothing") {
  CHECK(Module("def f(x):\n  return x\n  x = 1\n  return x\n").Show() == "x 2: 1:param\nx 4:\n");
}

// A function of `count` statements, each second one conditional.
std::string LongFunction(int count, std::string_view lines) {
  std::string text = "def f(c, use):\n  x = 0\n";
  for (int i = 0; i < count / 2; ++i) text += fmt::format(fmt::runtime(lines), i);
  return text;
}

TEST_CASE("a function of 50,000 statements: rows grow with statements, not with pairs") {
  // The definition does not kill on the other way: the i-th use sees i definitions.
  const Module open(LongFunction(50000, "  if c: x = {}\n  use(x)\n"));
  CHECK(open.sparse.definitions.size() < 2 * 25000);
  CHECK(open.sparse.uses.size() < 4 * 25000);
  CHECK(open.sparse.phis.size() == 25000);
  CHECK(open.sparse.operands.size() == 50000);
  ReachingDefinitions reaching(open.sparse);
  CHECK(reaching.Of(open.sparse.uses.back().reaching).size() == 25001);
  // With the use inside, each sees one.
  const Module inside(LongFunction(50000, "  if c: x = {}; use(x)\n  use(c)\n"));
  CHECK(inside.sparse.phis.empty());
}

TEST_CASE("in a try statement of many raising statements operands grow with statements") {
  std::string text = "def f(g):\n  x = 0\n  try:\n";
  for (int i = 0; i < 20000; ++i) text += "    x = g()\n";
  const Module module(text + "  except E:\n    return x\n");
  CHECK(module.sparse.phis.size() == 1);
  CHECK(module.sparse.operands.size() <= 20001);
}

TEST_CASE("broken and empty text gives what it holds") {
  CHECK(Module("").Show().empty());
  CHECK(Module("def f(x:\n  return x\n").sparse.uses.size() <= 1);
}

}  // namespace
}  // namespace codeanatomy::flow
