// match statements and their patterns.
#include "parse/parser.h"

namespace codeanatomy::parse {

namespace {
constexpr int32_t kLoad = static_cast<int32_t>(ExprContext::kLoad);
}

/// `match` is a name unless its logical line ends with a colon and an indented `case` follows. Most
/// names are decided by the next token; only `match (`, `match [`, `match -` and the like need to
/// see the line.
bool Parser::AtMatchStatement() const {
  if (!AtWord("match") || !AtLeast(PythonVersion::k310)) return false;
  switch (NextKind()) {
    case TokenKind::kName:
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBracket:
    case TokenKind::kLeftBrace:
    case TokenKind::kMinus:
    case TokenKind::kPlus:
    case TokenKind::kTilde:
    case TokenKind::kStar:
    case TokenKind::kNot:
    case TokenKind::kLambda:
    case TokenKind::kAwait:
    case TokenKind::kNone:
    case TokenKind::kTrue:
    case TokenKind::kFalse:
    case TokenKind::kEllipsis:
    case TokenKind::kInteger:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
    case TokenKind::kString:
    case TokenKind::kBytes:
    case TokenKind::kFormatString:
    case TokenKind::kFStringStart:
    case TokenKind::kTStringStart:
      break;
    default:
      return false;
  }
  uint32_t token = pos_;
  while (kinds_[token] != TokenKind::kNewline && kinds_[token] != TokenKind::kEndMarker) ++token;
  return kinds_[token] == TokenKind::kNewline && kinds_[token - 1] == TokenKind::kColon &&
         kinds_[token + 1] == TokenKind::kIndent && kinds_[token + 2] == TokenKind::kName &&
         TokenTextAt(token + 2) == "case";
}

NodeRef Parser::ParseMatch() {
  const uint32_t from = begin();
  Advance();
  const uint32_t subject_from = begin();
  NodeRef subject = ParseStarNamedExpression();
  if (At(TokenKind::kComma)) {
    const size_t elements = stack_.size();
    stack_.push_back(subject);
    while (Accept(TokenKind::kComma) && !At(TokenKind::kColon))
      stack_.push_back(ParseStarNamedExpression());
    const ListRef list = TakeList(stack_, elements);
    subject = Add<AstKind::kTuple>(SpanFrom(subject_from), list, kLoad);
  } else if (IsKind(subject, AstKind::kStarred)) {
    FailNode(subject, "invalid syntax");
  }
  Expect(TokenKind::kColon);
  Expect(TokenKind::kNewline);
  Expect(TokenKind::kIndent);
  if (failed_) return kNoNode;
  const size_t mark = stack_.size();
  while (!At(TokenKind::kDedent) && !At(TokenKind::kEndMarker)) {
    const Snapshot clause = Save();
    NodeRef node = AtWord("case") ? ParseCase() : Unexpected();
    if (!failed_) {
      stack_.push_back(node);
      continue;
    }
    DropClause(clause);
    SkipLineAndBlock();
  }
  Accept(TokenKind::kDedent);
  const ListRef cases = TakeList(stack_, mark);
  return Add<AstKind::kMatch>({from, BlockEnd()}, subject, cases);
}

/// Skips damage where no statement may stand.
void Parser::SkipLineAndBlock() {
  while (!At(TokenKind::kNewline) && !At(TokenKind::kDedent) && !At(TokenKind::kIndent) &&
         !At(TokenKind::kEndMarker)) {
    Advance();
  }
  Accept(TokenKind::kNewline);
  int depth = 0;
  while (At(TokenKind::kIndent) || depth > 0) {
    if (At(TokenKind::kEndMarker)) return;
    depth += At(TokenKind::kIndent) ? 1 : At(TokenKind::kDedent) ? -1 : 0;
    Advance();
  }
}

NodeRef Parser::ParseCase() {
  const uint32_t header = pos_;
  Advance();
  const NodeRef pattern = ParseOpenPattern();
  NodeRef guard = kNoNode;
  if (Accept(TokenKind::kIf)) guard = ParseNamedExpression();
  const ListRef body = ParseBlock("'case' statement", header);
  return Add<AstKind::kMatchCase>({BeginOf(pattern), BlockEnd()}, pattern, guard, body);
}

/// The patterns of a `case`: several, or one behind a star, make a sequence without brackets.
NodeRef Parser::ParseOpenPattern() {
  const uint32_t from = begin();
  const bool starred = At(TokenKind::kStar);
  const NodeRef first = ParseSequenceItem();
  if (!starred && !At(TokenKind::kComma)) return first;
  const size_t mark = stack_.size();
  stack_.push_back(first);
  if (!At(TokenKind::kComma)) Unexpected();
  while (Accept(TokenKind::kComma)) {
    if (At(TokenKind::kColon) || At(TokenKind::kIf)) break;
    stack_.push_back(ParseSequenceItem());
  }
  const ListRef patterns = TakeList(stack_, mark);
  return Add<AstKind::kMatchSequence>(SpanFrom(from), patterns);
}

NodeRef Parser::ParseSequenceItem() {
  return At(TokenKind::kStar) ? ParseStarPattern() : ParsePattern();
}

NodeRef Parser::ParseStarPattern() {
  const uint32_t from = begin();
  Advance();
  const uint32_t name_begin = text_spans_[pos_].begin;
  const bool wildcard = AtWord("_");
  int32_t name = ParseIdentifier();
  if (wildcard) name = -1;
  const NodeRef pattern = Add<AstKind::kMatchStar>(SpanFrom(from), name);
  if (!wildcard) tree_.SetNameBegin(pattern, name_begin);
  return pattern;
}

NodeRef Parser::ParsePattern() {
  if (!EnterDepth()) return kNoNode;
  const uint32_t from = begin();
  NodeRef pattern = ParseClosedPattern();
  if (At(TokenKind::kBar)) {
    const size_t mark = stack_.size();
    stack_.push_back(pattern);
    while (Accept(TokenKind::kBar)) stack_.push_back(ParseClosedPattern());
    const ListRef patterns = TakeList(stack_, mark);
    pattern = Add<AstKind::kMatchOr>(SpanFrom(from), patterns);
  }
  if (Accept(TokenKind::kAs)) {
    const uint32_t name_begin = text_spans_[pos_].begin;
    if (AtWord("_")) FailHere("cannot use '_' as a target");
    const int32_t name = ParseIdentifier();
    pattern = Add<AstKind::kMatchAs>(SpanFrom(from), pattern, name);
    tree_.SetNameBegin(pattern, name_begin);
  }
  --depth_;
  return pattern;
}

NodeRef Parser::ParseClosedPattern() {
  const auto singleton = [this](int32_t constant) {
    const ByteSpan span = spans_[pos_];
    Advance();
    return Add<AstKind::kMatchSingleton>(span, constant);
  };
  switch (kind()) {
    case TokenKind::kNone:
      return singleton(TreeBuilder::kNoneConstant);
    case TokenKind::kTrue:
      return singleton(TreeBuilder::kTrueConstant);
    case TokenKind::kFalse:
      return singleton(TreeBuilder::kFalseConstant);
    case TokenKind::kName:
      return ParseNamePattern();
    case TokenKind::kLeftParen:
      return ParseSequencePattern(TokenKind::kRightParen);
    case TokenKind::kLeftBracket:
      return ParseSequencePattern(TokenKind::kRightBracket);
    case TokenKind::kLeftBrace:
      return ParseMappingPattern();
    default:
      break;
  }
  const uint32_t from = begin();
  const NodeRef value = ParseLiteralPatternValue();
  return Add<AstKind::kMatchValue>(SpanFrom(from), value);
}

NodeRef Parser::ParseLiteralPatternValue() {
  switch (kind()) {
    case TokenKind::kString:
    case TokenKind::kBytes:
    case TokenKind::kFormatString:  // CPython refuses these when it compiles
    case TokenKind::kFStringStart:
    case TokenKind::kTStringStart:
      return ParseStrings();
    case TokenKind::kMinus:
    case TokenKind::kInteger:
    case TokenKind::kFloat:
    case TokenKind::kImaginary:
      break;
    default:
      return Unexpected();
  }
  const uint32_t from = begin();
  const NodeRef real = ParseSignedNumber();
  if (!At(TokenKind::kPlus) && !At(TokenKind::kMinus)) return real;
  const AstOperator op = At(TokenKind::kPlus) ? AstOperator::kAdd : AstOperator::kSub;
  if (kinds_[pos_ - 1] == TokenKind::kImaginary)
    return FailNode(real, "real number required in complex literal");
  Advance();
  if (!At(TokenKind::kImaginary)) return FailHere("imaginary number required in complex literal");
  const NodeRef imaginary = ParseNumber();
  return Add<AstKind::kBinOp>(SpanFrom(from), real, op, imaginary);
}

NodeRef Parser::ParseSignedNumber() {
  const uint32_t from = begin();
  const bool negative = Accept(TokenKind::kMinus);
  if (!At(TokenKind::kInteger) && !At(TokenKind::kFloat) && !At(TokenKind::kImaginary))
    return Unexpected();
  const NodeRef number = ParseNumber();
  return negative ? Add<AstKind::kUnaryOp>(SpanFrom(from), AstOperator::kUSub, number) : number;
}

/// A capture, the wildcard, a dotted value, or a class pattern.
NodeRef Parser::ParseNamePattern() {
  const ByteSpan span = spans_[pos_];
  const TokenKind next = kinds_[pos_ + 1];
  if (next != TokenKind::kDot && next != TokenKind::kLeftParen) {
    const bool wildcard = AtWord("_");
    int32_t name = ParseIdentifier();
    if (wildcard) name = -1;
    const NodeRef pattern = Add<AstKind::kMatchAs>(span, kNoNode, name);
    if (!wildcard) tree_.SetNameBegin(pattern, span.begin);
    return pattern;
  }
  NodeRef value = ParseName();
  while (Accept(TokenKind::kDot)) {
    const uint32_t name_begin = text_spans_[pos_].begin;
    const int32_t name = ParseIdentifier();
    value = Add<AstKind::kAttribute>(SpanFrom(span.begin), value, name, kLoad);
    tree_.SetNameBegin(value, name_begin);
  }
  if (At(TokenKind::kLeftParen)) return ParseClassPattern(span.begin, value);
  return Add<AstKind::kMatchValue>(SpanFrom(span.begin), value);
}

NodeRef Parser::ParseClassPattern(uint32_t from, NodeRef cls) {
  Advance();
  Scratch &names = stacks_[kKeywords], &keyword_patterns = stacks_[kParams];
  const size_t mark = stack_.size(), names_mark = names.size(),
               keywords_mark = keyword_patterns.size();
  while (!At(TokenKind::kRightParen)) {
    if (At(TokenKind::kName) && kinds_[pos_ + 1] == TokenKind::kEqual) {
      names.push_back(ParseIdentifier());
      Advance();
      keyword_patterns.push_back(ParsePattern());
    } else {
      const NodeRef pattern = ParsePattern();
      if (names.size() > names_mark)
        FailNode(pattern, "positional patterns follow keyword patterns");
      stack_.push_back(pattern);
    }
    if (!Accept(TokenKind::kComma)) break;
  }
  Expect(TokenKind::kRightParen);
  const ListRef patterns = TakeList(stack_, mark);
  const ListRef attributes = TakeList(names, names_mark);
  const ListRef keywords = TakeList(keyword_patterns, keywords_mark);
  return Add<AstKind::kMatchClass>(SpanFrom(from), cls, patterns, attributes, keywords);
}

/// In parentheses, one pattern without a comma is a group, not a sequence.
NodeRef Parser::ParseSequencePattern(TokenKind closer) {
  const uint32_t from = begin();
  Advance();
  const size_t mark = stack_.size();
  bool comma = closer == TokenKind::kRightBracket || At(closer);
  while (!At(closer)) {
    const bool starred = At(TokenKind::kStar);
    stack_.push_back(ParseSequenceItem());
    if (!Accept(TokenKind::kComma)) {
      if (starred && !comma) Unexpected();
      break;
    }
    comma = true;
  }
  Expect(closer);
  if (!comma && stack_.size() == mark + 1) {
    const NodeRef group = stack_.back();
    stack_.Truncate(mark);
    return group;
  }
  const ListRef patterns = TakeList(stack_, mark);
  return Add<AstKind::kMatchSequence>(SpanFrom(from), patterns);
}

NodeRef Parser::ParseMappingPattern() {
  const uint32_t from = begin();
  Advance();
  const size_t mark = stack_.size();
  int32_t rest = -1;
  uint32_t rest_begin = kNoPosition;
  while (!At(TokenKind::kRightBrace)) {
    if (rest >= 0) FailHere("invalid syntax");
    if (Accept(TokenKind::kDoubleStar)) {
      if (AtWord("_")) FailHere("invalid syntax");
      rest_begin = begin();
      rest = ParseIdentifier();
    } else {
      NodeRef key = kNoNode;
      if (At(TokenKind::kName)) {
        const uint32_t key_from = begin();
        key = ParseName();
        if (!At(TokenKind::kDot)) Unexpected();
        while (Accept(TokenKind::kDot)) {
          const uint32_t name_begin = text_spans_[pos_].begin;
          const int32_t name = ParseIdentifier();
          key = Add<AstKind::kAttribute>(SpanFrom(key_from), key, name, kLoad);
          tree_.SetNameBegin(key, name_begin);
        }
      } else if (At(TokenKind::kNone) || At(TokenKind::kTrue) || At(TokenKind::kFalse)) {
        key = ParseAtom();
      } else {
        key = ParseLiteralPatternValue();
      }
      stack_.push_back(key);
      Expect(TokenKind::kColon);
      stack_.push_back(ParsePattern());
    }
    if (!Accept(TokenKind::kComma)) break;
  }
  Expect(TokenKind::kRightBrace);
  const std::span<const int32_t> items{stack_.data() + mark, stack_.size() - mark};
  const ListRef keys = tree_.AddList(items, 0, 2);
  const ListRef patterns = tree_.AddList(items, 1, 2);
  stack_.Truncate(mark);
  const NodeRef mapping = Add<AstKind::kMatchMapping>(SpanFrom(from), keys, patterns, rest);
  tree_.SetNameBegin(mapping, rest_begin);
  return mapping;
}

}  // namespace codeanatomy::parse
