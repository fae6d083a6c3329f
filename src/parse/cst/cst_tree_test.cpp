#include "parse/cst/cst_tree.h"

#include <random>

#include <doctest/doctest.h>

namespace codeanatomy::parse {
namespace {

constexpr std::string_view kModule =
    "#!/usr/bin/python\n"
    "# header\n"
    "\n"
    "import os.path as p, sys\n"
    "from ..a.b import (c, d as e,)\n"
    "@dec(1)\n"
    "# between\n"
    "async def f(a, /, b: int = 2, *args, c=3, **kw) -> (str):  # tail\n"
    "    '''doc''' 'more'\n"
    "    if (a): return a; pass\n"
    "    elif b:\n"
    "        x[1:2, ::3] += not a is not (yield)\n"
    "    else: del a, b\n"
    "class C(B, metaclass=M): y = f'{a!r:>{w}} {b=}' \"z\"\n"
    "match p:\n"
    "    case [1, *_] | {'k': v, **r} if v: pass\n"
    "    case P(a, b=_): pass\n"
    "g(*a, **b, k=1)(x for x in y if z)\n";

std::string Join(std::string_view text, const std::vector<CstPiece>& pieces) {
  std::string out;
  for (const CstPiece& piece : pieces) out += text.substr(piece.span.begin, piece.span.size());
  return out;
}

void CheckNesting(const CstTree& cst) {
  REQUIRE(!cst.nodes.empty());
  CHECK(cst.nodes[0].parent == -1);
  for (size_t i = 1; i < cst.nodes.size(); ++i) {
    const CstNode& node = cst.nodes[i];
    REQUIRE(node.parent >= 0);
    REQUIRE(node.parent < static_cast<int32_t>(i));
    const ByteSpan around = cst.nodes[static_cast<size_t>(node.parent)].hull;
    if (node.parent == 0) continue;
    REQUIRE(around.begin <= node.hull.begin);
    REQUIRE(node.hull.end <= around.end);
  }
}

size_t Count(const CstTree& cst, CstKind kind) {
  size_t count = 0;
  for (const CstNode& node : cst.nodes) count += node.kind == kind;
  return count;
}

}  // namespace

TEST_CASE("CST of valid text: kinds as LibCST counts them, pieces end to end") {
  const SyntaxTree tree = ParseModule(kModule, {});
  REQUIRE(tree.diagnostics().empty());
  const CstTree cst = BuildCst(tree);
  CHECK(Join(kModule, cst.pieces) == kModule);
  CheckNesting(cst);
  CHECK(Count(cst, CstKind::kEmptyLine) == 4);
  CHECK(Count(cst, CstKind::kComment) == 4);
  CHECK(Count(cst, CstKind::kParam) == 5);
  CHECK(Count(cst, CstKind::kParamSlash) == 1);
  CHECK(Count(cst, CstKind::kConcatenatedString) == 2);
  CHECK(Count(cst, CstKind::kIsNot) == 1);
  CHECK(Count(cst, CstKind::kSubscriptElement) == 2);
  CHECK(Count(cst, CstKind::kElse) == 1);
  CHECK(Count(cst, CstKind::kSimpleStatementSuite) == 5);
  CHECK(Count(cst, CstKind::kArg) == 7);
}

TEST_CASE("no statement takes in the semicolon behind its last one") {
  const std::string text = "def f():\n  if x:\n    pass;\n  else:\n    a; b;\n    c;\n";
  const CstTree cst = BuildCst(ParseModule(text, {}));
  CHECK(Count(cst, CstKind::kSimpleStatementLine) == 3);
  for (const CstNode& node : cst.nodes) {
    if (node.kind == CstKind::kModule || node.kind == CstKind::kSemicolon) continue;
    CHECK(text[node.span.end - 1] != ';');
  }
}

TEST_CASE("CST of damaged text: every byte in a piece, nodes nested") {
  std::mt19937 random(7);  // seeded: the same texts on every run
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (int round = 0; round < 3000; ++round) {
    std::string text(kModule);
    for (size_t edits = 1 + below(4); edits > 0 && !text.empty(); --edits) {
      const size_t at = below(text.size());
      switch (below(4)) {
        case 0:
          text.erase(at, 1 + below(8));
          break;
        case 1:
          text.insert(at, 1, static_cast<char>(below(256)));
          break;
        case 2:
          text.resize(at + 1);
          break;
        default:
          text.insert(at, std::string_view("\"'''([{)]}:\\\n\t#=,.f\"\0", 21).substr(below(20), 3));
      }
    }
    for (const PythonVersion version : {PythonVersion::k38, PythonVersion::k314}) {
      const SyntaxTree tree = ParseModule(text, {.version = version});
      const CstTree cst = BuildCst(tree);
      REQUIRE(Join(text, cst.pieces) == text);
      CheckNesting(cst);
    }
  }
}

}  // namespace codeanatomy::parse
