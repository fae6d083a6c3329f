// Expressions: operators by precedence climbing, conditionals, lambdas, primaries.
//
// One loop (ParseBinary) serves all binary operators, guided by a table of binding strengths;
// chains
// (`a + b + …`, `a.b.c`, `- - x`, `x if a else y if b else …`) are loops, so only brackets,
// lambdas, powers and operands of stronger operators recurse.
#include <array>

#include "parse/parser.h"

namespace codeanatomy::parse {

namespace {

struct OperatorInfo {
  uint8_t precedence = kNoPrecedence;
  AstOperator op = AstOperator::kAnd;
};

constexpr auto kOperatorTable = [] {
  std::array<OperatorInfo, 256> table{};
  const auto set = [&](TokenKind kind, uint8_t precedence, AstOperator op) {
    table[static_cast<size_t>(kind)] = {precedence, op};
  };
  using enum TokenKind;
  set(TokenKind::kOr, kOrPrecedence, AstOperator::kOr);
  set(TokenKind::kAnd, kAndPrecedence, AstOperator::kAnd);
  set(kNot, kComparePrecedence, AstOperator::kNotIn);
  set(kIn, kComparePrecedence, AstOperator::kIn);
  set(kIs, kComparePrecedence, AstOperator::kIs);
  set(kLess, kComparePrecedence, AstOperator::kLt);
  set(kGreater, kComparePrecedence, AstOperator::kGt);
  set(kLessEqual, kComparePrecedence, AstOperator::kLtE);
  set(kGreaterEqual, kComparePrecedence, AstOperator::kGtE);
  set(kEqualEqual, kComparePrecedence, AstOperator::kEq);
  set(kNotEqual, kComparePrecedence, AstOperator::kNotEq);
  set(kBar, kBitOrPrecedence, AstOperator::kBitOr);
  set(kCaret, kBitXorPrecedence, AstOperator::kBitXor);
  set(kAmpersand, kBitAndPrecedence, AstOperator::kBitAnd);
  set(kLeftShift, kShiftPrecedence, AstOperator::kLShift);
  set(kRightShift, kShiftPrecedence, AstOperator::kRShift);
  set(kPlus, kSumPrecedence, AstOperator::kAdd);
  set(kMinus, kSumPrecedence, AstOperator::kSub);
  set(kStar, kTermPrecedence, AstOperator::kMult);
  set(kSlash, kTermPrecedence, AstOperator::kDiv);
  set(kDoubleSlash, kTermPrecedence, AstOperator::kFloorDiv);
  set(kPercent, kTermPrecedence, AstOperator::kMod);
  set(kAt, kTermPrecedence, AstOperator::kMatMult);
  return table;
}();

constexpr auto kStartsExpression = [] {
  std::array<bool, 256> table{};
  using enum TokenKind;
  for (TokenKind kind :
       {kName,         kInteger,      kFloat,        kImaginary, kString,      kBytes,
        kFormatString, kFStringStart, kTStringStart, kFalse,     kNone,        kTrue,
        kAwait,        kLambda,       kNot,          kLeftParen, kLeftBracket, kLeftBrace,
        kMinus,        kPlus,         kTilde,        kEllipsis}) {
    table[static_cast<size_t>(kind)] = true;
  }
  return table;
}();

constexpr auto kEndsExpression = [] {
  std::array<bool, 256> table{};
  using enum TokenKind;
  for (TokenKind kind : {kNewline, kComma, kColon, kRightParen, kRightBracket, kRightBrace}) {
    table[static_cast<size_t>(kind)] = true;
  }
  return table;
}();

constexpr int32_t kLoad = static_cast<int32_t>(ExprContext::kLoad);

}  // namespace

bool Parser::AtExpressionStart() const { return kStartsExpression[static_cast<size_t>(kind())]; }

NodeRef Parser::ParseStarExpressions() {
  const uint32_t from = begin();
  const NodeRef first = ParseStarExpression();
  if (!At(TokenKind::kComma)) return first;
  const size_t mark = stack_.size();
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (!AtExpressionStart() && !At(TokenKind::kStar)) break;
    stack_.push_back(ParseStarExpression());
  }
  const ListRef elements = TakeList(stack_, mark);
  return Add<AstKind::kTuple>(SpanFrom(from), elements, kLoad);
}

/// Without stars, as 3.8 wants it in some places.
NodeRef Parser::ParsePlainExpressions() {
  const uint32_t from = begin();
  const NodeRef first = ParseExpression();
  if (!At(TokenKind::kComma)) return first;
  const size_t mark = stack_.size();
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (!AtExpressionStart()) break;
    stack_.push_back(ParseExpression());
  }
  const ListRef elements = TakeList(stack_, mark);
  return Add<AstKind::kTuple>(SpanFrom(from), elements, kLoad);
}

/// Fails at the `:=` of a named expression at the cursor in places that need parentheses before
/// `v`.
void Parser::RefuseNamedBefore(PythonVersion v) {
  if (AtLeast(v) || !At(TokenKind::kName) || NextKind() != TokenKind::kColonEqual) return;
  Fail(spans_[pos_ + 1], "invalid syntax");
}

