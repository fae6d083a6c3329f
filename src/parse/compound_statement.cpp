// Compound statements but definitions and match.
#include "parse/parser.h"

namespace codeanatomy::parse {

NodeRef Parser::ParseCompoundStatement() {
  switch (kind()) {
    case TokenKind::kIf:
      return ParseIf();
    case TokenKind::kWhile:
      return ParseWhile();
    case TokenKind::kFor:
      return ParseFor(begin(), false);
    case TokenKind::kTry:
      return ParseTry();
    case TokenKind::kWith:
      return ParseWith(begin(), false);
    case TokenKind::kDef:
      return ParseFunction(begin(), false, kEmptyList);
    case TokenKind::kClass:
      return ParseClass(kEmptyList);
    case TokenKind::kAsync:
      return ParseAsync(kEmptyList);
    default:
      return ParseDecorated();
  }
}

ListRef Parser::ParseBlock(std::string_view after, uint32_t header) {
  if (!Expect(TokenKind::kColon)) return kEmptyList;
  const size_t mark = stack_.size();
  if (!Accept(TokenKind::kNewline)) {
    ParseSimpleStatements();
    return TakeList(stack_, mark);
  }
  if (!Accept(TokenKind::kIndent)) {
    const uint32_t line = LineOf(spans_[header].begin);
    const ByteSpan span = spans_[pos_];
    --pos_;  // the next line is not part of the damage
    Fail(span,
         Message("expected an indented block after ", after, " on line ", std::to_string(line)),
         "IndentationError", "INDENTATION_ERROR");
    return kEmptyList;
  }
  ParseStatements();
  Accept(TokenKind::kDedent);
  return TakeList(stack_, mark);
}

uint32_t Parser::LineOf(uint32_t offset) {
  if (lines_ == nullptr) lines_ = std::make_unique<LineIndex>(text_);
  return lines_->Find(offset).line;
}

/// The optional `else` clause of a loop or `try`.
ListRef Parser::ParseElse(std::string_view after) {
  if (!At(TokenKind::kElse)) return kEmptyList;
  const Snapshot clause = Save();
  const uint32_t header = pos_;
  Advance();
  const ListRef body = ParseBlock(after, header);
  if (!failed_) return body;
  DropClause(clause);
  return kEmptyList;
}

/// An `elif` is an If in the `orelse` of the one before it; the chain is collected, then built from
/// its end.
NodeRef Parser::ParseIf() {
  const size_t mark = stack_.size();
  while (true) {
    const Snapshot clause = Save();
    const bool is_first = stack_.size() == mark;
    const uint32_t header = pos_;
    Advance();
    const NodeRef test = ParseNamedExpression();
    const ListRef body = ParseBlock(is_first ? "'if' statement" : "'elif' statement", header);
    if (failed_) {  // what failed may have left elements on the stack
      if (is_first) return kNoNode;
      DropClause(clause);
      break;
    }
    stack_.push_back(static_cast<int32_t>(spans_[header].begin));
    stack_.push_back(test);
    stack_.push_back(body);
    if (!At(TokenKind::kElif)) break;
  }
  ListRef orelse = ParseElse("'else' statement");
  const uint32_t end = BlockEnd();
  NodeRef node = kNoNode;
  // A rule that failed leaves its elements on the stack: no triples then.
  for (size_t at = failed_ ? mark : stack_.size(); at > mark; at -= 3) {
    if (node != kNoNode) orelse = tree_.AddList({&node, 1});
    const auto from = static_cast<uint32_t>(stack_[at - 3]);
    node = Add<AstKind::kIf>({from, end}, stack_[at - 2], stack_[at - 1], orelse);
  }
  stack_.Truncate(mark);
  return node;
}

NodeRef Parser::ParseWhile() {
  const uint32_t header = pos_, from = begin();
  Advance();
  const NodeRef test = ParseNamedExpression();
  const ListRef body = ParseBlock("'while' statement", header);
  if (failed_) return kNoNode;
  const ListRef orelse = ParseElse("'else' statement");
  return Add<AstKind::kWhile>({from, BlockEnd()}, test, body, orelse);
}

NodeRef Parser::ParseFor(uint32_t from, bool is_async) {
  const uint32_t header = pos_;
  Advance();
  const NodeRef target = ParseTargets();
  Expect(TokenKind::kIn);
  const bool starred = AtLeast(PythonVersion::k39);
  const NodeRef iter = starred ? ParseStarExpressions() : ParsePlainExpressions();
  const ListRef body = ParseBlock("'for' statement", header);
  if (failed_) return kNoNode;
  const ListRef orelse = ParseElse("'else' statement");
  const ByteSpan span{from, BlockEnd()};
  return is_async ? Add<AstKind::kAsyncFor>(span, target, iter, body, orelse, kNoNode)
                  : Add<AstKind::kFor>(span, target, iter, body, orelse, kNoNode);
}

NodeRef Parser::ParseTry() {
  const uint32_t header = pos_, from = begin();
  Advance();
  const ListRef body = ParseBlock("'try' statement", header);
  if (failed_) return kNoNode;
  const size_t mark = stack_.size();
  bool star = false, intact = true;
  while (intact && At(TokenKind::kExcept)) {
    const Snapshot clause = Save();
    const bool first = stack_.size() == mark;
    const bool is_star = kinds_[pos_ + 1] == TokenKind::kStar;
    const uint32_t at = pos_;
    const NodeRef handler = ParseExceptHandler();
    if (failed_) {
      DropClause(clause);
      intact = false;
      break;
    }
    if (!first && is_star != star) {
      Report(spans_[at], "cannot have both 'except' and 'except*' on the same 'try'");
    }
    if (first) star = is_star;
    stack_.push_back(handler);
  }
  const ListRef handlers = TakeList(stack_, mark);
  ListRef orelse = kEmptyList, finalbody = kEmptyList;
  if (handlers != kEmptyList) orelse = ParseElse("'else' statement");
  if (At(TokenKind::kFinally)) {
    const Snapshot clause = Save();
    const uint32_t at = pos_;
    Advance();
    finalbody = ParseBlock("'finally' statement", at);
    if (failed_) {
      DropClause(clause);
      finalbody = kEmptyList;
      intact = false;
    }
  }
  const ByteSpan span{from, BlockEnd()};
  if (intact && handlers == kEmptyList && finalbody == kEmptyList && !At(TokenKind::kFinally)) {
    Report(spans_[pos_], "expected 'except' or 'finally' block");
  }
  return star ? Add<AstKind::kTryStar>(span, body, handlers, orelse, finalbody)
              : Add<AstKind::kTry>(span, body, handlers, orelse, finalbody);
}

NodeRef Parser::ParseExceptHandler() {
  const uint32_t header = pos_, from = begin();
  Advance();
  const bool star = At(TokenKind::kStar);
  if (star) {
    RequireVersion(PythonVersion::k311, spans_[pos_], "Exception groups are");
    Advance();
  }
  NodeRef type = kNoNode;
  int32_t name = -1;
  uint32_t name_begin = kNoPosition;
  if (!At(TokenKind::kColon)) {
    const uint32_t type_from = begin();
    type = ParseExpression();
    if (At(TokenKind::kComma)) {
      const size_t mark = stack_.size();
      const uint32_t comma = pos_;
      stack_.push_back(type);
      while (Accept(TokenKind::kComma) && AtExpressionStart()) stack_.push_back(ParseExpression());
      const ListRef types = TakeList(stack_, mark);
      type = Add<AstKind::kTuple>(SpanFrom(type_from), types, ExprContext::kLoad);
      if (!AtLeast(PythonVersion::k314) || At(TokenKind::kAs)) {
        Fail({type_from, spans_[comma].end}, "multiple exception types must be parenthesized");
      }
    }
    if (Accept(TokenKind::kAs)) {
      name_begin = begin();
      name = ParseIdentifier();
    }
  } else if (star) {
    FailHere("expected one or more exception types");
  }
  const ListRef body = ParseBlock(star ? "'except*' statement" : "'except' statement", header);
  const NodeRef handler = Add<AstKind::kExceptHandler>({from, BlockEnd()}, type, name, body);
  tree_.SetNameBegin(handler, name_begin);
  return handler;
}

NodeRef Parser::ParseAsync(ListRef decorators) {
  const uint32_t from = begin();
  Advance();
  if (At(TokenKind::kDef)) return ParseFunction(from, true, decorators);
  if (decorators == kEmptyList) {
    if (At(TokenKind::kFor)) return ParseFor(from, true);
    if (At(TokenKind::kWith)) return ParseWith(from, true);
  }
  return Unexpected();
}

/// Index of the token that closes the bracket at token `open`; the EndMarker's if none does.
uint32_t Parser::FindCloser(uint32_t open) const {
  int depth = 0;
  for (uint32_t token = open; token < last_; ++token) {
    switch (kinds_[token]) {
      case TokenKind::kLeftParen:
      case TokenKind::kLeftBracket:
      case TokenKind::kLeftBrace:
        ++depth;
        break;
      case TokenKind::kRightParen:
      case TokenKind::kRightBracket:
      case TokenKind::kRightBrace:
        if (--depth == 0) return token;
        break;
      case TokenKind::kNewline:
        return last_;
      default:
        break;
    }
  }
  return last_;
}

/// `with (a, b as c):` has parenthesized items only if the parenthesis ends the header and holds
/// nothing but items; otherwise it begins an expression. False leaves everything as it was.
bool Parser::ParseParenthesizedWithItems() {
  if (!At(TokenKind::kLeftParen) || !AtLeast(PythonVersion::k39)) return false;
  const uint32_t closer = FindCloser(pos_);
  if (closer == last_ || kinds_[closer + 1] != TokenKind::kColon) return false;
  const Snapshot start = Save();
  Advance();
  do {
    stack_.push_back(ParseWithItem());
  } while (Accept(TokenKind::kComma) && !At(TokenKind::kRightParen));
  Expect(TokenKind::kRightParen);
  if (!failed_) return true;
  Restore(start);
  return false;
}

NodeRef Parser::ParseWith(uint32_t from, bool is_async) {
  const uint32_t header = pos_;
  Advance();
  const size_t mark = stack_.size();
  if (!ParseParenthesizedWithItems()) {
    do {
      stack_.push_back(ParseWithItem());
    } while (Accept(TokenKind::kComma));
  }
  const ListRef items = TakeList(stack_, mark);
  const ListRef body = ParseBlock("'with' statement", header);
  const ByteSpan span{from, BlockEnd()};
  return is_async ? Add<AstKind::kAsyncWith>(span, items, body, kNoNode)
                  : Add<AstKind::kWith>(span, items, body, kNoNode);
}

NodeRef Parser::ParseWithItem() {
  const NodeRef context = ParseExpression();
  NodeRef target = kNoNode;
  if (Accept(TokenKind::kAs)) {
    target = ParseTarget();
    MakeTarget(target, ExprContext::kStore);
  }
  return Add<AstKind::kWithitem>({BeginOf(context), target < 0 ? EndOf(context) : EndOf(target)},
                                 context, target);
}

}  // namespace codeanatomy::parse
