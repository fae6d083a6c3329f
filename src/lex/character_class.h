// Tables that classify bytes for the lexer.
#pragma once

#include <array>
#include <cstdint>

#include "lex/token.h"

namespace codeanatomy::lex {

enum class CharClass : uint8_t {
  kOther,    // begins no token: control characters, `$`, `?`, backquote
  kSpace,    // space, tab, form feed
  kNewline,  // \n, \r
  kLetter,   // ASCII letters and underscore
  kDigit,
  kQuote,
  kHash,
  kBackslash,
  kDot,
  kOpen,      // ( [ {
  kClose,     // ) ] }
  kOperator,  // the other operators
  kNonAscii,
};

inline constexpr auto kCharClasses = [] {
  std::array<CharClass, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = CharClass::kLetter;
  table['_'] = CharClass::kLetter;
  for (int c = '0'; c <= '9'; ++c) table[c] = CharClass::kDigit;
  for (int c = 128; c < 256; ++c) table[c] = CharClass::kNonAscii;
  const auto set = [&](std::string_view characters, CharClass of) {
    for (const char c : characters) table[static_cast<uint8_t>(c)] = of;
  };
  set(" \t\f", CharClass::kSpace);
  set("\n\r", CharClass::kNewline);
  set("\"'", CharClass::kQuote);
  table['#'] = CharClass::kHash;
  table['\\'] = CharClass::kBackslash;
  table['.'] = CharClass::kDot;
  set("([{", CharClass::kOpen);
  set(")]}", CharClass::kClose);
  set(",:;@=!~+-*/%&|^<>", CharClass::kOperator);
  return table;
}();

inline CharClass ClassOf(char c) { return kCharClasses[static_cast<uint8_t>(c)]; }

/// ASCII letters, digits, underscore.
inline constexpr auto kIsWord = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[c] = kCharClasses[c] == CharClass::kLetter || kCharClasses[c] == CharClass::kDigit;
  }
  return table;
}();

inline bool IsWord(char c) { return kIsWord[static_cast<uint8_t>(c)]; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Operators by first byte: alone, before `=`, doubled, doubled before `=`. kError: no such
/// operator.
struct OperatorRow {
  TokenKind alone = TokenKind::kError;
  TokenKind equal = TokenKind::kError;
  TokenKind doubled = TokenKind::kError;
  TokenKind doubled_equal = TokenKind::kError;
};

inline constexpr auto kOperatorRows = [] {
  using enum TokenKind;
  std::array<OperatorRow, 128> rows{};
  rows['('] = {kLeftParen};
  rows[')'] = {kRightParen};
  rows['['] = {kLeftBracket};
  rows[']'] = {kRightBracket};
  rows['{'] = {kLeftBrace};
  rows['}'] = {kRightBrace};
  rows[','] = {kComma};
  rows[':'] = {kColon, kColonEqual};
  rows[';'] = {kSemicolon};
  rows['@'] = {kAt, kAtEqual};
  rows['='] = {kEqual, kEqualEqual};
  rows['!'] = {kExclamation, kNotEqual};
  rows['~'] = {kTilde};
  rows['+'] = {kPlus, kPlusEqual};
  rows['-'] = {kMinus, kMinusEqual};
  rows['*'] = {kStar, kStarEqual, kDoubleStar, kDoubleStarEqual};
  rows['/'] = {kSlash, kSlashEqual, kDoubleSlash, kDoubleSlashEqual};
  rows['%'] = {kPercent, kPercentEqual};
  rows['&'] = {kAmpersand, kAmpersandEqual};
  rows['|'] = {kBar, kBarEqual};
  rows['^'] = {kCaret, kCaretEqual};
  rows['<'] = {kLess, kLessEqual, kLeftShift, kLeftShiftEqual};
  rows['>'] = {kGreater, kGreaterEqual, kRightShift, kRightShiftEqual};
  return rows;
}();

}  // namespace codeanatomy::lex
