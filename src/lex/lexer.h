// Lexer: text → TokenBuffer. Total on any bytes, one pass, linear.
#pragma once

#include <cstdint>
#include <string_view>

#include "catalog/python_version.h"
#include "lex/token.h"

namespace codeanatomy::lex {

struct LexOptions {
  PythonVersion version = kNewestPythonVersion;
  bool trivia = false;         // also Comment and Nl tokens
  bool type_comments = false;  // `# type:` comments become TypeComment tokens
  // false: no token is guessed behind an error. The first one ends the tokens with an Error token
  // where CPython's tokenizer raises, and the EndMarker; text that only the grammar rejects (`<>`,
  // `?`) is a NotEqual or Error token without an error.
  bool recover = true;
  // Offset of three quotes that are no string, as the parser found: an Error token, and the text
  // goes on behind them. Recovery from a literal that swallowed the rest of the text.
  uint32_t stray_quotes = kNoStrayQuotes;
  static constexpr uint32_t kNoStrayQuotes = 0xffffffff;
};

/// CPython's limits on nesting; deeper text gives an error that names the limit.
inline constexpr int kMaxBracketDepth = 200;
inline constexpr int kMaxIndentDepth = 100;
inline constexpr int kMaxFormatStringDepth = 150;  // 3.12 and newer

/// CPython before 3.12 puts one more line end behind a text that ends in \r\n: a line of its own,
/// and what continues a line that ends with a backslash.
inline bool HasAddedLine(std::string_view text, PythonVersion version) {
  return version < PythonVersion::k312 && text.ends_with("\r\n");
}

/// Tokens of a module, appended to the cleared `out`. `text` is UTF-8 without BOM, shorter than 4
/// GiB; bytes that are not UTF-8 become Error tokens outside strings and comments.
void Lex(std::string_view text, const LexOptions& options, TokenBuffer& out);

/// Appends the tokens of the expression text[begin, end), as if it stood in parentheses: neither
/// NEWLINE nor indentation, no EndMarker. For the replacement fields of f-strings before 3.12.
void LexExpression(std::string_view text, uint32_t begin, uint32_t end, const LexOptions& options,
                   TokenBuffer& out);

}  // namespace codeanatomy::lex
