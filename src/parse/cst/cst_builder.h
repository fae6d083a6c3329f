// CstBuilder: collects the nodes of a CstTree, private to parse/cst.
//
// Three steps. Brackets: which parentheses belong to a call or a header, which to the expression
// inside them; that gives hulls. Emission: every syntax node adds itself and what LibCST puts
// between it and its children (Arg, Element, ComparisonTarget, operators …), every token left adds
// a lexical node. Nesting: sorted by hull, a node's parent is the innermost one around it. Nodes
// with equal hulls nest in the order of emission, outermost first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lex/token.h"
#include "parse/cst/cst_tree.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse {

class CstBuilder {
 public:
  explicit CstBuilder(const SyntaxTree& tree);
  CstTree Build();

 private:
  using TokenKind = lex::TokenKind;
  /// Index of a significant token: no layout, no trivia. Out of range reads as EndMarker.
  using TokenRef = int32_t;
  static constexpr TokenRef kNoToken = -1;

  enum TokenMark : uint8_t {
    kSilent = 1,      // punctuation without a node of its own, or a node was emitted already
    kStructural = 2,  // a parenthesis of a header or call, not of an expression
  };

  // --- cst_builder.cpp: tokens, brackets, nesting ---
  void ReadTokens();
  void MatchBrackets();
  void MarkStructural(NodeId n);
  void FindHulls();
  void Nest(CstTree& out);
  TokenKind KindAt(TokenRef t) const {
    return t >= 0 && t < static_cast<TokenRef>(kinds_.size()) ? kinds_[static_cast<size_t>(t)]
                                                              : TokenKind::kEndMarker;
  }
  ByteSpan SpanAt(TokenRef t) const {
    return t >= 0 && t < static_cast<TokenRef>(spans_.size()) ? spans_[static_cast<size_t>(t)]
                                                              : ByteSpan{text_end_, text_end_};
  }
  std::string_view TextAt(TokenRef t) const {
    const ByteSpan span = SpanAt(t);
    return tree_.text().substr(span.begin, span.size());
  }
  bool IsWord(TokenRef t, std::string_view word) const {
    return KindAt(t) == TokenKind::kName && TextAt(t) == word;
  }
  /// First token that begins at or behind `offset`; last one that ends at or before it.
  TokenRef FirstAt(uint32_t offset) const;
  TokenRef LastBefore(uint32_t offset) const { return FirstAt(offset) - 1; }
  /// The token before a node, its own parentheses passed over.
  TokenRef TokenBefore(NodeId n) const { return FirstAt(HullOf(n).begin) - 1; }
  TokenRef TokenAfter(NodeId n) const { return FirstAt(HullOf(n).end); }
  ByteSpan HullOf(NodeId n) const { return hulls_[n.index()]; }
  void Mark(TokenRef t, uint8_t mark) {
    if (t >= 0 && t < static_cast<TokenRef>(marks_.size())) marks_[static_cast<size_t>(t)] |= mark;
  }
  bool Has(TokenRef t, uint8_t mark) const {
    return t >= 0 && t < static_cast<TokenRef>(marks_.size()) &&
           (marks_[static_cast<size_t>(t)] & mark) != 0;
  }
  bool IsEnclosed(NodeId n) const;

  void Emit(CstKind kind, ByteSpan span, ByteSpan hull, NodeId ast = {});
  void Emit(CstKind kind, ByteSpan span, NodeId ast = {}) { Emit(kind, span, span, ast); }
  /// A node that is one token; the token has its node then.
  void EmitToken(CstKind kind, TokenRef t, NodeId ast = {}) {
    Emit(kind, SpanAt(t), ast);
    Mark(t, kSilent);
  }
  void EmitNode(CstKind kind, NodeId n) { Emit(kind, tree_.span(n), HullOf(n), n); }

  // --- cst_statements.cpp ---
  void EmitStatement(NodeId n);
  void EmitBlock(NodeId owner, AstField field, CstKind clause, std::string_view keyword);
  void EmitBody(std::span<const NodeId> statements);
  void EmitLines(std::span<const NodeId> statements);
  void EmitDefinition(NodeId n, CstKind kind);
  void EmitImport(NodeId n);
  void EmitDotted(TokenRef first, TokenRef last);
  void EmitHandler(NodeId n);
  void EmitAssign(NodeId n);
  void EmitGlobal(NodeId n, CstKind kind);
  void EmitWithItem(NodeId n);
  void EmitMatchCase(NodeId n);
  void EmitTypeParam(NodeId n, CstKind kind);
  void EmitParameters(NodeId n);
  void EmitParam(NodeId arg, NodeId default_value);
  void EmitAnnotation(NodeId annotation);
  uint32_t LinesBegin(uint32_t offset) const;
  uint32_t LineEnd(uint32_t offset) const;
  uint32_t StatementBegin(NodeId n) const;
  uint32_t StatementEnd(NodeId n) const;

  // --- cst_expressions.cpp ---
  void EmitExpression(NodeId n);
  void EmitOperator(AstOperator op, TokenRef t);
  void EmitBoolOp(NodeId n);
  void EmitCompare(NodeId n);
  void EmitArguments(NodeId n, AstField positional);
  void EmitElements(NodeId n);
  void EmitDict(NodeId n);
  void EmitSubscript(NodeId n);
  void EmitSlice(NodeId n);
  void EmitStrings(NodeId n);
  void EmitConstant(NodeId n);
  void EmitComprehensions(NodeId n);
  void EmitPattern(NodeId n);
  void EmitPatternElements(NodeId n, AstField field, CstKind element);
  bool IsBareSubscript(NodeId tuple) const;

  // --- cst_lexical.cpp ---
  void EmitLexical();
  void EmitTrivia();

  const SyntaxTree& tree_;
  uint32_t text_end_;
  lex::TokenBuffer all_;               // every token, trivia included
  std::vector<lex::TokenKind> kinds_;  // of significant tokens, here and below
  std::vector<ByteSpan> spans_;
  std::vector<TokenRef> matches_;  // the other bracket, or begin and end of a format string
  std::vector<uint8_t> marks_;
  std::vector<TokenRef> buckets_;  // first token at or behind each multiple of the bucket's size
  std::vector<ByteSpan> hulls_;    // by syntax node
  std::vector<CstNode> nodes_;
};

}  // namespace codeanatomy::parse