NodeRef Parser::ParseStarExpression() {
  if (!At(TokenKind::kStar)) return ParseExpression();
  const uint32_t from = begin();
  Advance();
  const NodeRef value = ParseBinary(kBitOrPrecedence);
  return Add<AstKind::kStarred>(SpanFrom(from), value, kLoad);
}

NodeRef Parser::ParseYieldOrStarExpressions() {
  return At(TokenKind::kYield) ? ParseYield() : ParseStarExpressions();
}

NodeRef Parser::ParseYield() {
  const uint32_t from = begin();
  Advance();
  if (Accept(TokenKind::kFrom)) {
    const NodeRef value = ParseExpression();
    return Add<AstKind::kYieldFrom>(SpanFrom(from), value);
  }
  NodeRef value = kNoNode;
  if (AtExpressionStart() || At(TokenKind::kStar)) value = ParseStarExpressions();
  return Add<AstKind::kYield>(SpanFrom(from), value);
}

NodeRef Parser::ParseStarNamedExpression() {
  return At(TokenKind::kStar) ? ParseStarExpression() : ParseNamedExpression();
}

NodeRef Parser::ParseNamedExpression() {
  if (!At(TokenKind::kName) || kinds_[pos_ + 1] != TokenKind::kColonEqual) [[likely]] {
    return ParseExpression();
  }
  const uint32_t from = begin();
  const NodeRef target = ParseName();
  tree_.SetContext(target, ExprContext::kStore);
  Advance();
  const NodeRef value = ParseExpression();
  return Add<AstKind::kNamedExpr>(SpanFrom(from), target, value);
}

NodeRef Parser::ParseExpression() {
  // Most expressions are a lone name; no operator can follow it.
  if (At(TokenKind::kName) && kEndsExpression[static_cast<size_t>(kinds_[pos_ + 1])]) {
    return ParseName();
  }
  if (!EnterDepth()) return kNoNode;
  NodeRef result;
  if (At(TokenKind::kLambda)) {
    result = ParseLambda();
  } else {
    const uint32_t from = begin();
    result = ParseBinary(kOrPrecedence);
    if (At(TokenKind::kIf)) result = ParseConditional(from, result);
  }
  --depth_;
  return result;
}

/// The cursor is at the `if` of `body if test else orelse`; orelse may be a conditional again.
NodeRef Parser::ParseConditional(uint32_t from, NodeRef body) {
  const size_t mark = stack_.size();
  NodeRef orelse = kNoNode;
  while (true) {
    Advance();
    stack_.push_back(static_cast<int32_t>(from));
    stack_.push_back(body);
    stack_.push_back(ParseBinary(kOrPrecedence));
    Expect(TokenKind::kElse);
    if (At(TokenKind::kLambda)) {
      orelse = ParseExpression();
      break;
    }
    from = begin();
    body = orelse = ParseBinary(kOrPrecedence);
    if (!At(TokenKind::kIf)) break;
  }
  // A rule that failed leaves its elements on the stack: no triples then.
  for (size_t at = failed_ ? mark : stack_.size(); at > mark; at -= 3) {
    const auto first = static_cast<uint32_t>(stack_[at - 3]);
    orelse = Add<AstKind::kIfExp>(SpanFrom(first), stack_[at - 1], stack_[at - 2], orelse);
  }
  stack_.Truncate(mark);
  return orelse;
}

NodeRef Parser::ParseLambda() {
  const uint32_t from = begin();
  Advance();
  const NodeRef parameters = ParseParameters(TokenKind::kColon);
  Expect(TokenKind::kColon);
  const NodeRef body = ParseExpression();
  ++lambda_count_;
  return Add<AstKind::kLambda>(SpanFrom(from), parameters, body);
}

/// Operators that bind at least as strongly as `least`.
NodeRef Parser::ParseBinary(int least) {
  const uint32_t from = begin();
  NodeRef left = At(TokenKind::kNot) && least <= kNotPrecedence ? ParseNot() : ParseUnary();
  while (true) {
    const OperatorInfo info = kOperatorTable[static_cast<size_t>(kind())];
    if (info.precedence < least || info.precedence == kNoPrecedence) return left;
    if (info.precedence >= kBitOrPrecedence) {
      Advance();
      const NodeRef right = ParseBinary(info.precedence + 1);
      left = Add<AstKind::kBinOp>(SpanFrom(from), left, info.op, right);
    } else if (info.precedence == kComparePrecedence) {
      if (At(TokenKind::kNot) && NextKind() != TokenKind::kIn) return left;
      left = ParseComparison(from, left);
    } else {
      left = ParseBoolOp(from, left);
    }
  }
}

