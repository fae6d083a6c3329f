#include "symbols/symbol_table.h"

#include <string>

#include <doctest/doctest.h>

namespace codeanatomy::symbols {
namespace {

struct Module {
  explicit Module(std::string source, PythonVersion version = kNewestPythonVersion)
      : text(std::move(source)),
        tree(parse::ParseModule(text, {.version = version})),
        table(BuildSymbolTable(tree)) {}

  NodeId Find(AstKind kind, int nth = 0) const {
    for (NodeId n{0}; n.value < tree.size(); ++n.value) {
      if (tree.kind(n) == kind && nth-- == 0) return n;
    }
    return {};
  }
  // The nth Name of that text.
  NodeId Name(std::string_view name, int nth = 0) const {
    for (NodeId n{0}; n.value < tree.size(); ++n.value) {
      if (tree.kind(n) == AstKind::kName && tree.name_text(tree.Name(n, AstField::kId)) == name &&
          nth-- == 0)
        return n;
    }
    return {};
  }

  std::string text;
  parse::SyntaxTree tree;
  SymbolTable table;
};

TEST_CASE("a name resolves through the functions around it, not through classes") {
  const Module m(
      "def f():\n    x = 1\n    class C:\n        x = 2\n        def m(self): return x\n",
      PythonVersion::k311);
  const SymbolTable& t = m.table;
  const SymbolId use = t.symbol_of(m.Name("x", 2));
  CHECK(t.resolution(use) == Resolution::kFree);
  CHECK(t.definition(use) == t.symbol_of(m.Name("x", 0)));
  CHECK(t.resolution(t.symbol_of(m.Name("x", 0))) == Resolution::kCell);
  const ScopeId klass = t.opened_by(m.Find(AstKind::kClassDef));
  CHECK(t.type(klass) == ScopeType::kClass);
  CHECK(t.has(t.Find(klass, "x"), symbol_flag::kFreeInClass));
  CHECK(t.scope_of(m.Find(AstKind::kClassDef)) == t.opened_by(m.Find(AstKind::kFunctionDef)));
}

TEST_CASE("globals lead to the module's symbol, builtins nowhere") {
  const Module m("x = 1\ndef f():\n    global y\n    y = print(x)\n");
  const SymbolTable& t = m.table;
  CHECK(t.definition(t.symbol_of(m.Name("x", 1))) == t.symbol_of(m.Name("x", 0)));
  CHECK(!t.definition(t.symbol_of(m.Name("print"))).valid());
  CHECK(t.definition(t.symbol_of(m.Name("y"))) == t.Find(ScopeId{0}, "y"));
}

TEST_CASE("parameters, defaults and decorators stand in the right scopes") {
  const Module m("@d\ndef f(a=b): return a\n", PythonVersion::k311);
  const SymbolTable& t = m.table;
  const ScopeId f = t.opened_by(m.Find(AstKind::kFunctionDef));
  CHECK(t.scope_of(m.Find(AstKind::kArg)) == f);
  CHECK(t.scope_of(m.Name("b")) == ScopeId{0});
  CHECK(t.scope_of(m.Name("d")) == ScopeId{0});
  CHECK(t.symbol_of(m.Find(AstKind::kArg)) == t.symbol_of(m.Name("a")));
  CHECK(t.line(f) == 2);
}

TEST_CASE("an inlined comprehension keeps its scope and marks what it merges") {
  const Module m("def f(y):\n    return [x for x in y]\n");
  const SymbolTable& t = m.table;
  const ScopeId comprehension = t.opened_by(m.Find(AstKind::kListComp));
  CHECK(t.is_inlined(comprehension));
  CHECK(t.scope_of(m.Name("x")) == comprehension);
  CHECK(t.scope_of(m.Name("y")) == t.parent(comprehension));
  const SymbolId merged = t.Find(t.parent(comprehension), "x");
  REQUIRE(merged.valid());
  CHECK(t.has(merged, symbol_flag::kMerged));
  CHECK(t.definition(merged) == t.symbol_of(m.Name("x")));
}

TEST_CASE("private names are mangled by the class around") {
  const Module m("class _C:\n    def f(self): return __x, __y__\n");
  const SymbolTable& t = m.table;
  CHECK(t.name(t.symbol_of(m.Name("__x"))) == "_C__x");
  CHECK(t.name(t.symbol_of(m.Name("__y__"))) == "__y__");
}

TEST_CASE("errors carry CPython's message and do not stop the table") {
  const Module m("def f(a, a):\n    nonlocal b\n    c = 1\n    global c\n");
  REQUIRE(m.table.diagnostics().size() == 3);
  CHECK(m.table.diagnostics()[0].message == "duplicate argument 'a' in function definition");
  CHECK(m.table.diagnostics()[1].message == "name 'c' is assigned to before global declaration");
  CHECK(m.table.diagnostics()[2].message == "no binding for nonlocal 'b' found");
  CHECK(m.table.scope_count() >= 2);
}

TEST_CASE("broken and deep code give a table") {
  for (const char* text : {"", "def f(", "class", "lambda x: (", "[x for x in",
                           "x: ", "from . import", "match x:\n case", "type A[T"}) {
    CHECK(Module(text).table.scope_count() >= 1);
  }
  std::string deep;
  for (int i = 0; i < 90; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "def f():\n";
  deep.append(90, ' ').append("x");
  CHECK(Module(deep).table.scope_count() > 90);
  std::string minus(100000, '-');
  minus.append("x");
  CHECK(Module(minus).table.scope_count() >= 1);
}

}  // namespace
}  // namespace codeanatomy::symbols
