// What has no syntax node: punctuation, names in headers, comments, empty lines.
#include "parse/cst/cst_builder.h"

namespace codeanatomy::parse {
namespace {

using lex::TokenKind;

}  // namespace

/// Every token that no syntax node spoke for.
void CstBuilder::EmitLexical() {
  for (TokenRef t = 0; t < static_cast<TokenRef>(kinds_.size()); ++t) {
    if (Has(t, kSilent)) continue;
    switch (KindAt(t)) {
      case TokenKind::kName:
      case TokenKind::kTrue:
      case TokenKind::kFalse:
      case TokenKind::kNone:
        // A conversion `!r` is no name.
        if (KindAt(t - 1) != TokenKind::kExclamation) EmitToken(CstKind::kName, t);
        break;
      case TokenKind::kComma:
        EmitToken(CstKind::kComma, t);
        break;
      case TokenKind::kDot:
        EmitToken(CstKind::kDot, t);
        break;
      case TokenKind::kSemicolon:
        EmitToken(CstKind::kSemicolon, t);
        break;
      case TokenKind::kEqual:
        EmitToken(CstKind::kAssignEqual, t);
        break;
      case TokenKind::kBar:
        EmitToken(CstKind::kBitOr, t);
        break;
      case TokenKind::kAsync:
        EmitToken(CstKind::kAsynchronous, t);
        break;
      case TokenKind::kLeftParen:
        EmitToken(CstKind::kLeftParen, t);
        break;
      case TokenKind::kRightParen:
        EmitToken(CstKind::kRightParen, t);
        break;
      case TokenKind::kLeftBracket:
        EmitToken(CstKind::kLeftSquareBracket, t);
        break;
      case TokenKind::kRightBracket:
        EmitToken(CstKind::kRightSquareBracket, t);
        break;
      case TokenKind::kLeftBrace:
        EmitToken(CstKind::kLeftCurlyBrace, t);
        break;
      case TokenKind::kRightBrace:
        EmitToken(CstKind::kRightCurlyBrace, t);
        break;
      case TokenKind::kFStringMiddle:
        if (SpanAt(t).size() > 0) EmitToken(CstKind::kFormattedStringText, t);
        break;
      case TokenKind::kTStringMiddle:
        if (SpanAt(t).size() > 0) EmitToken(CstKind::kTemplatedStringText, t);
        break;
      default:
        break;
    }
  }
}

/// Comments, and the lines that hold nothing else: LibCST's EmptyLine, from the line's begin to its
/// end.
void CstBuilder::EmitTrivia() {
  const std::string_view text = tree_.text();
  for (size_t i = 0; i < all_.size(); ++i) {
    const ByteSpan span = all_.spans[i];
    if (all_.kinds[i] == TokenKind::kComment) {
      Emit(CstKind::kComment, span);
    } else if (all_.kinds[i] == TokenKind::kNl) {
      const bool has_comment =
          i > 0 && all_.kinds[i - 1] == TokenKind::kComment && all_.spans[i - 1].end == span.begin;
      uint32_t begin = has_comment ? all_.spans[i - 1].begin : span.begin;
      while (begin > 0 &&
             (text[begin - 1] == ' ' || text[begin - 1] == '\t' || text[begin - 1] == '\f')) {
        --begin;
      }
      const bool whole_line = begin == 0 || text[begin - 1] == '\n' || text[begin - 1] == '\r';
      if (whole_line) Emit(CstKind::kEmptyLine, {begin, span.end});
    }
  }
}

}  // namespace codeanatomy::parse
