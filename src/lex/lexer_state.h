// The lexer's state, private to lex/: one object per text, methods grouped by file.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lex/character_class.h"
#include "lex/lexer.h"
#include "lex/message.h"
#include "lex/utf8.h"

namespace codeanatomy::lex {

/// Prefix letters and quotes of a string token.
struct StringPrefix {
  bool raw = false;
  bool bytes = false;
  bool format = false;
  bool interpolation = false;  // t-string
};

class Lexer {
 public:
  Lexer(std::string_view text, const LexOptions& options, TokenBuffer& out)
      : base_(text.data()),
        end_(text.data() + text.size()),
        p_(base_),
        options_(options),
        out_(out) {}

  void LexModule();
  void LexExpressionRange(uint32_t begin, uint32_t end);

 private:
  // A bracket that waits for its closer. `replacement` marks the `{` of a replacement field.
  struct Bracket {
    uint32_t at;
    char open;
    bool replacement;
    bool in_spec;               // behind the colon of the replacement field
    bool behind_field = false;  // a field in the specification has been closed
  };
  struct Indent {
    uint32_t column, alternative;  // tabs to multiples of 8; tabs as 1
  };
  // A 3.12+ format string whose end is not reached yet.
  struct FormatString {
    uint32_t begin;
    char quote;
    bool triple, raw, interpolation;
    size_t bracket_count;  // open brackets where it began
  };

  uint32_t offset(const char* p) const { return static_cast<uint32_t>(p - base_); }
  char Peek(size_t n) const { return n < static_cast<size_t>(end_ - p_) ? p_[n] : '\0'; }
  bool AtOrAfter(PythonVersion version) const { return options_.version >= version; }
  void Emit(TokenKind kind, const char* begin) { out_.Add(kind, offset(begin), offset(p_)); }

  // lexer.cpp
  void LexTokens();
  void LexName();
  void LexNonAsciiName(const char* begin);
  void LexOperator();
  void LexOpen();
  void LexClose();
  std::string WrongCloser(char closer, const Bracket& open);
  void LexBackslash();
  void LexUnknown();
  bool CloseStaleBrackets(const char* keyword);
  bool AtAsyncFor() const;

  // lexer_layout.cpp
  void LexNewline();
  void LexLineStart();
  void LexComment();
  void SkipLineEnd();
  void SetIndentation(uint32_t column, uint32_t alternative, const char* line);
  void FailIndentation(size_t first_token, const char* line, std::string_view message,
                       std::string_view type);
  void FinishLayout();

  // lexer_number.cpp
  void LexNumber();
  bool LexDecimalTail();
  void LexRadix(const char* begin, int radix, std::string_view name);
  bool CheckNumberEnd(const char* begin, std::string_view name);
  void FailNumber(const char* begin, std::string message, const char* at = nullptr);

  // lexer_string.cpp
  bool LexStringAfterPrefix(const char* begin);
  void LexString(const char* begin, StringPrefix prefix);
  bool LexStrayQuotes(const char* begin);
  void OpenFormatString(const char* begin, StringPrefix prefix);
  void LexFormatMiddle();
  bool IsNestedTooDeeply() const;
  void CloseFormatString(const char* at);
  bool FailAtFieldEnd(const char* begin, char quote, bool triple);
  bool EndSpecification(const char* begin, TokenKind middle, const char* kind_name);
  bool InReplacement() const { return !brackets_.empty() && brackets_.back().replacement; }
  void FailFormatString(const char* begin, std::string message);

  // Adds an Error token [begin, p_) and its error.
  void Fail(const char* begin, std::string message, bool is_limit = false);
  void Report(ByteSpan span, std::string message, std::string_view type = "SyntaxError",
              bool is_limit = false);
  uint32_t LineOf(const char* p);
  /// The last line that is begun before p, which may be the end of the text.
  uint32_t LastLineBefore(const char* p) {
    const bool at_end = p > base_ && p == end_;
    return LineOf(at_end && !HasAddedLine() ? p - 1 : p);
  }
  bool HasAddedLine() const {
    return lex::HasAddedLine({base_, static_cast<size_t>(end_ - base_)}, options_.version);
  }

  const char* base_;
  const char* end_;
  const char* p_;
  const LexOptions& options_;
  TokenBuffer& out_;
  std::vector<Bracket> brackets_;
  uint32_t excess_brackets_ = 0;  // open ones beyond the limit
  bool error_reported_ = false;   // only the first error of a logical line is
  size_t unknown_end_ = 0;        // tokens up to the last Error token without an error
  std::vector<Indent> indents_{{0, 0}};
  std::vector<FormatString> format_strings_;
  bool stopped_ = false;          // at the first error, without recovery
  bool expression_only_ = false;  // replacement field: no NEWLINE, no indentation
  bool line_has_tokens_ = false;
  const char* line_counted_to_ = nullptr;
  uint32_t line_counted_ = 1;
};

}  // namespace codeanatomy::lex
