// Statements, and the parts of their headers.
#include <algorithm>
#include <array>

#include "parse/cst/cst_builder.h"

namespace codeanatomy::parse {
namespace {

using lex::TokenKind;

bool IsCompound(AstKind kind) {
  switch (kind) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef:
    case AstKind::kFor:
    case AstKind::kAsyncFor:
    case AstKind::kWhile:
    case AstKind::kIf:
    case AstKind::kWith:
    case AstKind::kAsyncWith:
    case AstKind::kMatch:
    case AstKind::kTry:
    case AstKind::kTryStar:
      return true;
    default:
      return false;
  }
}

/// LibCST's class of `op=` is named like that of `op` with Assign behind; they are neighbours in
/// the sorted catalogue.
constexpr CstKind AugmentedKind(CstKind op) {
  return static_cast<CstKind>(static_cast<size_t>(op) + 1);
}
static_assert(std::ranges::all_of(
    std::to_array({CstKind::kAdd, CstKind::kSubtract, CstKind::kMultiply, CstKind::kMatrixMultiply,
                   CstKind::kDivide, CstKind::kModulo, CstKind::kPower, CstKind::kLeftShift,
                   CstKind::kRightShift, CstKind::kBitOr, CstKind::kBitXor, CstKind::kBitAnd,
                   CstKind::kFloorDivide}),
    [](CstKind op) {
      const std::string_view name = CstKindName(AugmentedKind(op));
      return name.starts_with(CstKindName(op)) && name.substr(CstKindName(op).size()) == "Assign";
    }));

bool IsHorizontalSpace(char c) { return c == ' ' || c == '\t' || c == '\f'; }

}  // namespace

/// Begin of the empty and comment lines before a token that begins a line; else the token's own.
uint32_t CstBuilder::LinesBegin(uint32_t offset) const {
  const ByteSpan* at =
      std::lower_bound(all_.spans.begin(), all_.spans.end(), offset,
                       [](const ByteSpan& span, uint32_t value) { return span.begin < value; });
  uint32_t begin = offset;
  for (size_t i = static_cast<size_t>(at - all_.spans.begin()); i-- > 0;) {
    const TokenKind kind = all_.kinds[i];
    if (kind == TokenKind::kComment || kind == TokenKind::kNl) {
      begin = all_.spans[i].begin;
    } else if (kind != TokenKind::kIndent && kind != TokenKind::kDedent) {
      break;
    }
  }
  if (begin == offset) return offset;
  while (begin > 0 && IsHorizontalSpace(tree_.text()[begin - 1])) --begin;
  return begin;
}

/// End of the logical line in which the token that ends at `offset` stands.
uint32_t CstBuilder::LineEnd(uint32_t offset) const {
  const ByteSpan* at =
      std::lower_bound(all_.spans.begin(), all_.spans.end(), offset,
                       [](const ByteSpan& span, uint32_t value) { return span.begin < value; });
  for (auto i = static_cast<size_t>(at - all_.spans.begin()); i < all_.size(); ++i) {
    const TokenKind kind = all_.kinds[i];
    if (kind == TokenKind::kNewline) return std::max(offset, all_.spans[i].end);
    if (kind != TokenKind::kSemicolon && kind != TokenKind::kComment) break;
  }
  return offset;
}

/// Where the statement begins with its decorators.
uint32_t CstBuilder::StatementBegin(NodeId n) const {
  switch (tree_.kind(n)) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef: {
      const auto decorators = tree_.Children(n, AstField::kDecoratorList);
      if (!decorators.empty()) return SpanAt(TokenBefore(decorators.front())).begin;
      [[fallthrough]];
    }
    default:
      return tree_.span(n).begin;
  }
}

/// Where the statement ends as LibCST has it: the syntax tree's last statement of a block takes in
/// the semicolon behind it, and so do all statements around it.
uint32_t CstBuilder::StatementEnd(NodeId n) const {
  const uint32_t end = tree_.span(n).end;
  const TokenRef last = LastBefore(end);
  const bool trails = last > 0 && KindAt(last) == TokenKind::kSemicolon && SpanAt(last).end == end;
  return trails ? SpanAt(last - 1).end : end;
}

