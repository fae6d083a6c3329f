// The main loop: one class lookup per token, then the token's own scanner. Bracket depth,
// indentation and the format strings of 3.12+ are explicit stacks, so nothing here recurses.
//
// Recovery: brackets swallow line ends, so a bracket that is never closed would hide the rest of
// the file. A keyword that cannot stand in an expression (`def`, `class`, `return` …) as the first
// token of a line inside brackets therefore ends the logical line and closes them. Valid text never
// has one.
#include "lex/lexer.h"

#include <algorithm>
#include <cstdio>

#include "base/byte_block.h"
#include "lex/keyword.h"
#include "lex/lexer_state.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::lex {

namespace {

/// True for keywords that begin statements only and appear in no expression.
bool IsStatementOnly(TokenKind kind) {
  using enum TokenKind;
  switch (kind) {
    case kAssert:
    case kBreak:
    case kClass:
    case kContinue:
    case kDef:
    case kDel:
    case kElif:
    case kExcept:
    case kFinally:
    case kGlobal:
    case kImport:
    case kNonlocal:
    case kPass:
    case kRaise:
    case kReturn:
    case kTry:
    case kWhile:
    case kWith:
      return true;
    default:
      return false;
  }
}

char CloserOf(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

std::string InvalidCharacter(std::string_view shown, char32_t cp, bool printable) {
  char code[16];
  std::snprintf(code, sizeof code, "U+%04X", static_cast<unsigned>(cp));
  if (!printable) return Message("invalid non-printable character ", code);
  return Message("invalid character '", shown, "' (", code, ")");
}

}  // namespace

DecodedChar DecodeUtf8(const char* p, const char* end) {
  const auto b0 = static_cast<uint8_t>(*p);
  if (b0 < 0x80) return {b0, 1};
  const uint32_t size = b0 >= 0xF0 ? 4 : b0 >= 0xE0 ? 3 : 2;
  if (b0 < 0xC2 || b0 > 0xF4 || static_cast<size_t>(end - p) < size) return {};
  char32_t cp = b0 & (0xFFu >> (size + 1));
  for (uint32_t i = 1; i < size; ++i) {
    const auto b = static_cast<uint8_t>(p[i]);
    if ((b & 0xC0) != 0x80) return {};
    cp = cp << 6 | (b & 0x3F);
  }
  const bool overlong = (size == 3 && cp < 0x800) || (size == 4 && cp < 0x10000);
  if (overlong || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000)) return {};
  return {cp, size};
}

void Lexer::LexModule() {
  LexLineStart();
  LexTokens();
  FinishLayout();
}

void Lexer::LexExpressionRange(uint32_t begin, uint32_t end) {
  expression_only_ = true;
  p_ = base_ + begin;
  end_ = base_ + end;
  LexTokens();
}

void Lexer::LexTokens() {
  while (p_ < end_) {
    const char c = *p_;
    switch (ClassOf(c)) {
      case CharClass::kSpace:
        ++p_;
        continue;
      case CharClass::kLetter:
        LexName();
        break;
      case CharClass::kOperator:
        LexOperator();
        break;
      case CharClass::kOpen:
        LexOpen();
        break;
      case CharClass::kClose:
        LexClose();
        break;
      case CharClass::kDot:
        if (IsDigit(Peek(1))) {
          LexNumber();
        } else {
          const char* begin = p_;
          const bool ellipsis = Peek(1) == '.' && Peek(2) == '.';
          p_ += ellipsis ? 3 : 1;
          Emit(ellipsis ? TokenKind::kEllipsis : TokenKind::kDot, begin);
        }
        break;
      case CharClass::kNewline:
        LexNewline();
        continue;
      case CharClass::kQuote:
        LexString(p_, {});
        break;
      case CharClass::kDigit:
        LexNumber();
        break;
      case CharClass::kHash:
        LexComment();
        continue;
      case CharClass::kBackslash:
        LexBackslash();
        continue;
      case CharClass::kNonAscii:
        LexNonAsciiName(p_);
        break;
      case CharClass::kOther:
        LexUnknown();
        break;
    }
    line_has_tokens_ = true;
  }
}

void Lexer::LexName() {
  const char* begin = p_;
  const char* p =
      FindByte(p_ + 1, end_, [](const ByteBlock& block) { return ~block.Word() & 0xFFFF; });
  p_ = p;
  if (p < end_) [[likely]] {
    if ((*p == '"' || *p == '\'') && p - begin <= 3 && LexStringAfterPrefix(begin)) return;
    if (static_cast<uint8_t>(*p) >= 0x80) {
      LexNonAsciiName(begin);
      return;
    }
  }
  const TokenKind kind = FindKeyword(begin, static_cast<size_t>(p - begin));
  if (!brackets_.empty() &&
      (IsStatementOnly(kind) || (kind == TokenKind::kAsync && !AtAsyncFor())) &&
      CloseStaleBrackets(begin)) {
    return;
  }
  Emit(kind, begin);
}

