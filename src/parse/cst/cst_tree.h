// CstTree: the lossless reading of a SyntaxTree, with LibCST's classes as kinds.
//
// Not a second parser: nodes come from the syntax tree and from the tokens around it, and nest by
// their hulls. A node has two spans. `span` is the syntax proper: for an expression without the
// parentheses around it, for a statement without decorators, comments and line end. `hull` adds
// what the node owns of these: parentheses, decorators, the empty and comment lines before a
// statement, the rest of its line. A child's hull lies within its parent's.
//
// Leaves are the pieces: tokens, comments, line ends and white space, which lie end to end from the
// first byte of the text to the last, whatever the text holds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/pod_vector.h"
#include "base/span.h"
#include "catalog/cst_kind.h"
#include "lex/token.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse {

struct CstNode {
  CstKind kind;
  ByteSpan span, hull;  // offsets into the text
  int32_t parent = -1;  // -1: the Module
  int32_t index = 0;    // among the children of the parent
  NodeId ast;           // the syntax node it is or was made from; none for lexical nodes
};

/// White space, line continuations and what else lies between tokens.
struct CstPiece {
  ByteSpan span;
  lex::TokenKind token;
  bool is_space;  // no token: `token` says nothing then
};

struct CstTree {
  std::vector<CstNode> nodes;    // preorder; nodes[0] is the Module
  std::vector<CstPiece> pieces;  // in text order, without gap and overlap; empty ones are left out
};

/// The concrete tree of `tree`. Total, as the syntax tree is. Before 3.12 a format string is one
/// token, and its replacement fields have no nodes. Cost: n log n in nodes for sorting, linear
/// otherwise.
CstTree BuildCst(const SyntaxTree& tree);

}  // namespace codeanatomy::parse
