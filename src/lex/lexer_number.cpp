// Numeric literals. A malformed one becomes an Error token with CPython's wording.
#include <string>

#include "lex/lexer_state.h"

namespace codeanatomy::lex {

namespace {

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

/// `1if x else y` is a number and a keyword: these may follow a number without a space, the longer
/// ones if the word ends there.
bool BeginsKeywordAfterNumber(std::string_view rest) {
  for (std::string_view word : {"if", "in", "is"}) {
    if (rest.starts_with(word)) return true;
  }
  for (std::string_view word : {"and", "else", "for", "not", "or"}) {
    if (!rest.starts_with(word)) continue;
    return rest.size() == word.size() ||
           !(IsWord(rest[word.size()]) || static_cast<uint8_t>(rest[word.size()]) >= 0x80);
  }
  return false;
}

}  // namespace

/// The whole word becomes the token; the error stands at the last character that the tokenizer of
/// CPython took, the one before the cursor, or at `at`.
void Lexer::FailNumber(const char* begin, std::string message, const char* at) {
  const uint32_t error = offset(at != nullptr ? at : p_ > begin ? p_ - 1 : begin);
  while (p_ < end_ && (IsWord(*p_) || static_cast<uint8_t>(*p_) >= 0x80)) ++p_;
  if (p_ == begin) ++p_;
  Emit(TokenKind::kError, begin);
  Report({error, offset(p_)}, std::move(message));
}

/// Digits with single underscores between them; false if an underscore has no digit behind it.
bool Lexer::LexDecimalTail() {
  while (true) {
    while (p_ < end_ && IsDigit(*p_)) ++p_;
    if (p_ == end_ || *p_ != '_') return true;
    ++p_;
    if (p_ == end_ || !IsDigit(*p_)) return false;
  }
}

/// Before 3.10 a word may follow, which the grammar rejects.
bool Lexer::CheckNumberEnd(const char* begin, std::string_view name) {
  if (!AtOrAfter(PythonVersion::k310)) return true;
  // Since 3.11 a letter beyond ASCII begins a name, which no number can stand before.
  const bool letter =
      p_ < end_ && static_cast<uint8_t>(*p_) >= 0x80 && !AtOrAfter(PythonVersion::k311);
  if (p_ == end_ || !(IsWord(*p_) || letter)) return true;
  if (BeginsKeywordAfterNumber({p_, static_cast<size_t>(end_ - p_)})) return true;
  FailNumber(begin, Message("invalid ", name, " literal"));
  return false;
}

void Lexer::LexRadix(const char* begin, int radix, std::string_view name) {
  p_ += 2;
  do {
    if (p_ < end_ && *p_ == '_') ++p_;
    if (p_ == end_ || DigitValue(*p_) >= radix) {
      if (p_ < end_ && IsDigit(*p_)) {
        FailNumber(begin, Message("invalid digit '", *p_, "' in ", name, " literal"), p_);
      } else {
        FailNumber(begin, Message("invalid ", name, " literal"));
      }
      return;
    }
    while (p_ < end_ && DigitValue(*p_) < radix) ++p_;
  } while (p_ < end_ && *p_ == '_');
  if (p_ < end_ && IsDigit(*p_)) {
    FailNumber(begin, Message("invalid digit '", *p_, "' in ", name, " literal"), p_);
    return;
  }
  if (CheckNumberEnd(begin, name)) Emit(TokenKind::kInteger, begin);
}

void Lexer::LexNumber() {
  const char* begin = p_;
  const char next = static_cast<char>(Peek(1) | 0x20);
  if (*p_ == '0' && (next == 'x' || next == 'o' || next == 'b')) {
    if (next == 'x') return LexRadix(begin, 16, "hexadecimal");
    if (next == 'o') return LexRadix(begin, 8, "octal");
    return LexRadix(begin, 2, "binary");
  }
  TokenKind kind = TokenKind::kInteger;
  std::string_view name = "decimal";
  if (*p_ != '.' && !LexDecimalTail()) return FailNumber(begin, "invalid decimal literal");
  const char* integer_end = p_;
  if (p_ < end_ && *p_ == '.') {
    kind = TokenKind::kFloat;
    ++p_;
    if (p_ < end_ && IsDigit(*p_) && !LexDecimalTail()) {
      return FailNumber(begin, "invalid decimal literal");
    }
  }
  if (p_ < end_ && (*p_ | 0x20) == 'e') {
    const bool has_sign = Peek(1) == '+' || Peek(1) == '-';
    if (IsDigit(Peek(has_sign ? 2 : 1))) {
      kind = TokenKind::kFloat;
      p_ += has_sign ? 2 : 1;
      if (!LexDecimalTail()) return FailNumber(begin, "invalid decimal literal");
    } else if (has_sign) {
      return FailNumber(begin, "invalid decimal literal", p_ + 1);
    }
  }
  if (p_ < end_ && (*p_ | 0x20) == 'j') {
    kind = TokenKind::kImaginary;
    name = "imaginary";
    ++p_;
  }
  if (kind == TokenKind::kInteger && *begin == '0') {
    for (const char* digit = begin; digit < integer_end; ++digit) {
      if (*digit == '0' || *digit == '_') continue;
      return FailNumber(
          begin,
          "leading zeros in decimal integer literals are not permitted; use an 0o prefix "
          "for octal integers",
          begin);
    }
  }
  if (CheckNumberEnd(begin, name)) Emit(kind, begin);
}

}  // namespace codeanatomy::lex
