// Targets. `(a, b)[0].c = …` is known to be a target only at the `=`, so targets are parsed as
// expressions and then converted in place.
#include "parse/parser.h"

namespace codeanatomy::parse {

/// Targets of `for` and of comprehensions: up to `in`, so comparisons are not taken.
NodeRef Parser::ParseTargets() {
  const uint32_t from = begin();
  const NodeRef first = ParseTarget();
  if (!At(TokenKind::kComma)) {
    MakeTarget(first, ExprContext::kStore);
    return first;
  }
  const size_t mark = stack_.size();
  stack_.push_back(first);
  while (Accept(TokenKind::kComma)) {
    if (!AtExpressionStart() && !At(TokenKind::kStar)) break;
    stack_.push_back(ParseTarget());
  }
  const ListRef elements = TakeList(stack_, mark);
  const NodeRef tuple = Add<AstKind::kTuple>(SpanFrom(from), elements, ExprContext::kLoad);
  MakeTarget(tuple, ExprContext::kStore);
  return tuple;
}

NodeRef Parser::ParseTarget() {
  return At(TokenKind::kStar) ? ParseStarExpression() : ParseBinary(kBitOrPrecedence);
}

void Parser::MakeTarget(NodeRef n, ExprContext context) {
  if (n < 0) return;
  switch (tree_.kind(n)) {
    case AstKind::kName:
    case AstKind::kAttribute:
    case AstKind::kSubscript:
      tree_.SetContext(n, context);
      return;
    case AstKind::kStarred:
      if (context == ExprContext::kDel) break;
      tree_.SetContext(n, context);
      MakeTarget(tree_.Slot(n, AstField::kValue), context);
      return;
    case AstKind::kTuple:
    case AstKind::kList:
      tree_.SetContext(n, context);
      for (const NodeRef element : tree_.List(tree_.Slot(n, AstField::kElts)))
        MakeTarget(element, context);
      return;
    default:
      break;
  }
  const std::string_view verb =
      context == ExprContext::kDel ? "cannot delete " : "cannot assign to ";
  FailNode(n, Message(verb, Describe(n)));
}

/// CPython's name for a kind of expression in messages.
std::string_view Parser::Describe(NodeRef n) const {
  if (n < 0) return "expression";
  switch (tree_.kind(n)) {
    case AstKind::kAttribute:
      return "attribute";
    case AstKind::kSubscript:
      return "subscript";
    case AstKind::kStarred:
      return "starred";
    case AstKind::kName:
      return "name";
    case AstKind::kList:
      return "list";
    case AstKind::kTuple:
      return "tuple";
    case AstKind::kLambda:
      return "lambda";
    case AstKind::kCall:
      return "function call";
    case AstKind::kGeneratorExp:
      return "generator expression";
    case AstKind::kYield:
    case AstKind::kYieldFrom:
      return "yield expression";
    case AstKind::kAwait:
      return "await expression";
    case AstKind::kListComp:
      return "list comprehension";
    case AstKind::kSetComp:
      return "set comprehension";
    case AstKind::kDictComp:
      return "dict comprehension";
    case AstKind::kDict:
      return "dict literal";
    case AstKind::kSet:
      return "set display";
    case AstKind::kJoinedStr:
    case AstKind::kFormattedValue:
      return "f-string expression";
    case AstKind::kTemplateStr:
    case AstKind::kInterpolation:
      return "t-string expression";
    case AstKind::kCompare:
      return "comparison";
    case AstKind::kIfExp:
      return "conditional expression";
    case AstKind::kNamedExpr:
      return "named expression";
    case AstKind::kConstant:
      switch (tree_.constant(tree_.Slot(n, AstField::kValue)).kind) {
        case ConstantKind::kNone:
          return "None";
        case ConstantKind::kTrue:
          return "True";
        case ConstantKind::kFalse:
          return "False";
        case ConstantKind::kEllipsis:
          return "ellipsis";
        default:
          return "literal";
      }
    default:
      return "expression";
  }
}

}  // namespace codeanatomy::parse
