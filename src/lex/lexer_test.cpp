#include "lex/lexer.h"

#include <string>

#include <doctest/doctest.h>

namespace codeanatomy::lex {
namespace {

TokenBuffer LexText(std::string_view text, PythonVersion version = PythonVersion::k311) {
  TokenBuffer tokens;
  LexOptions options;
  options.version = version;
  Lex(text, options, tokens);
  return tokens;
}

/// `NAME:x OP:= …`: keywords and operators as their text, others as kind and text.
std::string Show(std::string_view text, PythonVersion version = PythonVersion::k311) {
  const TokenBuffer tokens = LexText(text, version);
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const TokenKind kind = tokens.kinds[i];
    if (!out.empty()) out += ' ';
    out += TokenText(kind);
    if (IsLayout(kind) || IsOperator(kind) || IsKeyword(kind)) continue;
    out += ':';
    out += text.substr(tokens.spans[i].begin, tokens.spans[i].size());
  }
  return out;
}

std::string FirstError(std::string_view text, PythonVersion version = PythonVersion::k311) {
  const TokenBuffer tokens = LexText(text, version);
  return tokens.errors.empty()
             ? ""
             : std::string(tokens.errors[0].type) + ": " + tokens.errors[0].message;
}

TEST_CASE("names, keywords, numbers and operators") {
  CHECK(Show("if x:=1") == "if NAME:x := NUMBER:1 NEWLINE ENDMARKER");
  CHECK(Show("a**=b//c>>=-1") == "NAME:a **= NAME:b // NAME:c >>= - NUMBER:1 NEWLINE ENDMARKER");
  CHECK(Show("x...y .5 5. 1_0e-3j 0xF_F") ==
        "NAME:x ... NAME:y NUMBER:.5 NUMBER:5. NUMBER:1_0e-3j NUMBER:0xF_F NEWLINE ENDMARKER");
  CHECK(Show("1if 2or x else y") == "NUMBER:1 if NUMBER:2 or NAME:x else NAME:y NEWLINE ENDMARKER");
  CHECK(Show("nonlocale asyncx \xC3\xA9t\xC3\xA9") ==
        "NAME:nonlocale NAME:asyncx NAME:\xC3\xA9t\xC3\xA9 NEWLINE ENDMARKER");
}

TEST_CASE("lines, indentation and continuation") {
  CHECK(Show("") == "ENDMARKER");
  CHECK(Show("\n # c\n\n") == "ENDMARKER");
  CHECK(Show("if x:\n  y\n\n# c\n  z\nw") ==
        "if NAME:x : NEWLINE INDENT NAME:y NEWLINE NAME:z NEWLINE DEDENT NAME:w NEWLINE ENDMARKER");
  CHECK(Show("x = \\\r\n 1\r(\n2,\r\n)\r") ==
        "NAME:x = NUMBER:1 NEWLINE ( NUMBER:2 , ) NEWLINE ENDMARKER");
  CHECK(Show("if x:\n\ty\n\f\tz\n") ==
        "if NAME:x : NEWLINE INDENT NAME:y NEWLINE NAME:z NEWLINE DEDENT ENDMARKER");
}

TEST_CASE("strings") {
  CHECK(Show(R"(rB'a\'' u"b" '''c
'd''' f'{x}')") ==
        "STRING:rB'a\\'' STRING:u\"b\" STRING:'''c\n'd''' STRING:f'{x}' NEWLINE ENDMARKER");
  CHECK(Show("f'a{x!r:>{w}}b{{' x", PythonVersion::k312) ==
        "FSTRING_START:f' FSTRING_MIDDLE:a { NAME:x ! NAME:r : FSTRING_MIDDLE:> { NAME:w } } "
        "FSTRING_MIDDLE:b{{ FSTRING_END:' NAME:x NEWLINE ENDMARKER");
  CHECK(Show("f'{f'{'a'}'}'", PythonVersion::k312) ==
        "FSTRING_START:f' { FSTRING_START:f' { STRING:'a' } FSTRING_END:' } FSTRING_END:' NEWLINE "
        "ENDMARKER");
  CHECK(Show("t'{x}'", PythonVersion::k314) ==
        "TSTRING_START:t' { NAME:x } TSTRING_END:' NEWLINE ENDMARKER");
}

TEST_CASE("errors have CPython's words") {
  CHECK(FirstError("x = 'a\n") == "SyntaxError: unterminated string literal (detected at line 1)");
  CHECK(FirstError("\n'''a\n\n") ==
        "SyntaxError: unterminated triple-quoted string literal (detected at line 3)");
  CHECK(FirstError("f'{x}\n", PythonVersion::k312) ==
        "SyntaxError: unterminated f-string literal (detected at line 1)");
  CHECK(FirstError("f'}'", PythonVersion::k312) ==
        "SyntaxError: f-string: single '}' is not allowed");
  CHECK(FirstError("01") ==
        "SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o "
        "prefix for "
        "octal integers");
  CHECK(FirstError("0o18") == "SyntaxError: invalid digit '8' in octal literal");
  CHECK(FirstError("1__0") == "SyntaxError: invalid decimal literal");
  CHECK(FirstError("1a") == "SyntaxError: invalid decimal literal");
  CHECK(Show("1a 0b1c 2.e", PythonVersion::k39) ==
        "NUMBER:1 NAME:a NUMBER:0b1 NAME:c NUMBER:2. NAME:e NEWLINE ENDMARKER");
  CHECK(FirstError("(a]") ==
        "SyntaxError: closing parenthesis ']' does not match opening parenthesis '('");
  CHECK(FirstError(")") == "SyntaxError: unmatched ')'");
  CHECK(FirstError("f(") == "SyntaxError: '(' was never closed");
  CHECK(FirstError("x \xE2\x82\xAC") == "SyntaxError: invalid character '\xE2\x82\xAC' (U+20AC)");
  CHECK(FirstError(std::string_view("x\0", 2)) ==
        "SyntaxError: source code cannot contain null bytes");
  CHECK(FirstError("if x:\n\ty\n        z\n") ==
        "TabError: inconsistent use of tabs and spaces in indentation");
  CHECK(FirstError("if x:\n    y\n  z\n") ==
        "IndentationError: unindent does not match any outer indentation level");
  CHECK(FirstError(std::string(201, '(')) == "SyntaxError: too many nested parentheses");
}

TEST_CASE("lines that begin with a continuation have the indentation of each version") {
  using enum PythonVersion;
  const std::string_view text = "if x:\n \\\n   y\n";
  const std::string indented = "if NAME:x : NEWLINE INDENT NAME:y NEWLINE DEDENT ENDMARKER";
  CHECK(Show(text, k38) == indented);
  CHECK(Show(text, k39) == "if NAME:x : NEWLINE NAME:y NEWLINE ENDMARKER");
  CHECK(Show(text, k310) == indented);
  CHECK(Show("\\\n  y\n", k38) == "NAME:y NEWLINE ENDMARKER");
  CHECK(Show("\\\n  y\n", k310) == "INDENT NAME:y NEWLINE DEDENT ENDMARKER");
}

TEST_CASE("before 3.12 one more line end follows the last one of two characters") {
  using enum PythonVersion;
  CHECK(FirstError("x \\\r\n", k311) == "");
  CHECK(FirstError("x \\\r\n", k312) == "SyntaxError: unexpected EOF while parsing");
  CHECK(FirstError("'''x\r\n", k311) ==
        "SyntaxError: unterminated triple-quoted string literal (detected at line 2)");
  CHECK(FirstError("'''x\r\n", k312) ==
        "SyntaxError: unterminated triple-quoted string literal (detected at line 1)");
}

TEST_CASE("a statement keyword ends brackets that were left open") {
  CHECK(Show("x = f(a,\ndef g(): pass\n") ==
        "NAME:x = NAME:f ( NAME:a , NEWLINE def NAME:g ( ) : pass NEWLINE ENDMARKER");
  CHECK(FirstError("x = f(a,\ndef g(): pass\n") == "SyntaxError: '(' was never closed");
}

TEST_CASE("any bytes give tokens in text order") {
  uint32_t state = 1;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
      state = state * 1664525 + 1013904223;
      constexpr char kAlphabet[] = "()[]{}:'\"\\\n\r \tft=#.0x\xC3\xA9\0d!";
      text += kAlphabet[(state >> 16) % (sizeof kAlphabet - 1)];
    }
    for (PythonVersion version : {PythonVersion::k311, PythonVersion::k314}) {
      const TokenBuffer tokens = LexText(text, version);
      REQUIRE(tokens.kinds.back() == TokenKind::kEndMarker);
      for (size_t i = 1; i < tokens.size(); ++i) {
        REQUIRE(tokens.spans[i - 1].end <= tokens.spans[i].begin);
      }
    }
  }
}

}  // namespace
}  // namespace codeanatomy::lex
