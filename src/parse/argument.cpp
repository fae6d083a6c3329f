// Call arguments and subscripts.
#include "parse/parser.h"

namespace codeanatomy::parse {

namespace {
constexpr int32_t kLoad = static_cast<int32_t>(ExprContext::kLoad);
}

/// From `(` to `)` of a call or of a class's bases, which cannot be a bare generator expression.
/// Both lists keep the order of the text.
Parser::Arguments Parser::ParseArguments(bool of_class) {
  const uint32_t open = begin();
  Advance();
  Scratch& keywords = stacks_[kKeywords];
  const size_t mark = stack_.size(), keyword_mark = keywords.size();
  bool unpacked = false;  // `**x` seen
  while (!At(TokenKind::kRightParen)) {
    const uint32_t from = begin();
    if (Accept(TokenKind::kStar)) {
      if (unpacked) FailHere("iterable argument unpacking follows keyword argument unpacking");
      const NodeRef value = ParseExpression();
      // 3.8 leaves parentheses around the value out.
      const uint32_t end = AtLeast(PythonVersion::k39) ? previous_end() : EndOf(value);
      stack_.push_back(Add<AstKind::kStarred>({from, end}, value, kLoad));
    } else if (Accept(TokenKind::kDoubleStar)) {
      unpacked = true;
      const NodeRef value = ParseExpression();
      keywords.push_back(Add<AstKind::kKeyword>(SpanFrom(from), kNoNode, value));
    } else if (At(TokenKind::kName) && kinds_[pos_ + 1] == TokenKind::kEqual) {
      const uint32_t name_begin = text_spans_[pos_].begin;
      const int32_t name = ParseIdentifier();
      Advance();
      const NodeRef value = ParseExpression();
      const NodeRef keyword = Add<AstKind::kKeyword>(SpanFrom(from), name, value);
      tree_.SetNameBegin(keyword, name_begin);
      keywords.push_back(keyword);
    } else {
      NodeRef value = ParseNamedExpression();
      if (AtComprehension()) {
        if (of_class) FailHere("invalid syntax");
        const ListRef generators = ParseComprehensions();
        const bool alone =
            stack_.size() == mark && keywords.size() == keyword_mark && At(TokenKind::kRightParen);
        if (!alone) Fail(SpanFrom(from), "Generator expression must be parenthesized");
        value = Add<AstKind::kGeneratorExp>({open, spans_[pos_].end}, value, generators);
      } else if (keywords.size() > keyword_mark) {
        FailNode(value, unpacked ? "positional argument follows keyword argument unpacking"
                                 : "positional argument follows keyword argument");
      }
      stack_.push_back(value);
    }
    if (!Accept(TokenKind::kComma)) break;
  }
  Expect(TokenKind::kRightParen);
  const ListRef args = TakeList(stack_, mark);
  return {args, TakeList(keywords, keyword_mark)};
}

/// What stands between the brackets of a subscript; several items, or a starred one, make a tuple.
NodeRef Parser::ParseSlices() {
  const uint32_t from = begin();
  const bool starred = At(TokenKind::kStar);
  const NodeRef first = ParseSlice();
  if (!starred && !At(TokenKind::kComma)) return first;
  const size_t mark = stack_.size();
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (At(TokenKind::kRightBracket)) break;
    stack_.push_back(ParseSlice());
  }
  const ListRef elements = TakeList(stack_, mark);
  return Add<AstKind::kTuple>(SpanFrom(from), elements, kLoad);
}

NodeRef Parser::ParseSlice() {
  const uint32_t from = begin();
  if (At(TokenKind::kStar)) {
    RequireVersion(PythonVersion::k311, spans_[pos_], "Starred expressions in index positions are");
    return ParseStarExpression();
  }
  NodeRef lower = kNoNode, upper = kNoNode, step = kNoNode;
  if (!At(TokenKind::kColon)) {
    const bool named = At(TokenKind::kName) && NextKind() == TokenKind::kColonEqual;
    RefuseNamedBefore(PythonVersion::k310);
    lower = ParseNamedExpression();
    if (!At(TokenKind::kColon)) return lower;
    if (named) FailHere("invalid syntax");
  }
  Expect(TokenKind::kColon);
  if (AtExpressionStart()) upper = ParseExpression();
  if (Accept(TokenKind::kColon) && AtExpressionStart()) step = ParseExpression();
  return Add<AstKind::kSlice>(SpanFrom(from), lower, upper, step);
}

}  // namespace codeanatomy::parse