NodeRef Parser::ParseNot() {
  Scratch& begins = stacks_[kOperators];
  const size_t mark = begins.size();
  while (At(TokenKind::kNot)) {
    begins.push_back(static_cast<int32_t>(begin()));
    Advance();
  }
  NodeRef operand = ParseBinary(kComparePrecedence);
  for (size_t at = begins.size(); at > mark; --at) {
    operand = Add<AstKind::kUnaryOp>(SpanFrom(static_cast<uint32_t>(begins[at - 1])),
                                     AstOperator::kNot, operand);
  }
  begins.Truncate(mark);
  return operand;
}

NodeRef Parser::ParseBoolOp(uint32_t from, NodeRef left) {
  const TokenKind op = kind();
  const OperatorInfo info = kOperatorTable[static_cast<size_t>(op)];
  const size_t mark = stack_.size();
  stack_.push_back(left);
  while (Accept(op)) stack_.push_back(ParseBinary(info.precedence + 1));
  const ListRef values = TakeList(stack_, mark);
  return Add<AstKind::kBoolOp>(SpanFrom(from), info.op, values);
}

NodeRef Parser::ParseComparison(uint32_t from, NodeRef left) {
  Scratch& operators = stacks_[kOperators];
  const size_t operator_mark = operators.size(), mark = stack_.size();
  while (true) {
    const OperatorInfo info = kOperatorTable[static_cast<size_t>(kind())];
    if (info.precedence != kComparePrecedence) break;
    AstOperator op = info.op;
    if (At(TokenKind::kNot)) {
      if (NextKind() != TokenKind::kIn) break;
      Advance();
    }
    const bool is = At(TokenKind::kIs);
    Advance();
    if (is && Accept(TokenKind::kNot)) op = AstOperator::kIsNot;
    operators.push_back(static_cast<int32_t>(op));
    stack_.push_back(ParseBinary(kBitOrPrecedence));
  }
  const ListRef ops = TakeList(operators, operator_mark);
  const ListRef comparators = TakeList(stack_, mark);
  return Add<AstKind::kCompare>(SpanFrom(from), left, ops, comparators);
}

NodeRef Parser::ParseUnary() {
  const auto operator_of = [](TokenKind kind) {
    return kind == TokenKind::kMinus  ? AstOperator::kUSub
           : kind == TokenKind::kPlus ? AstOperator::kUAdd
                                      : AstOperator::kInvert;
  };
  if (!At(TokenKind::kMinus) && !At(TokenKind::kPlus) && !At(TokenKind::kTilde)) [[likely]] {
    return ParsePower();
  }
  Scratch& tokens = stacks_[kOperators];
  const size_t mark = tokens.size();
  while (At(TokenKind::kMinus) || At(TokenKind::kPlus) || At(TokenKind::kTilde)) {
    tokens.push_back(static_cast<int32_t>(pos_));
    Advance();
  }
  NodeRef operand = ParsePower();
  for (size_t at = tokens.size(); at > mark; --at) {
    const auto token = static_cast<uint32_t>(tokens[at - 1]);
    operand =
        Add<AstKind::kUnaryOp>(SpanFrom(spans_[token].begin), operator_of(kinds_[token]), operand);
  }
  tokens.Truncate(mark);
  return operand;
}

NodeRef Parser::ParsePower() {
  const uint32_t from = begin();
  const NodeRef base = ParsePrimary();
  if (!At(TokenKind::kDoubleStar)) [[likely]]
    return base;
  if (!EnterDepth()) return kNoNode;
  Advance();
  const NodeRef exponent = ParseUnary();
  --depth_;
  return Add<AstKind::kBinOp>(SpanFrom(from), base, AstOperator::kPow, exponent);
}

NodeRef Parser::ParsePrimary() {
  const uint32_t from = begin();
  if (Accept(TokenKind::kAwait)) [[unlikely]] {
    const uint32_t operand_from = begin();
    const NodeRef atom = ParseAtom();
    const NodeRef value = ParsePostfix(operand_from, atom);
    return Add<AstKind::kAwait>(SpanFrom(from), value);
  }
  return ParsePostfix(from, ParseAtom());
}

/// Attributes, calls and subscripts behind `value`, which began at `from`.
NodeRef Parser::ParsePostfix(uint32_t from, NodeRef value) {
  while (true) {
    switch (kind()) {
      case TokenKind::kDot: {
        Advance();
        const uint32_t name_begin = text_spans_[pos_].begin;
        const int32_t name = ParseIdentifier();
        value = Add<AstKind::kAttribute>(SpanFrom(from), value, name, kLoad);
        tree_.SetNameBegin(value, name_begin);
        break;
      }
      case TokenKind::kLeftParen: {
        const Arguments arguments = ParseArguments();
        value = Add<AstKind::kCall>(SpanFrom(from), value, arguments.args, arguments.keywords);
        break;
      }
      case TokenKind::kLeftBracket: {
        Advance();
        const NodeRef slice = ParseSlices();
        Expect(TokenKind::kRightBracket);
        value = Add<AstKind::kSubscript>(SpanFrom(from), value, slice, kLoad);
        break;
      }
      default:
        return value;
    }
  }
}

}  // namespace codeanatomy::parse