/// Behind `async`: the one statement with it that an expression knows as well.
bool Lexer::AtAsyncFor() const {
  const char* p = p_;
  while (p < end_ && (*p == ' ' || *p == '\t')) ++p;
  // At a line's end the word behind is not looked for; it may be a comprehension.
  return end_ - p < 3 || std::string_view(p, 3) == "for" || ClassOf(*p) != CharClass::kLetter;
}

void Lexer::LexNonAsciiName(const char* begin) {
  while (p_ < end_) {
    const char* at = p_;
    if (static_cast<uint8_t>(*at) < 0x80) {
      if (!IsWord(*at)) break;
      ++p_;
      continue;
    }
    const auto decoded = DecodeUtf8(at, end_);
    if (decoded.size == 0) {
      if (at > begin) break;
      while (p_ < end_ && static_cast<uint8_t>(*p_) >= 0x80 && DecodeUtf8(p_, end_).size == 0) ++p_;
      Fail(begin, "(unicode error) 'utf-8' codec can't decode byte");
      return;
    }
    const bool fits = at == begin ? unicode::IsXidStart(decoded.cp, options_.version)
                                  : unicode::IsXidContinue(decoded.cp, options_.version);
    if (!fits) {
      if (at > begin) break;
      p_ += decoded.size;
      Fail(begin, InvalidCharacter({at, decoded.size}, decoded.cp,
                                   unicode::IsPrintable(decoded.cp, options_.version)));
      return;
    }
    p_ += decoded.size;
  }
  Emit(TokenKind::kName, begin);
}

void Lexer::LexOperator() {
  const char* begin = p_;
  const char c = *p_++;
  const auto& row = kOperatorRows[static_cast<uint8_t>(c)];
  const char next = p_ < end_ ? *p_ : '\0';
  if (InReplacement() && !format_strings_.empty() && !brackets_.back().in_spec) [[unlikely]] {
    if (c == ':') {
      Emit(TokenKind::kColon, begin);
      brackets_.back().in_spec = true;
      LexFormatMiddle();
      return;
    }
  }
  TokenKind kind = row.alone;
  if (next == '=' && row.equal != TokenKind::kError) {
    kind = row.equal;
    ++p_;
  } else if (next == c && row.doubled != TokenKind::kError) {
    kind = row.doubled;
    ++p_;
    if (p_ < end_ && *p_ == '=') {
      kind = row.doubled_equal;
      ++p_;
    }
  } else if (c == '-' && next == '>') {
    kind = TokenKind::kArrow;
    ++p_;
  } else if (c == '<' && next == '>') {
    ++p_;
    if (options_.recover) return Fail(begin, "invalid syntax");
    kind = TokenKind::kNotEqual;
  }
  Emit(kind, begin);
}

void Lexer::LexOpen() {
  const char* begin = p_++;
  if (brackets_.size() >= kMaxBracketDepth) [[unlikely]] {
    ++excess_brackets_;
    Fail(begin, "too many nested parentheses", true);
    return;
  }
  brackets_.push_back({offset(begin), *begin, false, false});
  Emit(kOperatorRows[static_cast<uint8_t>(*begin)].alone, begin);
}

/// `open`: the innermost open bracket.
std::string Lexer::WrongCloser(char closer, const Bracket& open) {
  if (open.replacement) {
    return Message(format_strings_.back().interpolation ? "t" : "f", "-string: unmatched '", closer,
                   "'");
  }
  std::string message = Message("closing parenthesis '", closer,
                                "' does not match opening parenthesis '", open.open, "'");
  // Counted only where it is the one error of the text, so that the cost stays linear.
  if (options_.recover) return message;
  const uint32_t line = LineOf(base_ + open.at);
  if (LineOf(p_) != line) message += Message(" on line ", std::to_string(line));
  return message;
}