/// Simple statements line by line; compound ones come with their own nodes.
void CstBuilder::EmitLines(std::span<const NodeId> statements) {
  for (size_t i = 0; i < statements.size();) {
    const NodeId first = statements[i++];
    if (IsCompound(tree_.kind(first))) continue;
    NodeId last = first;
    while (i < statements.size() && !IsCompound(tree_.kind(statements[i])) &&
           KindAt(LastBefore(tree_.span(statements[i]).begin)) == TokenKind::kSemicolon &&
           LineEnd(tree_.span(last).end) == tree_.span(last).end) {  // no line end behind it
      last = statements[i++];
    }
    const ByteSpan span{tree_.span(first).begin, tree_.span(last).end};
    const bool opens_module = tree_.parent(first) == tree_.root() && tree_.slot_index(first) == 0;
    Emit(CstKind::kSimpleStatementLine, span,
         {opens_module ? span.begin : LinesBegin(span.begin), LineEnd(span.end)});
  }
}

/// A clause's statements: on the line of its colon, or an indented block.
void CstBuilder::EmitBody(std::span<const NodeId> statements) {
  if (statements.empty()) return;
  const uint32_t begin = StatementBegin(statements.front());
  const ByteSpan span{tree_.span(statements.front()).begin, StatementEnd(statements.back())};
  const TokenRef colon = LastBefore(begin);
  const uint32_t header_end = SpanAt(colon).end;
  const std::string_view between =
      tree_.text().substr(header_end, begin > header_end ? begin - header_end : 0);
  const bool indented =
      between.find_first_of("\r\n") != std::string_view::npos && LineEnd(header_end) > header_end;
  if (!indented) {
    Emit(CstKind::kSimpleStatementSuite, span, {begin, LineEnd(span.end)});
    return;
  }
  Emit(CstKind::kIndentedBlock, span, {header_end, LineEnd(span.end)});
  EmitLines(statements);
}

/// A clause `keyword:` of a compound statement, with a node of its own.
void CstBuilder::EmitBlock(NodeId owner, AstField field, CstKind clause, std::string_view keyword) {
  const auto statements = tree_.Children(owner, field);
  if (statements.empty()) return;
  const TokenRef colon = LastBefore(StatementBegin(statements.front()));
  const TokenRef word = colon - 1;
  // Not so before `elif`, which is an If of its own.
  if (KindAt(colon) != TokenKind::kColon || TextAt(word) != keyword) return;
  const uint32_t begin = SpanAt(word).begin;
  const uint32_t end = StatementEnd(statements.back());
  Emit(clause, {begin, end}, {LinesBegin(begin), LineEnd(end)});
  EmitBody(statements);
}

