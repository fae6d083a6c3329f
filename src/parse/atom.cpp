// Atoms: names, numbers, parenthesized forms, displays and comprehensions.
#include <algorithm>

#include "lex/unicode/unicode.h"
#include "parse/parser.h"

namespace codeanatomy::parse {

namespace {
constexpr int32_t kLoad = static_cast<int32_t>(ExprContext::kLoad);

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}
}  // namespace

NodeRef Parser::ParseAtom() {
  const auto constant = [this](int32_t id) {
    const ByteSpan span = spans_[pos_];
    Advance();
    return Add<AstKind::kConstant>(span, id, kNoNode);
  };
  switch (kind()) {
    case TokenKind::kName:
      return ParseName();
    case TokenKind::kString:
    case TokenKind::kBytes:
    case TokenKind::kFormatString:
    case TokenKind::kFStringStart:
    case TokenKind::kTStringStart:
      return ParseStrings();
    case TokenKind::kInteger:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
      return ParseNumber();
    case TokenKind::kLeftParen:
      return ParseParenthesized();
    case TokenKind::kLeftBracket:
      return ParseListDisplay();
    case TokenKind::kLeftBrace:
      return ParseBraces();
    case TokenKind::kNone:
      return constant(TreeBuilder::kNoneConstant);
    case TokenKind::kTrue:
      return constant(TreeBuilder::kTrueConstant);
    case TokenKind::kFalse:
      return constant(TreeBuilder::kFalseConstant);
    case TokenKind::kEllipsis:
      return constant(TreeBuilder::kEllipsisConstant);
    default:
      return Unexpected();
  }
}

int32_t Parser::InternToken(uint32_t token) {
  const std::string_view text = TokenTextAt(token);
  if (is_ascii_ || IsAscii(text)) [[likely]]
    return tree_.AddName(text);
  return tree_.AddName(tree_.Keep(lex::unicode::NormalizeNfkc(text, options_.version)));
}

int32_t Parser::ParseIdentifier() {
  if (!At(TokenKind::kName)) [[unlikely]] {
    Unexpected();
    return 0;
  }
  return InternToken(pos_++);
}

NodeRef Parser::ParseName() {
  const ByteSpan span = spans_[pos_];
  const uint32_t name_begin = text_spans_[pos_].begin;
  const int32_t id = InternToken(pos_);
  Advance();
  const NodeRef name = Add<AstKind::kName>(span, id, kLoad);
  tree_.SetNameBegin(name, name_begin);
  return name;
}

NodeRef Parser::ParseNumber() {
  const ConstantKind constant = At(TokenKind::kInteger) ? ConstantKind::kInt
                                : At(TokenKind::kFloat) ? ConstantKind::kFloat
                                                        : ConstantKind::kImaginary;
  std::string_view text = TokenTextAt(pos_);
  if (text.size() > 2 && text.find('_') != std::string_view::npos) {
    decoded_.assign(text);
    std::erase(decoded_, '_');
    text = tree_.Keep(decoded_);
  }
  const ByteSpan span = spans_[pos_];
  Advance();
  return Add<AstKind::kConstant>(span, tree_.AddConstant(constant, text), kNoNode);
}

bool Parser::AtComprehension() const {
  return At(TokenKind::kFor) || (At(TokenKind::kAsync) && NextKind() == TokenKind::kFor);
}

NodeRef Parser::ParseParenthesized() {
  const uint32_t from = begin();
  Advance();
  if (Accept(TokenKind::kRightParen))
    return Add<AstKind::kTuple>(SpanFrom(from), kEmptyList, kLoad);
  if (At(TokenKind::kYield)) {
    const NodeRef value = ParseYield();
    Expect(TokenKind::kRightParen);
    return value;
  }
  const NodeRef first = ParseStarNamedExpression();
  if (At(TokenKind::kComma)) {
    const size_t mark = stack_.size();
    stack_.push_back(first);
    while (Accept(TokenKind::kComma)) {
      if (At(TokenKind::kRightParen)) break;
      stack_.push_back(ParseStarNamedExpression());
    }
    Expect(TokenKind::kRightParen);
    const ListRef elements = TakeList(stack_, mark);
    return Add<AstKind::kTuple>(SpanFrom(from), elements, kLoad);
  }
  if (AtComprehension()) {
    if (IsKind(first, AstKind::kStarred)) {
      return FailNode(first, "iterable unpacking cannot be used in comprehension");
    }
    const ListRef generators = ParseComprehensions();
    Expect(TokenKind::kRightParen);
    return Add<AstKind::kGeneratorExp>(SpanFrom(from), first, generators);
  }
  // 3.8 refuses this when it compiles, not when it parses.
  if (IsKind(first, AstKind::kStarred) && AtLeast(PythonVersion::k39))
    return FailNode(first, "cannot use starred expression here");
  Expect(TokenKind::kRightParen);
  return first;
}