void Lexer::LexClose() {
  const char* begin = p_++;
  if (excess_brackets_ > 0) [[unlikely]] {
    --excess_brackets_;
    return;
  }
  if (brackets_.empty()) {
    Fail(begin, Message("unmatched '", *begin, "'"));
    return;
  }
  const Bracket open = brackets_.back();
  if (*begin != CloserOf(open.open)) {
    // A closer that fits no open bracket is noise; one that fits an outer bracket ends the inner
    // ones.
    const bool fits = std::any_of(brackets_.begin(), brackets_.end(), [&](const Bracket& b) {
      return CloserOf(b.open) == *begin && !b.replacement;
    });
    while (fits && CloserOf(brackets_.back().open) != *begin && !brackets_.back().replacement) {
      brackets_.pop_back();
    }
    if (fits && CloserOf(brackets_.back().open) == *begin) brackets_.pop_back();
    Fail(begin, WrongCloser(*begin, open));
    return;
  }
  brackets_.pop_back();
  Emit(kOperatorRows[static_cast<uint8_t>(*begin)].alone, begin);
  if (open.replacement) {
    if (InReplacement()) brackets_.back().behind_field = true;
    LexFormatMiddle();
  }
}

void Lexer::LexBackslash() {
  const char* begin = p_++;
  if (p_ < end_ && ClassOf(*p_) == CharClass::kNewline) {
    SkipLineEnd();
    if (p_ == end_ && !HasAddedLine()) {
      Report({offset(begin), offset(p_)}, "unexpected EOF while parsing");
    }
    return;
  }
  if (p_ == end_) {
    Fail(begin, "unexpected EOF while parsing");
  } else {
    // CPython shows the character behind the backslash.
    Emit(TokenKind::kError, begin);
    Report({offset(p_), offset(p_) + 1}, "unexpected character after line continuation character");
  }
  line_has_tokens_ = true;
}

void Lexer::LexUnknown() {
  const char* begin = p_++;
  const auto c = static_cast<uint8_t>(*begin);
  if (c == 0) {
    while (p_ < end_ && *p_ == '\0') ++p_;
    Fail(begin, "source code cannot contain null bytes");
  } else if (c < 0x20 || c == 0x7F) {
    Fail(begin, InvalidCharacter({begin, 1}, c, false));
  } else if (options_.recover) {
    Fail(begin, "invalid syntax");
  } else {
    Emit(TokenKind::kError, begin);
    unknown_end_ = out_.size();
  }
}

bool Lexer::CloseStaleBrackets(const char* keyword) {
  if (expression_only_ || !options_.recover) return false;
  const char* line = keyword;
  while (line > base_ && ClassOf(line[-1]) == CharClass::kSpace) --line;
  if (line > base_ && ClassOf(line[-1]) != CharClass::kNewline) return false;
  const Bracket open = brackets_.back();
  error_reported_ = false;
  Report({open.at, open.at + 1}, Message("'", open.open, "' was never closed"));
  brackets_.clear();
  format_strings_.clear();
  excess_brackets_ = 0;
  p_ = line;
  out_.Add(TokenKind::kNewline, offset(line), offset(line));
  line_has_tokens_ = false;
  error_reported_ = false;
  LexLineStart();
  return true;
}

void Lexer::Fail(const char* begin, std::string message, bool is_limit) {
  Emit(TokenKind::kError, begin);
  Report({offset(begin), offset(p_)}, std::move(message), "SyntaxError", is_limit);
}

void Lexer::Report(ByteSpan span, std::string message, std::string_view type, bool is_limit) {
  if (error_reported_) return;
  error_reported_ = true;
  out_.errors.push_back({span, type, std::move(message), is_limit});
  if (options_.recover) return;
  if (out_.size() == unknown_end_ || out_.kinds.back() != TokenKind::kError) {
    out_.Add(TokenKind::kError, span.begin, std::max(span.begin, offset(p_)));
  }
  stopped_ = true;
  p_ = end_;
}

/// 1-based. Errors come in text order, so counting goes on where it stopped.
uint32_t Lexer::LineOf(const char* p) {
  if (line_counted_to_ == nullptr || p < line_counted_to_) {
    line_counted_to_ = base_;
    line_counted_ = 1;
  }
  for (; line_counted_to_ < p; ++line_counted_to_) {
    const char c = *line_counted_to_;
    const bool pair = c == '\r' && line_counted_to_ + 1 < end_ && line_counted_to_[1] == '\n';
    line_counted_ += c == '\n' || (c == '\r' && !pair);
  }
  return line_counted_;
}

void Lex(std::string_view text, const LexOptions& options, TokenBuffer& out) {
  out.Clear();
  out.kinds.Reserve(text.size() / 4 + 16);
  out.spans.Reserve(text.size() / 4 + 16);
  Lexer(text, options, out).LexModule();
  std::stable_sort(out.errors.begin(), out.errors.end(), [](const LexError& a, const LexError& b) {
    return a.span.begin < b.span.begin;
  });
}

void LexExpression(std::string_view text, uint32_t begin, uint32_t end, const LexOptions& options,
                   TokenBuffer& out) {
  Lexer(text, options, out).LexExpressionRange(begin, end);
}

}  // namespace codeanatomy::lex
