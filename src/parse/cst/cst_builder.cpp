#include "parse/cst/cst_builder.h"

#include <algorithm>
#include <numeric>

#include "lex/lexer.h"

namespace codeanatomy::parse {
namespace {

using lex::TokenKind;

constexpr uint32_t kBucket = 32;

bool IsOpener(TokenKind kind) {
  return kind == TokenKind::kLeftParen || kind == TokenKind::kLeftBracket ||
         kind == TokenKind::kLeftBrace || kind == TokenKind::kFStringStart ||
         kind == TokenKind::kTStringStart;
}

bool IsCloser(TokenKind kind) {
  return kind == TokenKind::kRightParen || kind == TokenKind::kRightBracket ||
         kind == TokenKind::kRightBrace || kind == TokenKind::kFStringEnd ||
         kind == TokenKind::kTStringEnd;
}

/// The tokens of the tree once more, trivia included.
void LexWithTrivia(const SyntaxTree& tree, lex::TokenBuffer& out) {
  const lex::LexOptions options{
      .version = tree.version(), .trivia = true, .stray_quotes = tree.stray_quotes()};
  lex::Lex(tree.text(), options, out);
}

std::vector<CstPiece> SplitPieces(const lex::TokenBuffer& tokens, std::string_view text) {
  std::vector<CstPiece> pieces;
  uint32_t at = 0;
  const auto add_space = [&](uint32_t end) {
    if (at < end) pieces.push_back({{at, end}, TokenKind::kEndMarker, true});
  };
  for (size_t i = 0; i < tokens.size(); ++i) {
    const ByteSpan span = tokens.spans[i];
    if (span.size() == 0 || span.begin < at) continue;
    add_space(span.begin);
    pieces.push_back({span, tokens.kinds[i], false});
    at = span.end;
  }
  add_space(static_cast<uint32_t>(text.size()));
  return pieces;
}

bool HasParentheses(AstSort sort) { return sort == AstSort::kExpr || sort == AstSort::kPattern; }

}  // namespace

CstBuilder::CstBuilder(const SyntaxTree& tree)
    : tree_(tree), text_end_(static_cast<uint32_t>(tree.text().size())) {}

CstTree CstBuilder::Build() {
  ReadTokens();
  MatchBrackets();
  FindHulls();
  const ByteSpan whole{0, text_end_};
  Emit(CstKind::kModule, whole, tree_.root());
  EmitLines(tree_.Children(tree_.root(), AstField::kBody));
  for (NodeId n{1}; n.value < tree_.size(); ++n.value) {
    switch (GetAstKindInfo(tree_.kind(n)).sort) {
      case AstSort::kExpr:
        EmitExpression(n);
        break;
      case AstSort::kPattern:
        EmitPattern(n);
        break;
      default:
        EmitStatement(n);
    }
  }
  EmitLexical();
  EmitTrivia();
  CstTree out;
  Nest(out);
  out.pieces = SplitPieces(all_, tree_.text());
  return out;
}

void CstBuilder::ReadTokens() {
  LexWithTrivia(tree_, all_);
  for (size_t i = 0; i < all_.size(); ++i) {
    if (lex::IsLayout(all_.kinds[i])) continue;
    kinds_.push_back(all_.kinds[i]);
    spans_.push_back(all_.spans[i]);
  }
  marks_.resize(kinds_.size());
  buckets_.resize(text_end_ / kBucket + 2);
  TokenRef token = 0;
  for (size_t b = 0; b < buckets_.size(); ++b) {
    while (token < static_cast<TokenRef>(spans_.size()) && SpanAt(token).begin < b * kBucket) {
      ++token;
    }
    buckets_[b] = token;
  }
}

CstBuilder::TokenRef CstBuilder::FirstAt(uint32_t offset) const {
  TokenRef token = buckets_[std::min<size_t>(offset / kBucket, buckets_.size() - 1)];
  while (token < static_cast<TokenRef>(spans_.size()) && SpanAt(token).begin < offset) ++token;
  return token;
}

/// In damaged text a closer may match nothing; it is passed over then.
void CstBuilder::MatchBrackets() {
  matches_.assign(kinds_.size(), kNoToken);
  std::vector<TokenRef> open;
  for (TokenRef t = 0; t < static_cast<TokenRef>(kinds_.size()); ++t) {
    if (IsOpener(KindAt(t))) {
      open.push_back(t);
    } else if (IsCloser(KindAt(t)) && !open.empty()) {
      matches_[static_cast<size_t>(t)] = open.back();
      matches_[static_cast<size_t>(open.back())] = t;
      open.pop_back();
    }
  }
}

/// Whether the node's first and last tokens are brackets that match each other.
bool CstBuilder::IsEnclosed(NodeId n) const {
  const ByteSpan span = tree_.span(n);
  const TokenRef first = FirstAt(span.begin);
  return IsOpener(KindAt(first)) && matches_[static_cast<size_t>(first)] == LastBefore(span.end) &&
         SpanAt(first).begin == span.begin;
}

void CstBuilder::MarkStructural(NodeId n) {
  TokenRef open = kNoToken;
  uint8_t mark = kStructural | kSilent;
  switch (tree_.kind(n)) {
    case AstKind::kCall:
    case AstKind::kMatchClass: {
      const TokenRef close = LastBefore(tree_.span(n).end);
      if (KindAt(close) == TokenKind::kRightParen) open = matches_[static_cast<size_t>(close)];
      break;
    }
    case AstKind::kClassDef:
      mark = kStructural;  // LibCST has nodes for these two
      [[fallthrough]];
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef: {
      open = FirstAt(tree_.name_begin(n)) + 1;
      if (KindAt(open) == TokenKind::kLeftBracket) open = matches_[static_cast<size_t>(open)] + 1;
      break;
    }
    default:
      return;
  }
  if (KindAt(open) != TokenKind::kLeftParen) return;
  Mark(open, mark);
  Mark(matches_[static_cast<size_t>(open)], mark);
}

/// Preorder: the parentheses of calls and headers are marked before the expressions inside are
/// seen, and of two nodes with one span the outer one takes the parentheses.
void CstBuilder::FindHulls() {
  hulls_.resize(static_cast<size_t>(tree_.size()));
  for (NodeId n{0}; n.value < tree_.size(); ++n.value) {
    MarkStructural(n);
    ByteSpan hull = tree_.span(n);
    const AstKind kind = tree_.kind(n);
    // The parentheses of the only argument of a call are the call's.
    if (kind == AstKind::kGeneratorExp && Has(FirstAt(hull.begin), kStructural)) {
      hull = {SpanAt(FirstAt(hull.begin) + 1).begin, SpanAt(LastBefore(hull.end) - 1).end};
    } else if (HasParentheses(GetAstKindInfo(kind).sort)) {
      TokenRef before = LastBefore(hull.begin), after = FirstAt(hull.end);
      while (KindAt(before) == TokenKind::kLeftParen && !Has(before, kStructural) &&
             matches_[static_cast<size_t>(before)] == after) {
        Mark(before, kStructural);
        Mark(after, kStructural);
        hull = {SpanAt(before--).begin, SpanAt(after++).end};
      }
    }
    hulls_[n.index()] = hull;
  }
}

void CstBuilder::Emit(CstKind kind, ByteSpan span, ByteSpan hull, NodeId ast) {
  if (span.end < span.begin || hull.end < hull.begin) return;  // what is missing in damaged text
  nodes_.push_back({kind, span, hull, -1, 0, ast});
}

void CstBuilder::Nest(CstTree& out) {
  std::vector<int32_t> order(nodes_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin() + 1, order.end(), [&](int32_t a, int32_t b) {
    const ByteSpan left = nodes_[static_cast<size_t>(a)].hull;
    const ByteSpan right = nodes_[static_cast<size_t>(b)].hull;
    return left.begin != right.begin ? left.begin < right.begin : left.end > right.end;
  });
  std::vector<int32_t> open, child_counts(nodes_.size());
  out.nodes.reserve(nodes_.size());
  for (const int32_t i : order) {
    CstNode node = nodes_[static_cast<size_t>(i)];
    const auto self = static_cast<int32_t>(out.nodes.size());
    // Hulls of damaged trees may overlap; the parent is then the innermost one that holds the node.
    while (open.size() > 1) {
      const ByteSpan around = out.nodes[static_cast<size_t>(open.back())].hull;
      if (around.end >= node.hull.end && around.end > node.hull.begin) break;
      open.pop_back();
    }
    if (!open.empty()) {
      node.parent = open.back();
      node.index = child_counts[static_cast<size_t>(node.parent)]++;
    }
    out.nodes.push_back(node);
    open.push_back(self);
  }
}

CstTree BuildCst(const SyntaxTree& tree) { return CstBuilder(tree).Build(); }

}  // namespace codeanatomy::parse