void CstBuilder::EmitStatement(NodeId n) {
  const AstKind kind = tree_.kind(n);
  const auto small = [&](CstKind cst) { Emit(cst, tree_.span(n), n); };
  const auto compound = [&](CstKind cst) {
    const ByteSpan span{tree_.span(n).begin, StatementEnd(n)};
    const uint32_t begin = StatementBegin(n);
    const bool opens_module = tree_.parent(n) == tree_.root() && tree_.slot_index(n) == 0;
    Emit(cst, span, {opens_module ? begin : LinesBegin(begin), LineEnd(span.end)}, n);
    if (kind != AstKind::kMatch) EmitBody(tree_.Children(n, AstField::kBody));
  };
  switch (kind) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      compound(CstKind::kFunctionDef);
      return EmitDefinition(n, CstKind::kFunctionDef);
    case AstKind::kClassDef:
      compound(CstKind::kClassDef);
      return EmitDefinition(n, CstKind::kClassDef);
    case AstKind::kFor:
    case AstKind::kAsyncFor:
      compound(CstKind::kFor);
      return EmitBlock(n, AstField::kOrelse, CstKind::kElse, "else");
    case AstKind::kWhile:
      compound(CstKind::kWhile);
      return EmitBlock(n, AstField::kOrelse, CstKind::kElse, "else");
    case AstKind::kIf:
      compound(CstKind::kIf);
      return EmitBlock(n, AstField::kOrelse, CstKind::kElse, "else");
    case AstKind::kWith:
    case AstKind::kAsyncWith:
      return compound(CstKind::kWith);
    case AstKind::kMatch:
      Mark(FirstAt(tree_.span(n).begin), kSilent);  // the soft keyword
      return compound(CstKind::kMatch);
    case AstKind::kTry:
    case AstKind::kTryStar:
      compound(kind == AstKind::kTry ? CstKind::kTry : CstKind::kTryStar);
      EmitBlock(n, AstField::kOrelse, CstKind::kElse, "else");
      return EmitBlock(n, AstField::kFinalbody, CstKind::kFinally, "finally");
    case AstKind::kExceptHandler:
      return EmitHandler(n);
    case AstKind::kMatchCase:
      return EmitMatchCase(n);
    case AstKind::kWithitem:
      return EmitWithItem(n);
    case AstKind::kReturn:
      return small(CstKind::kReturn);
    case AstKind::kDelete: {
      small(CstKind::kDel);
      const auto targets = tree_.Children(n, AstField::kTargets);
      if (targets.size() < 2) return;
      const ByteSpan span{HullOf(targets.front()).begin, HullOf(targets.back()).end};
      Emit(CstKind::kTuple, span);  // `del a, b` deletes a tuple in LibCST
      for (const NodeId target : targets) Emit(CstKind::kElement, HullOf(target));
      return;
    }
    case AstKind::kAssign:
    case AstKind::kAnnAssign:
    case AstKind::kAugAssign:
      return EmitAssign(n);
    case AstKind::kTypeAlias:
      Mark(FirstAt(tree_.span(n).begin), kSilent);
      return small(CstKind::kTypeAlias);
    case AstKind::kRaise: {
      small(CstKind::kRaise);
      const NodeId cause = tree_.Child(n, AstField::kCause);
      if (cause.value < 0) return;
      return Emit(CstKind::kFrom, {SpanAt(TokenBefore(cause)).begin, HullOf(cause).end});
    }
    case AstKind::kAssert:
      return small(CstKind::kAssert);
    case AstKind::kImport:
    case AstKind::kImportFrom:
      return EmitImport(n);
    case AstKind::kGlobal:
      return EmitGlobal(n, CstKind::kGlobal);
    case AstKind::kNonlocal:
      return EmitGlobal(n, CstKind::kNonlocal);
    case AstKind::kExpr:
      return small(CstKind::kExpr);
    case AstKind::kPass:
      return small(CstKind::kPass);
    case AstKind::kBreak:
      return small(CstKind::kBreak);
    case AstKind::kContinue:
      return small(CstKind::kContinue);
    case AstKind::kArguments:
      return EmitParameters(n);
    case AstKind::kTypeVar:
      return EmitTypeParam(n, CstKind::kTypeVar);
    case AstKind::kParamSpec:
      return EmitTypeParam(n, CstKind::kParamSpec);
    case AstKind::kTypeVarTuple:
      return EmitTypeParam(n, CstKind::kTypeVarTuple);
    case AstKind::kError:
      return small(CstKind::kError);
    default:
      return;  // emitted by the node above: comprehension, arg, keyword, alias
  }
}

void CstBuilder::EmitDefinition(NodeId n, CstKind kind) {
  for (const NodeId decorator : tree_.Children(n, AstField::kDecoratorList)) {
    Emit(CstKind::kDecorator, {SpanAt(TokenBefore(decorator)).begin, HullOf(decorator).end});
  }
  if (kind == CstKind::kClassDef) return EmitArguments(n, AstField::kBases);
  const NodeId returns = tree_.Child(n, AstField::kReturns);
  if (returns.value >= 0) EmitAnnotation(returns);
}

/// The colon or arrow before it is in the hull.
void CstBuilder::EmitAnnotation(NodeId annotation) {
  const ByteSpan hull = HullOf(annotation);
  Emit(CstKind::kAnnotation, hull, {SpanAt(TokenBefore(annotation)).begin, hull.end});
}

void CstBuilder::EmitParam(NodeId arg, NodeId default_value) {
  ByteSpan span = tree_.span(arg);
  const TokenRef star = LastBefore(span.begin);
  if (KindAt(star) == TokenKind::kStar || KindAt(star) == TokenKind::kDoubleStar) {
    span.begin = SpanAt(star).begin;
  }
  const ByteSpan hull{span.begin, default_value.value >= 0 ? HullOf(default_value).end : span.end};
  span.end = SpanAt(FirstAt(tree_.name_begin(arg))).end;  // the star and the name
  Emit(CstKind::kParam, span, hull, arg);
  const NodeId annotation = tree_.Child(arg, AstField::kAnnotation);
  if (annotation.value >= 0) EmitAnnotation(annotation);
}

