#include "parse/peg/first_error.h"

#include <string>

#include <doctest/doctest.h>

#include "lex/lexer.h"

namespace codeanatomy::parse::peg {
namespace {

std::string FirstError(std::string_view text, PythonVersion version) {
  lex::TokenBuffer tokens;
  lex::LexOptions options;
  options.version = version;
  options.recover = false;
  lex::Lex(text, options, tokens);
  const StringCheck strings = [](uint32_t, uint32_t) { return std::nullopt; };
  const auto error = FindFirstError(text, version, tokens, strings, 0);
  if (!error) return "accepted";
  return error->type + "@" + std::to_string(error->span.begin) + ": " + error->message;
}

TEST_CASE("every version's grammar accepts what all have in common") {
  for (int v = 0; v <= static_cast<int>(kNewestPythonVersion); ++v) {
    const auto version = static_cast<PythonVersion>(v);
    CHECK(FirstError("", version) == "accepted");
    CHECK(FirstError("@d\nclass C(B, k=1):\n    async def f(self, /, *a: int, b=2, **k): pass\n",
                     version) == "accepted");
    CHECK(FirstError("for a, *b in [x for x in y if x], {**z}:\n    del a[1:2, ...], b.c\n",
                     version) == "accepted");
    CHECK(FirstError("try:\n    x = y = lambda *, k: (yield)\nexcept E as e:\n    raise\n"
                     "else:\n    pass\nfinally:\n    pass\n",
                     version) == "accepted");
  }
}

TEST_CASE("versions differ where CPython's do") {
  using enum PythonVersion;
  CHECK(FirstError("print x\n", k39) == "SyntaxError@6: invalid syntax");
  CHECK(FirstError("print x\n", k310) ==
        "SyntaxError@0: Missing parentheses in call to 'print'. Did you mean print(...)?");
  CHECK(FirstError("import a from b\n", k311) == "SyntaxError@9: invalid syntax");
  CHECK(FirstError("import a from b\n", k312) ==
        "SyntaxError@0: Did you mean to use 'from ... import ...' instead?");
  CHECK(FirstError("import\n", k313) == "SyntaxError@6: Expected one or more names after 'import'");
  CHECK(FirstError("x = 1 if y else pass\n", k313) == "SyntaxError@16: invalid syntax");
  CHECK(FirstError("x = 1 if y else pass\n", k314) ==
        "SyntaxError@16: expected expression after 'else', but statement is given");
}

TEST_CASE("which of several errors wins") {
  using enum PythonVersion;
  // The bracket that an earlier line left open explains more than where the parser stopped.
  CHECK(FirstError("x = (1,\ny = 2\n", k311) == "SyntaxError@4: '(' was never closed");
  CHECK(FirstError("x y\nz = 'a\n", k311) ==
        "SyntaxError@8: unterminated string literal (detected at line 2)");
  CHECK(FirstError("x y\nz = 'a\n", k39) == "SyntaxError@2: invalid syntax");
  CHECK(FirstError("if x:\npass\n", k311) ==
        "IndentationError@6: expected an indented block after 'if' statement on line 1");
  CHECK(FirstError("  x\n", k312) == "IndentationError@2: unexpected indent");
}

TEST_CASE("a string that ends within fields of fields leaves all their brackets open") {
  for (const auto version : {PythonVersion::k312, PythonVersion::k313, PythonVersion::k314}) {
    for (const char* text : {"f'{a:{b:' }} c", "f'{a!r:{b:{c:' }}} d f'", "f'{a:{b:' ]"}) {
      CAPTURE(text);
      CHECK(FirstError(text, version) != "accepted");
    }
  }
}

TEST_CASE("3.8 stops at the one token that it did not expect") {
  using enum PythonVersion;
  // 3.9 finds what the tree shows where it stands, 3.8 behind everything else.
  CHECK(FirstError("f(*x)\ny = ((*z) w)\n", k38) == "SyntaxError@16: invalid syntax");
  CHECK(FirstError("y = (*z)\nw v\n", k39) == "SyntaxError@5: can't use starred expression here");
  CHECK(FirstError("y = (*z)\nw v\n", k38) == "SyntaxError@11: invalid syntax");
  CHECK(FirstError("class C(\nb.):\n x\n", k39) == "SyntaxError@11: invalid syntax");
  CHECK(FirstError("for a in b,\n  c):\n  d\n", k39) == "SyntaxError@11: invalid syntax");
  CHECK(FirstError("def f(a=1,\n b): c\n", k38) ==
        "SyntaxError@6: non-default argument follows default argument");
  CHECK(FirstError("f(a=1,\n b)\n", k38) ==
        "SyntaxError@8: positional argument follows keyword argument");
  CHECK(FirstError("if x:\ny\n", k38) == "IndentationError@6: expected an indented block");
  CHECK(FirstError("if x:\n", k38) == "SyntaxError@6: unexpected EOF while parsing");
  for (const PythonVersion version : {k38, k39}) {
    CHECK(FirstError("try:\n  x\n", version) == "SyntaxError@9: unexpected EOF while parsing");
  }
}

TEST_CASE("3.8 accepts every form of parameters and comprehensions that it had") {
  for (const std::string_view text :
       {"def f(a, b=1, /, c=2, *d, e, f=3, **g,): x\n", "def f(a, /): x\n", "def f(*, a, **b): x\n",
        "lambda a, /, *b, c=1, **d: lambda *, e: lambda **f: 0\n", "lambda: (yield)\n",
        "x = [a async for b, *c in d if e if f for g in h]\n", "x[a:b:c, ::, d] = y, *z = w\n",
        "{**a, b: c, **d}; {*e, f}; {g: h for i in j}\n", "f(a, *b, c=d, **e, f=g)\n",
        "@a.b.c(d)\n@e\nasync def f() -> g:\n  async with a as b, c: pass\n",
        "try: a\nexcept b as c: d\nexcept: e\nelse: f\nfinally: g\n", "a = b, *c = yield d\n",
        "from . .. a import (b as c, d,)\n", "raise a from b; assert c, d; nonlocal e, f\n",
        "if (a := b): x\nelif c: y\nelse: z\n", "print(a := b, c if d else e)\n"}) {
    CAPTURE(text);
    CHECK(FirstError(text, PythonVersion::k38) == "accepted");
  }
}

TEST_CASE("valid statements of a long text are left out, and clauses stay with theirs") {
  std::string text;
  for (int i = 0; i < 4000; ++i) text += "if a:\n    f(b, c)\n";
  text += "else:\n    x y\n";
  lex::TokenBuffer tokens;
  lex::LexOptions options;
  options.recover = false;
  lex::Lex(text, options, tokens);
  const StringCheck strings = [](uint32_t, uint32_t) { return std::nullopt; };
  const auto at = static_cast<uint32_t>(text.size()) - 2;
  for (const uint32_t valid_until : {0u, at}) {
    const auto error = FindFirstError(text, PythonVersion::k313, tokens, strings, valid_until);
    if (!error) FAIL("no error");
    if (!error) continue;
    CHECK(error->span.begin == at);
    CHECK(error->message == "invalid syntax");
  }
}

TEST_CASE("limits end the exact pass, not the program") {
  std::string deep(20'000, '-');
  CHECK(FirstError("x = " + deep + "1 1\n", PythonVersion::k313) == "accepted");
  std::string wide = "x = [";
  for (int i = 0; i < 2000; ++i) wide += "f(a, b=1), ";
  CHECK(FirstError(wide + "e d]\n", PythonVersion::k313) ==
        "SyntaxError@22005: invalid syntax. Perhaps you forgot a comma?");
}

}  // namespace
}  // namespace codeanatomy::parse::peg
