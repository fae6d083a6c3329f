// import and from … import.
#include "parse/parser.h"

namespace codeanatomy::parse {

NodeRef Parser::ParseImport() {
  const uint32_t from = begin();
  Advance();
  const size_t mark = stack_.size();
  do {
    const uint32_t alias_from = begin();
    const int32_t name = ParseDottedName();
    int32_t as_name = -1;
    if (Accept(TokenKind::kAs)) as_name = ParseIdentifier();
    const NodeRef alias = Add<AstKind::kAlias>(SpanFrom(alias_from), name, as_name);
    tree_.SetNameBegin(alias, alias_from);
    stack_.push_back(alias);
  } while (Accept(TokenKind::kComma));
  const ListRef names = TakeList(stack_, mark);
  return Add<AstKind::kImport>(SpanFrom(from), names);
}

/// `a.b.c` as one name; space around the dots is dropped.
int32_t Parser::ParseDottedName() {
  const uint32_t first = pos_;
  const int32_t head = ParseIdentifier();
  if (!At(TokenKind::kDot)) return head;
  bool plain = true;
  while (Accept(TokenKind::kDot)) ParseIdentifier();
  if (failed_) return 0;
  for (uint32_t token = first; token < pos_; ++token) {
    if (token + 1 < pos_ && text_spans_[token].end != text_spans_[token + 1].begin) plain = false;
    for (char c : TokenTextAt(token)) plain = plain && static_cast<uint8_t>(c) < 0x80;
  }
  if (plain) {
    const uint32_t from = text_spans_[first].begin;
    return tree_.AddName(text_.substr(from, text_spans_[pos_ - 1].end - from));
  }
  std::string joined;
  for (uint32_t token = first; token < pos_; token += 2) {
    if (token > first) joined += '.';
    joined += tree_.name(InternToken(token));
  }
  return tree_.AddName(tree_.Keep(joined));
}

NodeRef Parser::ParseImportFrom() {
  const uint32_t from = begin();
  Advance();
  int level = 0;
  while (At(TokenKind::kDot) || At(TokenKind::kEllipsis)) {
    level += At(TokenKind::kDot) ? 1 : 3;
    Advance();
  }
  int32_t module = -1;
  if (level == 0 || At(TokenKind::kName)) module = ParseDottedName();
  Expect(TokenKind::kImport);
  const size_t mark = stack_.size();
  if (At(TokenKind::kStar)) {
    const ByteSpan span = spans_[pos_];
    Advance();
    const NodeRef alias = Add<AstKind::kAlias>(span, tree_.AddName("*"), -1);
    tree_.SetNameBegin(alias, span.begin);
    stack_.push_back(alias);
  } else if (Accept(TokenKind::kLeftParen)) {
    do {
      stack_.push_back(ParseImportedName());
    } while (Accept(TokenKind::kComma) && !At(TokenKind::kRightParen));
    Expect(TokenKind::kRightParen);
  } else {
    do {
      if (stack_.size() > mark && At(TokenKind::kNewline)) {
        FailHere("trailing comma not allowed without surrounding parentheses");
      }
      stack_.push_back(ParseImportedName());
    } while (Accept(TokenKind::kComma));
  }
  const ListRef names = TakeList(stack_, mark);
  return Add<AstKind::kImportFrom>(SpanFrom(from), module, names, level);
}

NodeRef Parser::ParseImportedName() {
  const uint32_t from = begin();
  const int32_t name = ParseIdentifier();
  int32_t as_name = -1;
  if (Accept(TokenKind::kAs)) as_name = ParseIdentifier();
  const NodeRef alias = Add<AstKind::kAlias>(SpanFrom(from), name, as_name);
  tree_.SetNameBegin(alias, from);
  return alias;
}

}  // namespace codeanatomy::parse