NodeRef Parser::ParseListDisplay() {
  const uint32_t from = begin();
  Advance();
  if (Accept(TokenKind::kRightBracket))
    return Add<AstKind::kList>(SpanFrom(from), kEmptyList, kLoad);
  const NodeRef first = ParseStarNamedExpression();
  if (AtComprehension()) {
    if (IsKind(first, AstKind::kStarred)) {
      return FailNode(first, "iterable unpacking cannot be used in comprehension");
    }
    const ListRef generators = ParseComprehensions();
    Expect(TokenKind::kRightBracket);
    return Add<AstKind::kListComp>(SpanFrom(from), first, generators);
  }
  const size_t mark = stack_.size();
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (At(TokenKind::kRightBracket)) break;
    stack_.push_back(ParseStarNamedExpression());
  }
  Expect(TokenKind::kRightBracket);
  const ListRef elements = TakeList(stack_, mark);
  return Add<AstKind::kList>(SpanFrom(from), elements, kLoad);
}

NodeRef Parser::ParseBraces() {
  const uint32_t from = begin();
  Advance();
  if (Accept(TokenKind::kRightBrace))
    return Add<AstKind::kDict>(SpanFrom(from), kEmptyList, kEmptyList);
  const size_t mark = stack_.size();
  if (Accept(TokenKind::kDoubleStar)) {
    stack_.push_back(kNoNode);
    stack_.push_back(ParseBinary(kBitOrPrecedence));
    if (AtComprehension()) return FailHere("dict unpacking cannot be used in dict comprehension");
    return ParseDictRest(from, mark);
  }
  const bool named = At(TokenKind::kName) && NextKind() == TokenKind::kColonEqual;
  if (named) RefuseNamedBefore(PythonVersion::k39);
  const NodeRef first = ParseStarNamedExpression();
  if (At(TokenKind::kColon)) {
    if (named || IsKind(first, AstKind::kStarred)) return FailHere("invalid syntax");
    Advance();
    const NodeRef value = ParseExpression();
    if (AtComprehension()) {
      const ListRef generators = ParseComprehensions();
      Expect(TokenKind::kRightBrace);
      return Add<AstKind::kDictComp>(SpanFrom(from), first, value, generators);
    }
    stack_.push_back(first);
    stack_.push_back(value);
    return ParseDictRest(from, mark);
  }
  if (AtComprehension()) {
    if (IsKind(first, AstKind::kStarred)) {
      return FailNode(first, "iterable unpacking cannot be used in comprehension");
    }
    const ListRef generators = ParseComprehensions();
    Expect(TokenKind::kRightBrace);
    return Add<AstKind::kSetComp>(SpanFrom(from), first, generators);
  }
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (At(TokenKind::kRightBrace)) break;
    RefuseNamedBefore(PythonVersion::k39);
    stack_.push_back(ParseStarNamedExpression());
  }
  Expect(TokenKind::kRightBrace);
  const ListRef elements = TakeList(stack_, mark);
  return Add<AstKind::kSet>(SpanFrom(from), elements);
}

/// Behind the first item of a dict display; keys and values alternate on the stack from `mark`.
NodeRef Parser::ParseDictRest(uint32_t from, size_t mark) {
  while (Accept(TokenKind::kComma)) {
    if (At(TokenKind::kRightBrace)) break;
    if (Accept(TokenKind::kDoubleStar)) {
      stack_.push_back(kNoNode);
      stack_.push_back(ParseBinary(kBitOrPrecedence));
      continue;
    }
    stack_.push_back(ParseExpression());
    Expect(TokenKind::kColon);
    stack_.push_back(ParseExpression());
  }
  Expect(TokenKind::kRightBrace);
  const std::span<const int32_t> items{stack_.data() + mark, stack_.size() - mark};
  const ListRef keys = tree_.AddList(items, 0, 2);
  const ListRef values = tree_.AddList(items, 1, 2);
  stack_.Truncate(mark);
  return Add<AstKind::kDict>(SpanFrom(from), keys, values);
}

ListRef Parser::ParseComprehensions() {
  const size_t mark = stack_.size();
  while (AtComprehension()) {
    const bool is_async = Accept(TokenKind::kAsync);
    Advance();
    const NodeRef target = ParseTargets();
    Expect(TokenKind::kIn);
    const NodeRef iter = ParseBinary(kOrPrecedence);
    const size_t conditions = stack_.size();
    uint32_t end = EndOf(iter);
    while (Accept(TokenKind::kIf)) {
      const NodeRef condition = ParseBinary(kOrPrecedence);
      stack_.push_back(condition);
      end = EndOf(condition);
    }
    const ListRef ifs = TakeList(stack_, conditions);
    stack_.push_back(
        Add<AstKind::kComprehension>({BeginOf(target), end}, target, iter, ifs, is_async));
  }
  return TakeList(stack_, mark);
}

}  // namespace codeanatomy::parse
