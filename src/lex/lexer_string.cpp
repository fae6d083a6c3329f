// String literals. Before 3.12 a format string is one token, found by its quotes like any other
// string; since 3.12 (PEP 701) it is a start, literal middles, the tokens of the replacement
// fields, and an end, and its fields may hold any expression, also strings with the same quotes.
#include <string>

#include "base/byte_block.h"
#include "lex/lexer_state.h"

namespace codeanatomy::lex {

namespace {

bool ReadPrefix(std::string_view letters, PythonVersion version, StringPrefix& prefix) {
  bool unicode = false;
  for (char c : letters) {
    bool* flag = nullptr;
    switch (c | 0x20) {
      case 'r':
        flag = &prefix.raw;
        break;
      case 'b':
        flag = &prefix.bytes;
        break;
      case 'f':
        flag = &prefix.format;
        break;
      case 'u':
        flag = &unicode;
        break;
      case 't':
        flag = &prefix.interpolation;
        break;
      default:
        return false;
    }
    if (*flag) return false;
    *flag = true;
  }
  if (unicode && letters.size() > 1) return false;
  if (prefix.interpolation && version < PythonVersion::k314) return false;
  return prefix.bytes + prefix.format + prefix.interpolation <= 1;
}

/// What 3.14 says of letters that are all of prefixes, none twice, but exclude each other.
std::string FindPrefixClash(std::string_view letters) {
  const auto has = [&](char letter) {
    return letters.find(letter) != std::string_view::npos ||
           letters.find(static_cast<char>(letter - 0x20)) != std::string_view::npos;
  };
  size_t known = 0;
  for (char letter : {'b', 'r', 'u', 'f', 't'}) known += has(letter);
  if (known != letters.size()) return {};
  for (const char* pair : {"ub", "ur", "uf", "ut", "bf", "bt", "ft"}) {
    if (has(pair[0]) && has(pair[1])) {
      return Message("'", pair[0], "' and '", pair[1], "' prefixes are incompatible");
    }
  }
  return {};
}

}  // namespace

/// [begin, p_) stands before a quote; false if it is no string prefix.
bool Lexer::LexStringAfterPrefix(const char* begin) {
  StringPrefix prefix;
  const std::string_view letters(begin, static_cast<size_t>(p_ - begin));
  if (!ReadPrefix(letters, options_.version, prefix)) {
    if (options_.recover || !AtOrAfter(PythonVersion::k314)) return false;
    const std::string clash = FindPrefixClash(letters);
    if (!clash.empty()) Fail(begin, clash);
    return !clash.empty();
  }
  if ((prefix.format && AtOrAfter(PythonVersion::k312)) || prefix.interpolation) {
    OpenFormatString(begin, prefix);
  } else {
    LexString(begin, prefix);
  }
  return true;
}

/// Three quotes at p_ that the parser took for stray.
bool Lexer::LexStrayQuotes(const char* begin) {
  if (offset(p_) != options_.stray_quotes) return false;
  p_ += 3;
  Fail(begin, "unterminated triple-quoted string literal");
  return true;
}

/// An unterminated string inside a field, with the quotes of the format string around it, is more
/// likely the end of that, and the field lacks its own.
bool Lexer::FailAtFieldEnd(const char* begin, char quote, bool triple) {
  if (format_strings_.empty()) return false;
  const FormatString& around = format_strings_.back();
  if (around.quote != quote || around.triple != triple) return false;
  Fail(begin, Message(around.interpolation ? "t" : "f", "-string: expecting '}'"));
  return true;
}

void Lexer::LexString(const char* begin, StringPrefix prefix) {
  const TokenKind kind = prefix.format  ? TokenKind::kFormatString
                         : prefix.bytes ? TokenKind::kBytes
                                        : TokenKind::kString;
  const char quote = *p_;
  const bool modern = AtOrAfter(PythonVersion::k310);
  if (Peek(1) == quote && Peek(2) == quote) {
    if (LexStrayQuotes(begin)) return;
    p_ += 3;
    while (true) {
      p_ = FindByte(p_, end_, [quote](const ByteBlock& block) {
        return block.Equal(quote) | block.Equal('\\');
      });
      if (p_ == end_) break;
      if (*p_ == '\\') {
        p_ += p_ + 1 < end_ ? 2 : 1;
      } else if (Peek(1) == quote && Peek(2) == quote) {
        p_ += 3;
        return Emit(kind, begin);
      } else {
        ++p_;
      }
    }
    out_.ends_in_string = true;
    if (FailAtFieldEnd(begin, quote, true)) return;
    Fail(begin, modern ? Message("unterminated triple-quoted string literal (detected at line ",
                                 std::to_string(LastLineBefore(end_)), ")")
                       : "EOF while scanning triple-quoted string literal");
    return;
  }
  ++p_;
  while (true) {
    p_ = FindByte(p_, end_, [quote](const ByteBlock& block) {
      return block.Equal(quote) | block.Equal('\\') | block.Equal('\n') | block.Equal('\r');
    });
    if (p_ == end_ || *p_ != '\\') break;
    ++p_;
    if (p_ < end_) SkipLineEnd();  // the escaped character, or \r\n as one
  }
  if (p_ < end_ && *p_ == quote) {
    ++p_;
    return Emit(kind, begin);
  }
  if (FailAtFieldEnd(begin, quote, false)) return;
  const std::string_view body(begin, static_cast<size_t>(p_ - begin));
  const char escaped_quote[] = {'\\', quote, '\0'};
  const std::string_view hint =
      AtOrAfter(PythonVersion::k313) && body.find(escaped_quote) != std::string_view::npos
          ? "; perhaps you escaped the end quote?"
          : "";
  Fail(begin, modern ? Message("unterminated string literal (detected at line ",
                               std::to_string(LineOf(p_)), ")", hint)
                     : "EOL while scanning string literal");
}

void Lexer::OpenFormatString(const char* begin, StringPrefix prefix) {
  const char quote = *p_;
  const bool triple = Peek(1) == quote && Peek(2) == quote;
  if (triple && LexStrayQuotes(begin)) return;
  p_ += triple ? 3 : 1;
  if (format_strings_.size() >= kMaxFormatStringDepth) {
    Fail(begin, "too many nested f-strings", true);
    return;
  }
  Emit(prefix.interpolation ? TokenKind::kTStringStart : TokenKind::kFStringStart, begin);
  format_strings_.push_back(
      {offset(begin), quote, triple, prefix.raw, prefix.interpolation, brackets_.size()});
  LexFormatMiddle();
}

void Lexer::CloseFormatString(const char* at) {
  const FormatString string = format_strings_.back();
  format_strings_.pop_back();
  if (options_.recover) brackets_.resize(string.bracket_count);
  // CPython's tokenizer leaves the brackets of fields open, like any other.
  for (size_t i = string.bracket_count; i < brackets_.size(); ++i) brackets_[i].replacement = false;
  p_ += string.triple ? 3 : 1;
  Emit(string.interpolation ? TokenKind::kTStringEnd : TokenKind::kFStringEnd, at);
}

void Lexer::FailFormatString(const char* begin, std::string message) {
  brackets_.resize(format_strings_.back().bracket_count);
  format_strings_.pop_back();
  Fail(begin, std::move(message));
}

/// Whether the field that begins here is one too many in each other.
bool Lexer::IsNestedTooDeeply() const {
  constexpr int kMaxFields = 3;
  int fields = 0;
  for (size_t i = format_strings_.back().bracket_count; i < brackets_.size(); ++i)
    fields += brackets_[i].replacement;
  return fields >= kMaxFields;
}

/// A format specification meets the end of its line, or of the text, in a string of single
/// quotes: 3.12 and 3.13 end it there, 3.14 refuses it. False where the string itself is what ends
/// too early.
bool Lexer::EndSpecification(const char* begin, TokenKind middle, const char* kind_name) {
  if (brackets_.back().behind_field && AtOrAfter(PythonVersion::k313)) return false;
  if (AtOrAfter(PythonVersion::k314)) {
    FailFormatString(
        p_, Message(kind_name, ": newlines are not allowed in format specifiers for single quoted ",
                    kind_name, "s"));
  } else if (p_ > begin || !options_.recover) {
    Emit(middle, begin);  // empty, too, as where a field ends
  }
  return true;
}

/// Literal text up to the next replacement field, the end of the field's format specification, or
/// the end of the string; emits what ends it, too.
void Lexer::LexFormatMiddle() {
  const FormatString& string = format_strings_.back();
  const TokenKind middle =
      string.interpolation ? TokenKind::kTStringMiddle : TokenKind::kFStringMiddle;
  const bool in_spec = brackets_.size() > string.bracket_count;
  const char* kind_name = string.interpolation ? "t-string" : "f-string";
  const char* begin = p_;
  while (p_ < end_) {
    const char c = *p_;
    if (c == '\\' && p_ + 1 < end_) {
      if (p_[1] == '{' || p_[1] == '}') {
        ++p_;
      } else if (!string.raw && p_[1] == 'N' && Peek(2) == '{') {
        p_ += 3;
        while (p_ < end_ && *p_ != '}' && *p_ != string.quote && *p_ != '\n' && *p_ != '{') ++p_;
        if (p_ < end_ && *p_ == '}') ++p_;
      } else {
        ++p_;
        SkipLineEnd();
      }
      continue;
    }
    const bool at_end = c == string.quote &&
                        (!string.triple || (Peek(1) == string.quote && Peek(2) == string.quote));
    if (at_end) {
      if (p_ > begin) Emit(middle, begin);
      if (in_spec && options_.recover) {
        const char* at = p_;
        p_ += string.triple ? 3 : 1;
        return FailFormatString(at, Message(kind_name, ": expecting '}'"));
      }
      return CloseFormatString(p_);
    }
    if (c == '{') {
      if (Peek(1) == '{' && !in_spec) {
        p_ += 2;
        continue;
      }
      if (p_ > begin) Emit(middle, begin);
      const size_t before = brackets_.size();
      if (!options_.recover && IsNestedTooDeeply()) {
        Report({offset(p_) - 1, offset(p_)}, "f-string: expressions nested too deeply");
        return;
      }
      LexOpen();
      if (brackets_.size() > before) brackets_.back().replacement = true;
      return;
    }
    if (c == '}') {
      if (in_spec) {
        // The rules for errors see the empty text that CPython's tokenizer has here.
        if (p_ > begin || !options_.recover) Emit(middle, begin);
        return LexClose();
      }
      if (Peek(1) == '}') {
        p_ += 2;
        continue;
      }
      ++p_;
      return FailFormatString(p_ - 1, Message(kind_name, ": single '}' is not allowed"));
    }
    if ((c == '\n' || c == '\r') && !string.triple) {
      if (in_spec && EndSpecification(begin, middle, kind_name)) return;
      break;
    }
    p_ = FindByte(p_ + 1, end_, [quote = string.quote](const ByteBlock& block) {
      return block.Equal(quote) | block.Equal('{') | block.Equal('}') | block.Equal('\\') |
             block.Equal('\n') | block.Equal('\r');
    });
  }
  if (p_ == end_ && !string.triple && in_spec && EndSpecification(begin, middle, kind_name)) return;
  if (string.triple && p_ == end_) out_.ends_in_string = true;
  std::string message =
      Message("unterminated ", string.triple ? "triple-quoted " : "", kind_name,
              " literal (detected at line ", std::to_string(LastLineBefore(p_)), ")");
  const ByteSpan span{string.begin, offset(p_)};
  brackets_.resize(string.bracket_count);
  format_strings_.pop_back();
  Emit(TokenKind::kError, begin);
  Report(span, message);
}

}  // namespace codeanatomy::lex
