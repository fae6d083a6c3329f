// Expressions and patterns: the node itself, and what LibCST puts around its children.
#include <array>

#include "parse/cst/cst_builder.h"

namespace codeanatomy::parse {
namespace {

using lex::TokenKind;

/// LibCST's class of an operator, by AstOperator.
constexpr std::array<CstKind, kAstOperatorNames.size()> kOperatorKinds = {
    CstKind::kAnd,
    CstKind::kOr,
    CstKind::kAdd,
    CstKind::kSubtract,
    CstKind::kMultiply,
    CstKind::kMatrixMultiply,
    CstKind::kDivide,
    CstKind::kModulo,
    CstKind::kPower,
    CstKind::kLeftShift,
    CstKind::kRightShift,
    CstKind::kBitOr,
    CstKind::kBitXor,
    CstKind::kBitAnd,
    CstKind::kFloorDivide,
    CstKind::kBitInvert,
    CstKind::kNot,
    CstKind::kPlus,
    CstKind::kMinus,
    CstKind::kEqual,
    CstKind::kNotEqual,
    CstKind::kLessThan,
    CstKind::kLessThanEqual,
    CstKind::kGreaterThan,
    CstKind::kGreaterThanEqual,
    CstKind::kIs,
    CstKind::kIsNot,
    CstKind::kIn,
    CstKind::kNotIn};

/// Expressions that are one LibCST node of another or the same name and nothing more.
CstKind PlainKind(AstKind kind) {
  switch (kind) {
    case AstKind::kNamedExpr:
      return CstKind::kNamedExpr;
    case AstKind::kBinOp:
      return CstKind::kBinaryOperation;
    case AstKind::kUnaryOp:
      return CstKind::kUnaryOperation;
    case AstKind::kLambda:
      return CstKind::kLambda;
    case AstKind::kIfExp:
      return CstKind::kIfExp;
    case AstKind::kDict:
      return CstKind::kDict;
    case AstKind::kSet:
      return CstKind::kSet;
    case AstKind::kListComp:
      return CstKind::kListComp;
    case AstKind::kSetComp:
      return CstKind::kSetComp;
    case AstKind::kDictComp:
      return CstKind::kDictComp;
    case AstKind::kAwait:
      return CstKind::kAwait;
    case AstKind::kYield:
    case AstKind::kYieldFrom:
      return CstKind::kYield;
    case AstKind::kCompare:
      return CstKind::kComparison;
    case AstKind::kCall:
      return CstKind::kCall;
    case AstKind::kAttribute:
      return CstKind::kAttribute;
    case AstKind::kSubscript:
      return CstKind::kSubscript;
    case AstKind::kList:
      return CstKind::kList;
    case AstKind::kSlice:
      return CstKind::kSlice;
    case AstKind::kFormattedValue:
      return CstKind::kFormattedStringExpression;
    case AstKind::kInterpolation:
      return CstKind::kTemplatedStringExpression;
    default:
      return CstKind::kError;  // has a case of its own
  }
}

}  // namespace

void CstBuilder::EmitOperator(AstOperator op, TokenRef t) {
  const bool two_words = op == AstOperator::kIsNot || op == AstOperator::kNotIn;
  const TokenRef first = two_words ? t - 1 : t;
  Mark(first, kSilent);
  Mark(t, kSilent);
  Emit(kOperatorKinds[static_cast<size_t>(op)], {SpanAt(first).begin, SpanAt(t).end});
}

void CstBuilder::EmitExpression(NodeId n) {
  const AstKind kind = tree_.kind(n);
  const AstKind parent = tree_.kind(tree_.parent(n));
  const bool in_format_string = parent == AstKind::kJoinedStr || parent == AstKind::kTemplateStr ||
                                tree_.slot(n) == AstField::kFormatSpec;
  if (const CstKind plain = PlainKind(kind); plain != CstKind::kError) EmitNode(plain, n);
  switch (kind) {
    case AstKind::kName:
      EmitNode(CstKind::kName, n);
      Mark(FirstAt(tree_.span(n).begin), kSilent);
      break;
    case AstKind::kConstant:
      if (!in_format_string) EmitConstant(n);
      break;
    case AstKind::kJoinedStr:
    case AstKind::kTemplateStr:
      if (!in_format_string) EmitStrings(n);
      break;
    case AstKind::kFormattedValue:
    case AstKind::kInterpolation:
      Mark(FirstAt(tree_.span(n).begin), kSilent);
      Mark(LastBefore(tree_.span(n).end), kSilent);
      break;
    case AstKind::kBoolOp:
      EmitBoolOp(n);
      break;
    case AstKind::kBinOp:
      EmitOperator(tree_.Operator(n), TokenBefore(tree_.Child(n, AstField::kRight)));
      break;
    case AstKind::kUnaryOp:
      EmitOperator(tree_.Operator(n), FirstAt(tree_.span(n).begin));
      break;
    case AstKind::kCompare:
      EmitCompare(n);
      break;
    case AstKind::kLambda:
      EmitToken(CstKind::kColon, TokenBefore(tree_.Child(n, AstField::kBody)));
      break;
    case AstKind::kYieldFrom: {
      const NodeId value = tree_.Child(n, AstField::kValue);
      Emit(CstKind::kFrom, {SpanAt(TokenBefore(value)).begin, HullOf(value).end});
      break;
    }
    case AstKind::kCall:
      EmitArguments(n, AstField::kArgs);
      break;
    case AstKind::kDict:
      EmitDict(n);
      break;
    case AstKind::kSubscript:
      EmitSubscript(n);
      break;
    case AstKind::kSlice:
      EmitSlice(n);
      break;
    case AstKind::kSet:
    case AstKind::kList:
    case AstKind::kTuple:
      EmitElements(n);
      break;
    case AstKind::kGeneratorExp: {
      const bool enclosed = HullOf(n) == tree_.span(n) || IsEnclosed(n);
      const ByteSpan span = tree_.span(n);
      const TokenRef open = FirstAt(span.begin), close = LastBefore(span.end);
      const ByteSpan inner = {SpanAt(open + 1).begin, SpanAt(close - 1).end};
      Emit(CstKind::kGeneratorExp, enclosed ? inner : span, HullOf(n), n);
      break;
    }
    case AstKind::kStarred: {
      const bool is_argument = parent == AstKind::kCall || parent == AstKind::kClassDef;
      const bool is_index = parent == AstKind::kSubscript ||
                            (parent == AstKind::kTuple && IsBareSubscript(tree_.parent(n)));
      if (!is_argument && !is_index) EmitNode(CstKind::kStarredElement, n);
      break;
    }
    default:
      break;
  }
  EmitComprehensions(n);
}

/// `a or b or c` is one BoolOp, and (a or b) or c in LibCST.
void CstBuilder::EmitBoolOp(NodeId n) {
  const auto values = tree_.Children(n, AstField::kValues);
  ByteSpan span = tree_.span(n);
  for (size_t i = values.size(); i-- > 1;) {
    const bool outermost = i + 1 == values.size();
    Emit(CstKind::kBooleanOperation, span, outermost ? HullOf(n) : span, outermost ? n : NodeId{});
    const TokenRef op = TokenBefore(values[i]);
    EmitOperator(tree_.Operator(n), op);
    span.end = SpanAt(op - 1).end;
  }
}

void CstBuilder::EmitCompare(NodeId n) {
  const auto ops = tree_.RawList(n, AstField::kOps);
  const auto comparators = tree_.Children(n, AstField::kComparators);
  for (size_t i = 0; i < ops.size() && i < comparators.size(); ++i) {
    const auto op = static_cast<AstOperator>(ops[i]);
    const TokenRef t = TokenBefore(comparators[i]);
    const bool two_words = op == AstOperator::kIsNot || op == AstOperator::kNotIn;
    Emit(CstKind::kComparisonTarget,
         {SpanAt(two_words ? t - 1 : t).begin, HullOf(comparators[i]).end});
    EmitOperator(op, t);
  }
}

/// Arguments of a call, bases and keywords of a class.
void CstBuilder::EmitArguments(NodeId n, AstField positional) {
  for (const NodeId argument : tree_.Children(n, positional)) {
    Emit(CstKind::kArg, HullOf(argument), argument);
  }
  for (const NodeId keyword : tree_.Children(n, AstField::kKeywords)) {
    Emit(CstKind::kArg, tree_.span(keyword), keyword);
  }
}

/// The slice of a subscript without parentheses around it: no Tuple in LibCST.
bool CstBuilder::IsBareSubscript(NodeId tuple) const {
  return tree_.kind(tuple) == AstKind::kTuple && tree_.slot(tuple) == AstField::kSlice &&
         tree_.kind(tree_.parent(tuple)) == AstKind::kSubscript && !IsEnclosed(tuple);
}

void CstBuilder::EmitElements(NodeId n) {
  const bool is_tuple = tree_.kind(n) == AstKind::kTuple;
  if (is_tuple && IsBareSubscript(n)) return;
  if (is_tuple) {
    ByteSpan span = tree_.span(n);
    const bool enclosed = IsEnclosed(n);
    const TokenRef open = FirstAt(span.begin), close = LastBefore(span.end);
    if (enclosed && close > open + 1) span = {SpanAt(open + 1).begin, SpanAt(close - 1).end};
    if (enclosed && close == open + 1) span = {SpanAt(open).end, SpanAt(open).end};
    Emit(CstKind::kTuple, span, HullOf(n), n);
  }
  for (const NodeId element : tree_.Children(n, AstField::kElts)) {
    if (tree_.kind(element) != AstKind::kStarred) Emit(CstKind::kElement, HullOf(element));
  }
}

void CstBuilder::EmitDict(NodeId n) {
  const auto keys = tree_.Children(n, AstField::kKeys);
  const auto values = tree_.Children(n, AstField::kValues);
  for (size_t i = 0; i < keys.size() && i < values.size(); ++i) {
    const bool starred = keys[i].value < 0;
    const uint32_t begin = starred ? SpanAt(TokenBefore(values[i])).begin : HullOf(keys[i]).begin;
    Emit(starred ? CstKind::kStarredDictElement : CstKind::kDictElement,
         {begin, HullOf(values[i]).end});
  }
}

void CstBuilder::EmitSubscript(NodeId n) {
  const NodeId slice = tree_.Child(n, AstField::kSlice);
  const auto emit = [&](NodeId element) {
    Emit(CstKind::kSubscriptElement, HullOf(element));
    if (tree_.kind(element) != AstKind::kSlice) Emit(CstKind::kIndex, HullOf(element));
  };
  if (!IsBareSubscript(slice)) return emit(slice);
  for (const NodeId element : tree_.Children(slice, AstField::kElts)) emit(element);
}

void CstBuilder::EmitSlice(NodeId n) {
  const NodeId lower = tree_.Child(n, AstField::kLower);
  const NodeId upper = tree_.Child(n, AstField::kUpper);
  const TokenRef first = lower.value < 0 ? FirstAt(tree_.span(n).begin) : TokenAfter(lower);
  const TokenRef second = upper.value < 0 ? first + 1 : TokenAfter(upper);
  for (const TokenRef t : {first, second}) {
    const bool inside = SpanAt(t).end <= tree_.span(n).end;
    if (KindAt(t) == TokenKind::kColon && inside) EmitToken(CstKind::kColon, t);
  }
}

void CstBuilder::EmitConstant(NodeId n) {
  switch (tree_.constant(tree_.ConstantAt(n, AstField::kValue)).kind) {
    case ConstantKind::kStr:
    case ConstantKind::kBytes:
      return EmitStrings(n);
    case ConstantKind::kInt:
      return EmitNode(CstKind::kInteger, n);
    case ConstantKind::kFloat:
      return EmitNode(CstKind::kFloat, n);
    case ConstantKind::kImaginary:
      return EmitNode(CstKind::kImaginary, n);
    case ConstantKind::kEllipsis:
      EmitNode(CstKind::kEllipsis, n);
      break;
    default:
      EmitNode(CstKind::kName, n);
  }
  Mark(FirstAt(tree_.span(n).begin), kSilent);
}

/// Adjacent literals `a b c` are a (b c) in LibCST.
void CstBuilder::EmitStrings(NodeId n) {
  const ByteSpan span = tree_.span(n);
  bool outermost = true;
  for (TokenRef t = FirstAt(span.begin); SpanAt(t).begin < span.end;) {
    const TokenKind kind = KindAt(t);
    const bool is_format = kind == TokenKind::kFStringStart || kind == TokenKind::kTStringStart;
    TokenRef last = is_format ? matches_[static_cast<size_t>(t)] : t;
    if (last == kNoToken) last = LastBefore(span.end);
    const ByteSpan whole{SpanAt(t).begin, span.end};
    const NodeId ast = outermost ? n : NodeId{};
    if (SpanAt(last).end < span.end) {
      Emit(CstKind::kConcatenatedString, whole, outermost ? HullOf(n) : whole, ast);
      outermost = false;
    }
    CstKind piece = CstKind::kSimpleString;
    if (kind == TokenKind::kTStringStart) piece = CstKind::kTemplatedString;
    if (kind == TokenKind::kFStringStart || kind == TokenKind::kFormatString) {
      piece = CstKind::kFormattedString;
    }
    const ByteSpan literal{SpanAt(t).begin, SpanAt(last).end};
    Emit(piece, literal, outermost ? HullOf(n) : literal, outermost ? n : NodeId{});
    outermost = false;
    t = last + 1;
  }
}

/// CompFor holds the clauses behind it; its conditions come before the next one.
void CstBuilder::EmitComprehensions(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
      break;
    default:
      return;
  }
  const auto clauses = tree_.Children(n, AstField::kGenerators);
  if (clauses.empty()) return;
  const auto end_of = [&](NodeId clause) {
    const auto conditions = tree_.Children(clause, AstField::kIfs);
    return HullOf(conditions.empty() ? tree_.Child(clause, AstField::kIter) : conditions.back())
        .end;
  };
  const uint32_t end = end_of(clauses.back());
  for (const NodeId clause : clauses) {
    TokenRef begin = TokenBefore(tree_.Child(clause, AstField::kTarget));
    if (KindAt(begin - 1) == TokenKind::kAsync) --begin;
    Emit(CstKind::kCompFor, {SpanAt(begin).begin, end}, clause);
    for (const NodeId condition : tree_.Children(clause, AstField::kIfs)) {
      Emit(CstKind::kCompIf, {SpanAt(TokenBefore(condition)).begin, HullOf(condition).end});
    }
  }
}

