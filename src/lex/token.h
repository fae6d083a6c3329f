// Tokens of one file: TokenKind, TokenBuffer, and what the lexer has to say about broken text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/pod_vector.h"
#include "base/span.h"

namespace codeanatomy::lex {

enum class TokenKind : uint8_t {
#define CA_TOKEN(Name, text) k##Name,
#define CA_KEYWORD(Name, text) k##Name,
#define CA_OPERATOR(Name, text) k##Name,
#include "lex/token_kind.def"
};

/// Keywords and operators: their text; other kinds: the name `tokenize` gives them.
inline constexpr auto kTokenTexts = std::to_array<std::string_view>({
#define CA_TOKEN(Name, text) text,
#define CA_KEYWORD(Name, text) text,
#define CA_OPERATOR(Name, text) text,
#include "lex/token_kind.def"
});
inline constexpr size_t kTokenKindCount = kTokenTexts.size();

constexpr std::string_view TokenText(TokenKind kind) {
  return kTokenTexts[static_cast<size_t>(kind)];
}
constexpr bool IsKeyword(TokenKind kind) {
  return kind >= TokenKind::kFalse && kind <= TokenKind::kYield;
}
constexpr bool IsOperator(TokenKind kind) { return kind >= TokenKind::kLeftParen; }
/// Has no text of its own or none that matters to the grammar.
constexpr bool IsLayout(TokenKind kind) {
  return kind <= TokenKind::kDedent || kind == TokenKind::kComment || kind == TokenKind::kNl ||
         kind == TokenKind::kTypeComment;
}

/// Text that is no token of Python. `type` and `message` are those of CPython's exception.
struct LexError {
  ByteSpan span;
  std::string_view type = "SyntaxError";
  std::string message;
  bool is_limit = false;  // one of CPython's own limits; the message names it
};

/// Struct of arrays, in text order, always ended by one EndMarker. NEWLINE, INDENT, DEDENT and the
/// EndMarker are in it, Comment and Nl only on request. Spans are byte offsets into the text.
struct TokenBuffer {
  PodVector<TokenKind> kinds;
  PodVector<ByteSpan> spans;
  std::vector<LexError> errors;  // in text order, at most one per logical line
  bool ends_in_string = false;   // a triple-quoted literal is still open at the end of the text

  size_t size() const { return kinds.size(); }
  void Add(TokenKind kind, uint32_t begin, uint32_t end) {
    kinds.push_back(kind);
    spans.push_back({begin, end});
  }
  void Clear() {
    kinds.Truncate(0);
    spans.Truncate(0);
    errors.clear();
    ends_in_string = false;
  }
};

}  // namespace codeanatomy::lex
