// Statement lists and simple statements.
#include <array>

#include "base/byte_block.h"
#include "parse/parser.h"

namespace codeanatomy::parse {

namespace {

constexpr auto kAugmentedOperators = [] {
  std::array<int16_t, 256> table{};
  table.fill(-1);
  const auto set = [&](TokenKind kind, AstOperator op) {
    table[static_cast<size_t>(kind)] = static_cast<int16_t>(op);
  };
  set(TokenKind::kPlusEqual, AstOperator::kAdd);
  set(TokenKind::kMinusEqual, AstOperator::kSub);
  set(TokenKind::kStarEqual, AstOperator::kMult);
  set(TokenKind::kSlashEqual, AstOperator::kDiv);
  set(TokenKind::kPercentEqual, AstOperator::kMod);
  set(TokenKind::kAmpersandEqual, AstOperator::kBitAnd);
  set(TokenKind::kBarEqual, AstOperator::kBitOr);
  set(TokenKind::kCaretEqual, AstOperator::kBitXor);
  set(TokenKind::kLeftShiftEqual, AstOperator::kLShift);
  set(TokenKind::kRightShiftEqual, AstOperator::kRShift);
  set(TokenKind::kDoubleStarEqual, AstOperator::kPow);
  set(TokenKind::kDoubleSlashEqual, AstOperator::kFloorDiv);
  set(TokenKind::kAtEqual, AstOperator::kMatMult);
  return table;
}();

bool HasNonAscii(std::string_view text) {
  const char* end = text.data() + text.size();
  return FindByte(text.data(), end, [](const ByteBlock& block) { return block.NonAscii(); }) != end;
}

}  // namespace

Parser::Parser(std::string_view text, const ParseOptions& options, lex::TokenBuffer& tokens,
               TreeBuilder& tree)
    : text_(text),
      options_(options),
      tokens_(tokens),
      tree_(tree),
      kinds_(tokens.kinds.data()),
      spans_(tokens.spans.data()),
      text_spans_(spans_),
      last_(static_cast<uint32_t>(tokens.size() - 1)),
      has_carriage_returns_(text.find('\r') != std::string_view::npos),
      is_ascii_(!HasNonAscii(text)) {}

NodeRef Parser::ParseFile() {
  ParseStatements();
  const ListRef body = TakeList(stack_, 0);
  return Add<AstKind::kModule>({0, static_cast<uint32_t>(text_.size())}, body, kEmptyList);
}

/// Statements up to the end of the block or file, pushed onto the main stack.
void Parser::ParseStatements() {
  int joined = 0;  // indented blocks without a header, whose statements join this list
  bool damaged = false;
  while (true) {
    switch (kind()) {
      case TokenKind::kEndMarker:
        return;
      case TokenKind::kDedent:
        if (joined == 0) return;
        --joined;
        Advance();
        continue;
      case TokenKind::kIndent:
        if (!damaged)
          Report(spans_[pos_], "unexpected indent", "IndentationError", "INDENTATION_ERROR");
        ++joined;
        Advance();
        continue;
      case TokenKind::kNewline:
        Advance();
        continue;
      default:
        break;
    }
    const Snapshot start = Save();
    ParseStatementLine();
    damaged = failed_;
    if (failed_) RecoverStatement(start);
  }
}

void Parser::ParseStatementLine() {
  switch (kind()) {
    case TokenKind::kIf:
    case TokenKind::kFor:
    case TokenKind::kWhile:
    case TokenKind::kTry:
    case TokenKind::kWith:
    case TokenKind::kDef:
    case TokenKind::kClass:
    case TokenKind::kAsync:
    case TokenKind::kAt:
      stack_.push_back(ParseCompoundStatement());
      return;
    case TokenKind::kName:
      if (AtMatchStatement()) {
        stack_.push_back(ParseMatch());
        return;
      }
      break;
    default:
      break;
  }
  ParseSimpleStatements();
}

/// The statements of one logical line, pushed onto the main stack.
void Parser::ParseSimpleStatements() {
  do {
    stack_.push_back(ParseSimpleStatement());
  } while (Accept(TokenKind::kSemicolon) && !At(TokenKind::kNewline));
  Expect(TokenKind::kNewline);
}

NodeRef Parser::ParseSimpleStatement() {
  const ByteSpan span = spans_[pos_];
  switch (kind()) {
    case TokenKind::kReturn:
      return ParseReturn();
    case TokenKind::kImport:
      return ParseImport();
    case TokenKind::kFrom:
      return ParseImportFrom();
    case TokenKind::kRaise:
      return ParseRaise();
    case TokenKind::kPass:
      Advance();
      return Add<AstKind::kPass>(span);
    case TokenKind::kBreak:
      Advance();
      return Add<AstKind::kBreak>(span);
    case TokenKind::kContinue:
      Advance();
      return Add<AstKind::kContinue>(span);
    case TokenKind::kDel:
      return ParseDelete();
    case TokenKind::kAssert:
      return ParseAssert();
    case TokenKind::kGlobal:
    case TokenKind::kNonlocal:
      return ParseGlobal();
    case TokenKind::kName:
      if (NextKind() == TokenKind::kName && AtWord("type") && AtLeast(PythonVersion::k312)) {
        return ParseTypeAlias();
      }
      return ParseExpressionStatement();
    default:
      return ParseExpressionStatement();
  }
}

NodeRef Parser::ParseExpressionStatement() {
  const uint32_t from = begin();
  const bool simple = At(TokenKind::kName);
  const NodeRef first = ParseYieldOrStarExpressions();
  switch (kind()) {
    case TokenKind::kNewline:
    case TokenKind::kSemicolon:
      return Add<AstKind::kExpr>(SpanFrom(from), first);
    case TokenKind::kEqual:
      return ParseAssignment(from, first);
    case TokenKind::kColon:
      return ParseAnnotatedAssignment(from, first, simple);
    default:
      break;
  }
  const int16_t op = kAugmentedOperators[static_cast<size_t>(kind())];
  if (op < 0) return Unexpected();
  if (!IsKind(first, AstKind::kName) && !IsKind(first, AstKind::kAttribute) &&
      !IsKind(first, AstKind::kSubscript)) {
    return FailNode(first, Message("'", Describe(first),
                                   "' is an illegal expression for augmented assignment"));
  }
  tree_.SetContext(first, ExprContext::kStore);
  Advance();
  const bool starred = AtLeast(PythonVersion::k39) || At(TokenKind::kYield);
  const NodeRef value = starred ? ParseYieldOrStarExpressions() : ParsePlainExpressions();
  return Add<AstKind::kAugAssign>(SpanFrom(from), first, op, value);
}

NodeRef Parser::ParseAssignment(uint32_t from, NodeRef first) {
  const size_t mark = stack_.size();
  NodeRef value = first;
  while (Accept(TokenKind::kEqual)) {
    MakeTarget(value, ExprContext::kStore);
    stack_.push_back(value);
    value = ParseYieldOrStarExpressions();
  }
  const ListRef targets = TakeList(stack_, mark);
  return Add<AstKind::kAssign>(SpanFrom(from), targets, value, kNoNode);
}

NodeRef Parser::ParseAnnotatedAssignment(uint32_t from, NodeRef target, bool simple) {
  if (IsKind(target, AstKind::kTuple) || IsKind(target, AstKind::kList)) {
    return FailNode(target,
                    Message("only single target (not ", Describe(target), ") can be annotated"));
  }
  const bool is_name = IsKind(target, AstKind::kName);
  if (!is_name && !IsKind(target, AstKind::kAttribute) && !IsKind(target, AstKind::kSubscript)) {
    return target >= 0 && EndOf(target) > from && !IsKind(target, AstKind::kConstant)
               ? FailNode(target, "illegal target for annotation")
               : FailHere("invalid syntax");
  }
  tree_.SetContext(target, ExprContext::kStore);
  Advance();
  const NodeRef annotation = ParseExpression();
  NodeRef value = kNoNode;
  if (Accept(TokenKind::kEqual)) value = ParseYieldOrStarExpressions();
  return Add<AstKind::kAnnAssign>(SpanFrom(from), target, annotation, value, simple && is_name);
}

NodeRef Parser::ParseReturn() {
  const uint32_t from = begin();
  Advance();
  NodeRef value = kNoNode;
  if (!At(TokenKind::kNewline) && !At(TokenKind::kSemicolon)) value = ParseStarExpressions();
  return Add<AstKind::kReturn>(SpanFrom(from), value);
}

NodeRef Parser::ParseRaise() {
  const uint32_t from = begin();
  Advance();
  NodeRef exception = kNoNode, cause = kNoNode;
  if (!At(TokenKind::kNewline) && !At(TokenKind::kSemicolon)) {
    exception = ParseExpression();
    if (Accept(TokenKind::kFrom)) cause = ParseExpression();
  }
  return Add<AstKind::kRaise>(SpanFrom(from), exception, cause);
}

NodeRef Parser::ParseDelete() {
  const uint32_t from = begin();
  Advance();
  const size_t mark = stack_.size();
  do {
    const NodeRef target = ParseBinary(kBitOrPrecedence);
    MakeTarget(target, ExprContext::kDel);
    stack_.push_back(target);
  } while (Accept(TokenKind::kComma) && AtExpressionStart());
  const ListRef targets = TakeList(stack_, mark);
  return Add<AstKind::kDelete>(SpanFrom(from), targets);
}

NodeRef Parser::ParseAssert() {
  const uint32_t from = begin();
  Advance();
  const NodeRef test = ParseExpression();
  NodeRef message = kNoNode;
  if (Accept(TokenKind::kComma)) message = ParseExpression();
  return Add<AstKind::kAssert>(SpanFrom(from), test, message);
}

NodeRef Parser::ParseGlobal() {
  const uint32_t from = begin();
  const bool global = At(TokenKind::kGlobal);
  Advance();
  const size_t mark = stack_.size();
  do {
    stack_.push_back(ParseIdentifier());
  } while (Accept(TokenKind::kComma));
  const ListRef names = TakeList(stack_, mark);
  return global ? Add<AstKind::kGlobal>(SpanFrom(from), names)
                : Add<AstKind::kNonlocal>(SpanFrom(from), names);
}

NodeRef Parser::ParseTypeAlias() {
  const uint32_t from = begin();
  Advance();
  const NodeRef name = ParseName();
  tree_.SetContext(name, ExprContext::kStore);
  const ListRef params = ParseTypeParams();
  Expect(TokenKind::kEqual);
  const NodeRef value = ParseExpression();
  return Add<AstKind::kTypeAlias>(SpanFrom(from), name, params, value);
}

}  // namespace codeanatomy::parse
