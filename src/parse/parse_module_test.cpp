#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "parse/ast_dump.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse {
namespace {

SyntaxTree Parse(std::string_view text, PythonVersion version = PythonVersion::k311) {
  ParseOptions options;
  options.version = version;
  return ParseModule(text, options);
}

/// `Kind[begin,end)` of every node but the Module, in preorder.
std::string Spans(std::string_view text, PythonVersion version = PythonVersion::k311) {
  const SyntaxTree tree = Parse(text, version);
  REQUIRE(tree.diagnostics().empty());
  std::string out;
  for (int32_t n = 1; n < tree.size(); ++n) {
    if (n > 1) out += ' ';
    out += AstKindName(tree.kind(NodeId{n}));
    if (!GetAstKindInfo(tree.kind(NodeId{n})).has_position) continue;
    const ByteSpan span = tree.span(NodeId{n});
    out += '[' + std::to_string(span.begin) + ',' + std::to_string(span.end) + ')';
  }
  return out;
}

std::string Dump(std::string_view text, PythonVersion version = PythonVersion::k311) {
  const SyntaxTree tree = Parse(text, version);
  REQUIRE(tree.diagnostics().empty());
  return DumpAst(tree, LineIndex(text));
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// `line of the error: type: message`, one per diagnostic.
std::string Errors(std::string_view text, PythonVersion version = PythonVersion::k311) {
  const SyntaxTree tree = Parse(text, version);
  const LineIndex lines(text);
  std::string out;
  for (const Diagnostic& diagnostic : tree.diagnostics()) {
    if (!out.empty()) out += '\n';
    out += std::to_string(lines.Find(diagnostic.span.begin).line) + ": " + diagnostic.type + ": " +
           diagnostic.message;
  }
  return out;
}

/// Names of the functions in the tree, in order.
std::string Functions(const SyntaxTree& tree) {
  std::string out;
  for (int32_t n = 0; n < tree.size(); ++n) {
    if (tree.kind(NodeId{n}) != AstKind::kFunctionDef) continue;
    out += std::string(tree.name_text(tree.Name(NodeId{n}, AstField::kName))) + ' ';
  }
  return out;
}

/// Parents before children, subtrees nested, spans inside the text.
bool IsWellFormed(const SyntaxTree& tree) {
  if (tree.size() == 0 || tree.kind(tree.root()) != AstKind::kModule) return false;
  if (tree.subtree_end(tree.root()).value != tree.size()) return false;
  for (int32_t n = 1; n < tree.size(); ++n) {
    const NodeId parent = tree.parent(NodeId{n});
    const int32_t end = tree.subtree_end(NodeId{n}).value;
    if (!parent.valid() || parent.value >= n) return false;
    if (end <= n || end > tree.subtree_end(parent).value) return false;
    const ByteSpan span = tree.span(NodeId{n});
    if (span.begin > span.end || span.end > tree.text().size()) return false;
  }
  return true;
}

TEST_CASE("nodes are in preorder and know their place") {
  const SyntaxTree tree = Parse("x = f(a, *b, k=1)\n");
  CHECK(IsWellFormed(tree));
  const NodeId call = tree.Child(NodeId{1}, AstField::kValue);
  CHECK(tree.kind(call) == AstKind::kCall);
  CHECK(tree.slot(call) == AstField::kValue);
  const auto args = tree.Children(call, AstField::kArgs);
  REQUIRE(args.size() == 2);
  CHECK(tree.kind(args[1]) == AstKind::kStarred);
  CHECK(tree.slot(args[1]) == AstField::kArgs);
  CHECK(tree.slot_index(args[1]) == 1);
  const NodeId keyword = tree.Children(call, AstField::kKeywords)[0];
  CHECK(tree.name_text(tree.Name(keyword, AstField::kArg)) == "k");
  CHECK(tree.name_begin(keyword) == 13);
  CHECK(tree.tokens().size() == 13);
  CHECK(tree.constant(tree.ConstantAt(tree.Child(keyword, AstField::kValue), AstField::kValue))
            .text == "1");
}

TEST_CASE("parentheses belong to tuples and generators only") {
  CHECK(Spans("(a)+(b)") == "Expr[0,7) BinOp[0,7) Name[1,2) Name[5,6)");
  CHECK(Spans("(a,),b") == "Expr[0,6) Tuple[0,6) Tuple[0,4) Name[1,2) Name[5,6)");
  CHECK(Spans("f(x for x in y)") ==
        "Expr[0,15) Call[0,15) Name[0,1) GeneratorExp[1,15) Name[2,3) comprehension Name[8,9) "
        "Name[13,14)");
  CHECK(Spans("a[b:c,]") ==
        "Expr[0,7) Subscript[0,7) Name[0,1) Tuple[2,6) Slice[2,5) Name[2,3) Name[4,5)");
}

TEST_CASE("operators bind as in Python") {
  CHECK(Spans("-a**-b*c") ==
        "Expr[0,8) BinOp[0,8) UnaryOp[0,6) BinOp[1,6) Name[1,2) UnaryOp[4,6) Name[5,6) Name[7,8)");
  CHECK(Spans("not a<b is not c") ==
        "Expr[0,16) UnaryOp[0,16) Compare[4,16) Name[4,5) Name[6,7) Name[15,16)");
  CHECK(Spans("a if b else c if d else e") ==
        "Expr[0,25) IfExp[0,25) Name[5,6) Name[0,1) IfExp[12,25) Name[17,18) Name[12,13) "
        "Name[24,25)");
  CHECK(Contains(Dump("a or b and c or d"), "values=[Name(id='a'"));
}

TEST_CASE("statements") {
  CHECK(Spans("if a: b\nelif c: d;\n") ==
        "If[0,18) Name[3,4) Expr[6,7) Name[6,7) If[8,18) Name[13,14) Expr[16,17) Name[16,17)");
  CHECK(Spans("@d\ndef f(): pass\n") == "FunctionDef[3,16) arguments Pass[12,16) Name[1,2)");
  CHECK(Spans("with (a, b as c): pass") ==
        "With[0,22) withitem Name[6,7) withitem Name[9,10) Name[14,15) Pass[18,22)");
  CHECK(Spans("with (a, b): pass", PythonVersion::k311) ==
        "With[0,17) withitem Name[6,7) withitem Name[9,10) Pass[13,17)");
  CHECK(Spans("with (a, *b): pass") ==
        "With[0,18) withitem Tuple[5,12) Name[6,7) Starred[9,11) Name[10,11) Pass[14,18)");
  CHECK(Contains(Dump("from ... .a import (b as c,)"), "level=4"));
  CHECK(Contains(Dump("(x): int = 1"), "simple=0"));
  CHECK(Contains(Dump("x: int"), "simple=1"));
  CHECK(Contains(Dump("def f(a, /, b=1, *c, d, e=2, **g): 0"),
                 "kw_defaults=[None, Constant(value=2"));
}

TEST_CASE("match and type are names unless they begin their statements") {
  CHECK(Spans("match(x)") == "Expr[0,8) Call[0,8) Name[0,5) Name[6,7)");
  CHECK(Spans("match[x]: int") == "AnnAssign[0,13) Subscript[0,8) Name[0,5) Name[6,7) Name[10,13)");
  CHECK(Spans("match (x):\n case _: 0") ==
        "Match[0,21) Name[7,8) match_case MatchAs[17,18) Expr[20,21) Constant[20,21)");
  CHECK(Spans("match not in x") == "Expr[0,14) Compare[0,14) Name[0,5) Name[13,14)");
  CHECK(Spans("type = 1\ntype X[*T] = int", PythonVersion::k312) ==
        "Assign[0,8) Name[0,4) Constant[7,8) TypeAlias[9,25) Name[14,15) TypeVarTuple[16,18) "
        "Name[22,25)");
  CHECK(
      Contains(Dump("match x:\n case -1+2j | {'a': b, **c} | C(d, e=f) | [g, *_]: 0"), "rest='c'"));
}

TEST_CASE("string literals") {
  CHECK(Contains(Dump(R"('\x41\u00e9\N{BULLET}\101\q' "b")"),
                 "value='A\xC3\xA9\xE2\x80\xA2"
                 "A\\\\qb'"));
  CHECK(Contains(Dump("u'a' 'b'"), "value='ab', kind='u'"));
  CHECK(Contains(Dump("b'\\xff' rb'\\x'"), "value=b'\\xff\\\\x'"));
  CHECK(Contains(Dump("'\\ud800'"), "value='\\ud800'"));
  CHECK(Contains(Dump("'''a\r\nb'''"), "value='a\\nb'"));
  CHECK(Contains(Dump("1_000 + 0XFF_FF"), "Constant(value=65535"));
}

TEST_CASE("format strings before and since 3.12") {
  CHECK(Spans("f'a{x!r:>{w}}b'") ==
        "Expr[0,15) JoinedStr[0,15) Constant[0,15) FormattedValue[0,15) Name[4,5) JoinedStr[0,15) "
        "Constant[0,15) FormattedValue[0,15) Name[10,11) Constant[0,15)");
  CHECK(Spans("f'a{x!r:>{w}}b'", PythonVersion::k313) ==
        "Expr[0,15) JoinedStr[0,15) Constant[2,3) FormattedValue[3,13) Name[4,5) JoinedStr[7,12) "
        "Constant[8,9) FormattedValue[9,12) Name[10,11) Constant[13,14)");
  CHECK(Spans("f'{a, b}'") ==
        "Expr[0,9) JoinedStr[0,9) FormattedValue[0,9) Tuple[2,8) Name[3,4) Name[6,7)");
  CHECK(Contains(Dump("f'{x = }'"), "Constant(value='x = '"));
  CHECK(Contains(Dump("f'{f'{x}'}'", PythonVersion::k312), "JoinedStr"));
  CHECK(Contains(Dump("t'{x !r}'", PythonVersion::k314), "Interpolation(value=Name(id='x'"));
}

TEST_CASE("constructs newer than the grammar version are reported") {
  CHECK(Errors("try: 0\nexcept* E: 0", PythonVersion::k310) != "");
  CHECK(Errors("try: 0\nexcept* E: 0", PythonVersion::k311) == "");
  CHECK(Errors("def f[T](): 0", PythonVersion::k311) != "");
  CHECK(Errors("a[*b]", PythonVersion::k310) != "");
  CHECK(Errors("match x:\n case 1: 0", PythonVersion::k39) != "");
  CHECK(Errors("with (a as b): 0", PythonVersion::k38) != "");
  CHECK(Errors("try: 0\nexcept A, B: 0", PythonVersion::k313) != "");
  CHECK(Errors("try: 0\nexcept A, B: 0", PythonVersion::k314) == "");
}

TEST_CASE("errors have CPython's words where they are easy") {
  CHECK(Errors("x = (1,\n") == "1: SyntaxError: '(' was never closed");
  CHECK(Errors("if x\n  y\n") == "1: SyntaxError: expected ':'");
  CHECK(Errors("def f():\nx\n") ==
        "2: IndentationError: expected an indented block after function definition on line 1");
  CHECK(Errors(" x\n") == "1: IndentationError: unexpected indent");
  CHECK(Errors("f(a=1, b)\n") == "1: SyntaxError: positional argument follows keyword argument");
  CHECK(Errors("None = 1\n") == "1: SyntaxError: cannot assign to None");
  CHECK(Errors("del f()\n") == "1: SyntaxError: cannot delete function call");
}

TEST_CASE("damage stays where it is") {
  constexpr std::string_view kText =
      "def a(): return 1\n"
      "x = = 2\n"
      "class C(:\n"
      "  def b(self):\n"
      "    return 2\n"
      "  def c(self):\n"
      "    y = (\n"
      "    return 3\n"
      "try:\n"
      "  def d(): pass\n"
      "except (:\n"
      "  def e(): pass\n"
      "def f(): pass\n";
  const SyntaxTree tree = Parse(kText);
  CHECK(IsWellFormed(tree));
  CHECK(Functions(tree) == "a b c d e f ");
  CHECK(Errors(kText) ==
        "2: SyntaxError: invalid syntax\n"
        "3: SyntaxError: '(' was never closed\n"
        "7: SyntaxError: '(' was never closed\n"
        "11: SyntaxError: '(' was never closed");
}

TEST_CASE("a parameter list that fails at / or * ends there") {
  CHECK(Errors("lambda /, a: 0\n") == "1: SyntaxError: at least one argument must precede /");
  CHECK(Errors("def f(a, /, /): pass\n") == "1: SyntaxError: / may appear only once");
  CHECK(Errors("def f(*a, *b): pass\n") == "1: SyntaxError: * argument may appear only once");
}

TEST_CASE("a condition that fails inside a format string ends with its line") {
  const SyntaxTree tree = Parse("if f'>{'\nx = 1\n", PythonVersion::k311);
  CHECK(IsWellFormed(tree));
  CHECK(tree.Children(tree.root(), AstField::kBody).size() == 2);
}

TEST_CASE("stray triple quotes do not turn the rest of the text inside out") {
  constexpr std::string_view kText =
      "class A:\n"
      "    def f(self):\n"
      "        x \"\"\" = 1\n"
      "    def g(self):\n"
      "        \"\"\"Doc of g.\"\"\"\n"
      "    def h(self):\n"
      "        '''Doc of h.'''\n";
  const SyntaxTree tree = Parse(kText, PythonVersion::k314);
  int functions = 0;
  for (NodeId n{0}; n.value < tree.size(); ++n.value) {
    functions += tree.kind(n) == AstKind::kFunctionDef;
  }
  CHECK(functions == 3);
  CHECK(!tree.diagnostics().empty());
}

TEST_CASE("a line between two indentations belongs to the nearer block") {
  const SyntaxTree tree = Parse(
      "class A:\n"
      "    def f(self):\n"
      "        pass\n"
      "     g(self):\n"
      "        pass\n"
      "    def h(self):\n"
      "        pass\n",
      PythonVersion::k314);
  const NodeId owner = tree.Children(tree.root(), AstField::kBody)[0];
  const NodeId f = tree.Children(owner, AstField::kBody)[0];
  CHECK(tree.kind(f) == AstKind::kFunctionDef);
  CHECK(tree.Children(f, AstField::kBody).size() == 1);
}

TEST_CASE("an ERROR node covers the damaged line") {
  const SyntaxTree tree = Parse("a\nb c d\ne\n");
  REQUIRE(tree.Children(tree.root(), AstField::kBody).size() == 3);
  const NodeId error = tree.Children(tree.root(), AstField::kBody)[1];
  CHECK(tree.kind(error) == AstKind::kError);
  CHECK(tree.span(error) == ByteSpan{2, 7});
}

std::string Repeat(std::string_view part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

TEST_CASE("deep and long text never breaks the parser") {
  constexpr int kMany = 100000;
  const std::vector<std::string> valid = {
      Repeat("-", kMany) + "1",
      Repeat("not ", kMany) + "1",
      "a" + Repeat(".b", kMany),
      "a" + Repeat("+a", kMany),
      "a" + Repeat("()", kMany),
      Repeat("a if b else ", kMany) + "c",
      "if a: b\n" + Repeat("elif c: d\n", kMany),
      Repeat("(", 200) + "a" + Repeat(")", 200),
      "f'" + Repeat("{x}", kMany) + "'",
  };
  for (const std::string& text : valid) {
    const SyntaxTree tree = Parse(text);
    CHECK(tree.diagnostics().empty());
    CHECK(IsWellFormed(tree));
  }
  constexpr int kSome = 10000;
  const std::vector<std::string> refused = {
      Repeat("(", 10000) + Repeat(")", 10000),
      Repeat("lambda: ", kSome) + "1",
      Repeat("2**", kSome) + "1",
      Repeat("f'{", kSome),
      Repeat("x = (\ndef f(): 0\n", kSome),
      Repeat("if x:\n", kSome),
      Repeat("try:\n  0\n", kSome),
      "match x:\n" + Repeat(" case (: 0\n", kSome),
      Repeat("@a\n", kSome) + "def (",
      Repeat("([{)]}", kSome),
  };
  for (const std::string& text : refused) {
    for (PythonVersion version : {PythonVersion::k311, PythonVersion::k314}) {
      const SyntaxTree tree = Parse(text, version);
      CHECK(!tree.diagnostics().empty());
      CHECK(IsWellFormed(tree));
    }
  }
}

TEST_CASE("a field of a format string has its own span, and beside it what CPython reports") {
  const std::string_view text = "x = (f'' f'''\n {a!r}''')";
  for (PythonVersion version : {PythonVersion::k38, PythonVersion::k39, PythonVersion::k311}) {
    const SyntaxTree tree = Parse(text, version);
    NodeId a{};
    for (NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
      if (tree.kind(n) == AstKind::kName) a = n;
    }
    CHECK(tree.span(a) == ByteSpan{16, 17});
    const ReportedSpan* reported = tree.FindReportedSpan(a);
    if (version == PythonVersion::k311) {
      CHECK(reported == nullptr);
      continue;
    }
    REQUIRE(reported != nullptr);
    // 3.8 does not find `{a}`; 3.9 adds the column of the string on its second line as well.
    CHECK(reported->begin.line == (version == PythonVersion::k38 ? 1 : 2));
    CHECK(reported->begin.column == (version == PythonVersion::k38 ? 6 : 12));
  }
}

TEST_CASE("the search for the text of 3.8's fields does not grow with the square of a string") {
  std::string text = "f'";
  for (int i = 0; i < 200000; ++i) text += "{a" + std::to_string(i) + "!r}";
  text += "'";
  const SyntaxTree tree = Parse(text, PythonVersion::k38);
  CHECK(tree.diagnostics().empty());
  CHECK(tree.size() == 400003);
}

TEST_CASE("what a failed rule leaves behind is not read as parts of a conditional") {
  for (const char* text :
       {"a if b else f'{c(*[x for ~x in y])}'\n", "a if b else [x for ~x in y]\n",
        "if a:\n  b\nelif [x for ~x in y]:\n  c\nelse: f(*[x for ~x in y])\n"}) {
    CAPTURE(text);
    CHECK(IsWellFormed(Parse(text, PythonVersion::k38)));
    CHECK(IsWellFormed(Parse(text, PythonVersion::k311)));
    CHECK(IsWellFormed(Parse(text, PythonVersion::k314)));
  }
}

TEST_CASE("nothing is read behind a piece of a specification that cannot be decoded") {
  for (const char* text : {"f'{x:\\N{DASH}{y}}'\n", "f'{x:\\N{DASH}'", "f'{x:\\N{DASH}"}) {
    const SyntaxTree tree = Parse(text, PythonVersion::k312);
    CHECK(IsWellFormed(tree));
    CHECK(tree.diagnostics().size() == 1);
  }
}

TEST_CASE("any text gives a tree") {
  constexpr std::string_view kWords[] = {
      "def ",    "class ", "if ", "else",   ":",       "\n",    "\n  ", "\n    ",
      "(",       ")",      "[",   "]",      "{",       "}",     ",",    "=",
      "x",       "1 ",     "'",   "f'",     "\"\"\"",  "*",     "**",   "@",
      "lambda ", "for ",   "in ", "match ", "case ",   "with ", "as ",  "try",
      "except ", ".",      "\\",  "async ", "import ", "from ", "!r",   "yield ",
      "await ",  ";",      "->",  ":=",     "\t",      "#"};
  uint32_t state = 7;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525 + 1013904223;
      text += kWords[(state >> 16) % std::size(kWords)];
    }
    CAPTURE(text);
    CHECK(IsWellFormed(Parse(text, PythonVersion::k311)));
    CHECK(IsWellFormed(Parse(text, PythonVersion::k314)));
  }
}

}  // namespace
}  // namespace codeanatomy::parse