void CstBuilder::EmitParameters(NodeId n) {
  const auto positional_only = tree_.Children(n, AstField::kPosonlyargs);
  const auto positional = tree_.Children(n, AstField::kArgs);
  const auto keyword_only = tree_.Children(n, AstField::kKwonlyargs);
  const auto defaults = tree_.Children(n, AstField::kDefaults);
  const auto keyword_defaults = tree_.Children(n, AstField::kKwDefaults);
  const size_t count = positional_only.size() + positional.size();
  const size_t required = count - std::min(count, defaults.size());
  const auto default_of = [&](size_t i) {
    return i < required ? NodeId{} : defaults[i - required];
  };

  const NodeId owner = tree_.parent(n);
  const bool is_lambda = tree_.kind(owner) == AstKind::kLambda;
  TokenRef open = is_lambda ? FirstAt(tree_.span(owner).begin) : kNoToken;
  if (!is_lambda) {
    open = FirstAt(tree_.name_begin(owner)) + 1;
    if (KindAt(open) == TokenKind::kLeftBracket) open = matches_[static_cast<size_t>(open)] + 1;
  }
  const ByteSpan hull = tree_.span(n);
  const uint32_t empty = SpanAt(open).end;
  Emit(CstKind::kParameters,
       hull.size() > 0 ? ByteSpan{SpanAt(open + 1).begin, hull.end} : ByteSpan{empty, empty}, n);

  for (size_t i = 0; i < positional_only.size(); ++i) EmitParam(positional_only[i], default_of(i));
  if (!positional_only.empty()) {
    const NodeId last_default = default_of(positional_only.size() - 1);
    TokenRef slash = FirstAt(last_default.value >= 0 ? HullOf(last_default).end
                                                     : tree_.span(positional_only.back()).end);
    if (KindAt(slash) == TokenKind::kComma) ++slash;
    if (KindAt(slash) == TokenKind::kSlash) EmitToken(CstKind::kParamSlash, slash);
  }
  for (size_t i = 0; i < positional.size(); ++i) {
    EmitParam(positional[i], default_of(positional_only.size() + i));
  }
  if (const NodeId star = tree_.Child(n, AstField::kVararg); star.value >= 0) {
    EmitParam(star, {});
  } else if (!keyword_only.empty()) {
    const TokenRef bare = LastBefore(tree_.span(keyword_only.front()).begin) - 1;
    if (KindAt(bare) == TokenKind::kStar) EmitToken(CstKind::kParamStar, bare);
  }
  for (size_t i = 0; i < keyword_only.size(); ++i) {
    EmitParam(keyword_only[i], i < keyword_defaults.size() ? keyword_defaults[i] : NodeId{});
  }
  if (const NodeId rest = tree_.Child(n, AstField::kKwarg); rest.value >= 0) EmitParam(rest, {});
}

/// `a.b.c` in an import: nested Attributes, the outermost first; its names are lexical nodes.
void CstBuilder::EmitDotted(TokenRef first, TokenRef last) {
  for (TokenRef t = last; t > first; t -= 2) {
    if (KindAt(t - 1) != TokenKind::kDot) return;
    Emit(CstKind::kAttribute, {SpanAt(first).begin, SpanAt(t).end});
  }
}

void CstBuilder::EmitImport(NodeId n) {
  const bool is_from = tree_.kind(n) == AstKind::kImportFrom;
  Emit(is_from ? CstKind::kImportFrom : CstKind::kImport, tree_.span(n), n);
  if (is_from) {
    TokenRef t = FirstAt(tree_.span(n).begin) + 1;
    for (; KindAt(t) == TokenKind::kDot || KindAt(t) == TokenKind::kEllipsis; ++t) {
      const ByteSpan dots = SpanAt(t);
      for (uint32_t at = dots.begin; at < dots.end; ++at) Emit(CstKind::kDot, {at, at + 1});
      Mark(t, kSilent);
    }
    TokenRef last = t;
    while (KindAt(last + 1) == TokenKind::kDot) last += 2;
    if (KindAt(t) == TokenKind::kName) EmitDotted(t, last);
  }
  for (const NodeId alias : tree_.Children(n, AstField::kNames)) {
    const ByteSpan span = tree_.span(alias);
    const TokenRef first = FirstAt(span.begin);
    if (KindAt(first) == TokenKind::kStar) {
      EmitToken(CstKind::kImportStar, first, alias);
      continue;
    }
    Emit(CstKind::kImportAlias, span, alias);
    TokenRef last = LastBefore(span.end);
    if (tree_.Name(alias, AstField::kAsname).value >= 0) {
      Emit(CstKind::kAsName, {SpanAt(last - 1).begin, SpanAt(last).end});
      last -= 2;
    }
    EmitDotted(first, last);
  }
}