void CstBuilder::EmitPatternElements(NodeId n, AstField field, CstKind element) {
  for (const NodeId pattern : tree_.Children(n, field)) {
    if (tree_.kind(pattern) != AstKind::kMatchStar) Emit(element, HullOf(pattern));
  }
}

void CstBuilder::EmitPattern(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kMatchValue:
      return EmitNode(CstKind::kMatchValue, n);
    case AstKind::kMatchSingleton:
      return EmitNode(CstKind::kMatchSingleton, n);
    case AstKind::kMatchStar:
    case AstKind::kMatchAs: {
      const bool is_star = tree_.kind(n) == AstKind::kMatchStar;
      EmitNode(is_star ? CstKind::kMatchStar : CstKind::kMatchAs, n);
      // The wildcard is no Name.
      if (tree_.Name(n, AstField::kName).value < 0) Mark(LastBefore(tree_.span(n).end), kSilent);
      return;
    }
    case AstKind::kMatchSequence: {
      const bool is_list =
          IsEnclosed(n) && KindAt(FirstAt(tree_.span(n).begin)) == TokenKind::kLeftBracket;
      EmitNode(is_list ? CstKind::kMatchList : CstKind::kMatchTuple, n);
      return EmitPatternElements(n, AstField::kPatterns, CstKind::kMatchSequenceElement);
    }
    case AstKind::kMatchMapping: {
      EmitNode(CstKind::kMatchMapping, n);
      const auto keys = tree_.Children(n, AstField::kKeys);
      const auto patterns = tree_.Children(n, AstField::kPatterns);
      for (size_t i = 0; i < keys.size() && i < patterns.size(); ++i) {
        Emit(CstKind::kMatchMappingElement, {HullOf(keys[i]).begin, HullOf(patterns[i]).end});
      }
      return;
    }
    case AstKind::kMatchClass:
      EmitNode(CstKind::kMatchClass, n);
      EmitPatternElements(n, AstField::kPatterns, CstKind::kMatchSequenceElement);
      for (const NodeId pattern : tree_.Children(n, AstField::kKwdPatterns)) {
        const TokenRef name = TokenBefore(pattern) - 1;  // before the `=`
        Emit(CstKind::kMatchKeywordElement, {SpanAt(name).begin, HullOf(pattern).end});
      }
      return;
    case AstKind::kMatchOr:
      EmitNode(CstKind::kMatchOr, n);
      return EmitPatternElements(n, AstField::kPatterns, CstKind::kMatchOrElement);
    default:
      return;
  }
}

}  // namespace codeanatomy::parse