void CstBuilder::EmitHandler(NodeId n) {
  const bool is_star = tree_.kind(tree_.parent(n)) == AstKind::kTryStar;
  const ByteSpan span{tree_.span(n).begin, StatementEnd(n)};
  Emit(is_star ? CstKind::kExceptStarHandler : CstKind::kExceptHandler, span,
       {LinesBegin(span.begin), LineEnd(span.end)}, n);
  if (tree_.Name(n, AstField::kName).value >= 0) {
    const TokenRef name = FirstAt(tree_.name_begin(n));
    Emit(CstKind::kAsName, {SpanAt(name - 1).begin, SpanAt(name).end});
  }
  EmitBody(tree_.Children(n, AstField::kBody));
}

void CstBuilder::EmitAssign(NodeId n) {
  const ByteSpan span = tree_.span(n);
  switch (tree_.kind(n)) {
    case AstKind::kAssign:
      Emit(CstKind::kAssign, span, n);
      for (const NodeId target : tree_.Children(n, AstField::kTargets)) {
        Emit(CstKind::kAssignTarget, HullOf(target));
        Mark(TokenAfter(target), kSilent);  // the equals sign
      }
      return;
    case AstKind::kAugAssign: {
      Emit(CstKind::kAugAssign, span, n);
      const TokenRef op = TokenBefore(tree_.Child(n, AstField::kValue));
      EmitOperator(tree_.Operator(n), op);
      nodes_.back().kind = AugmentedKind(nodes_.back().kind);
      return;
    }
    default:
      Emit(CstKind::kAnnAssign, span, n);
      EmitAnnotation(tree_.Child(n, AstField::kAnnotation));
  }
}

void CstBuilder::EmitGlobal(NodeId n, CstKind kind) {
  const ByteSpan span = tree_.span(n);
  Emit(kind, span, n);
  for (TokenRef t = FirstAt(span.begin) + 1; SpanAt(t).begin < span.end; t += 2) {
    Emit(CstKind::kNameItem, SpanAt(t));
  }
}

void CstBuilder::EmitWithItem(NodeId n) {
  const NodeId context = tree_.Child(n, AstField::kContextExpr);
  const NodeId target = tree_.Child(n, AstField::kOptionalVars);
  const uint32_t end = HullOf(target.value >= 0 ? target : context).end;
  Emit(CstKind::kWithItem, {HullOf(context).begin, end}, n);
  if (target.value >= 0) Emit(CstKind::kAsName, {SpanAt(TokenBefore(target)).begin, end});
}

void CstBuilder::EmitMatchCase(NodeId n) {
  const TokenRef word = TokenBefore(tree_.Child(n, AstField::kPattern));
  Mark(word, kSilent);
  const auto body = tree_.Children(n, AstField::kBody);
  const uint32_t begin = SpanAt(word).begin;
  const uint32_t end = body.empty() ? tree_.span(n).end : StatementEnd(body.back());
  Emit(CstKind::kMatchCase, {begin, end}, {LinesBegin(begin), LineEnd(end)}, n);
  EmitBody(body);
}

/// The list's brackets belong to TypeParameters, which the first of its members emits.
void CstBuilder::EmitTypeParam(NodeId n, CstKind kind) {
  const ByteSpan span = tree_.span(n);
  if (tree_.slot_index(n) == 0) {
    const TokenRef open = LastBefore(span.begin);
    if (KindAt(open) == TokenKind::kLeftBracket && matches_[static_cast<size_t>(open)] >= 0) {
      const TokenRef close = matches_[static_cast<size_t>(open)];
      Emit(CstKind::kTypeParameters, {SpanAt(open).begin, SpanAt(close).end});
    }
  }
  Emit(CstKind::kTypeParam, span, n);
  Emit(kind, span, n);
}

}  // namespace codeanatomy::parse
