#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "flow/cfg.h"
#include "flow/definitions.h"
#include "flow/dominators.h"
#include "flow/loops.h"
#include "flow/node_graph.h"
#include "flow/ssa_fixpoint.h"
#include "lex/lexer.h"
#include "parse/ast_dump.h"
#include "parse/cst/cst_tree.h"
#include "parse/syntax_tree.h"
#include "symbols/compile_errors.h"
#include "symbols/symbol_table.h"
#include "targets.h"

namespace codeanatomy::fuzz {
namespace {

using parse::NodeId;
using parse::SyntaxTree;

bool IsIn(ByteSpan span, std::string_view text) {
  return span.begin <= span.end && span.end <= text.size();
}

std::string CheckTokens(std::string_view text, PythonVersion version) {
  lex::TokenBuffer tokens;
  lex::Lex(text, {.version = version, .trivia = true}, tokens);
  if (tokens.size() == 0 || tokens.kinds[tokens.size() - 1] != lex::TokenKind::kEndMarker) {
    return "the tokens do not end with an EndMarker";
  }
  uint32_t last = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const ByteSpan span = tokens.spans[i];
    if (!IsIn(span, text)) return fmt::format("token {} is not in the text", i);
    if (span.begin < last && span.begin != span.end) return fmt::format("token {} overlaps", i);
    last = std::max(last, span.end);
  }
  return {};
}

std::string CheckTree(const SyntaxTree& tree) {
  for (int32_t i = 0; i < tree.size(); ++i) {
    const NodeId n{i};
    const NodeId parent = tree.parent(n);
    const int32_t end = tree.subtree_end(n).value;
    if (!IsIn(tree.span(n), tree.text())) return fmt::format("node {} is not in the text", i);
    if (end <= i || end > tree.size()) return fmt::format("node {} has no subtree", i);
    if ((i == 0) == parent.valid()) return fmt::format("node {} has a wrong parent", i);
    if (i != 0 && (parent.value >= i || end > tree.subtree_end(parent).value)) {
      return fmt::format("node {} is not in its parent", i);
    }
  }
  for (const parse::Diagnostic& found : tree.diagnostics()) {
    if (!IsIn(found.span, tree.text())) return "not in the text: " + found.message;
    if (found.code.empty() || found.message.empty()) return "a diagnostic says nothing";
  }
  return {};
}

std::string CheckRoundTrip(const SyntaxTree& tree) {
  const parse::CstTree cst = parse::BuildCst(tree);
  uint32_t at = 0;
  for (const parse::CstPiece& piece : cst.pieces) {
    if (piece.span.begin != at || piece.span.end <= at) return fmt::format("a gap at byte {}", at);
    at = piece.span.end;
  }
  if (at != tree.text().size()) return fmt::format("the pieces end at byte {}", at);
  for (size_t i = 1; i < cst.nodes.size(); ++i) {
    const parse::CstNode& node = cst.nodes[i];
    if (node.parent < 0 || static_cast<size_t>(node.parent) >= i) {
      return fmt::format("concrete node {} has a wrong parent", i);
    }
    const ByteSpan hull = cst.nodes[static_cast<size_t>(node.parent)].hull;
    if (!IsIn(node.hull, tree.text()) || node.hull.begin < hull.begin || node.hull.end > hull.end) {
      return fmt::format("concrete node {} is not in its parent", i);
    }
  }
  return {};
}

std::string CheckSymbols(const SyntaxTree& tree, const symbols::SymbolTable& table) {
  if (!tree.diagnostics().empty()) return {};  // nobody asks for these errors of a broken text
  std::vector<parse::Diagnostic> found = symbols::FindTreeErrors(tree, table);
  std::ranges::move(symbols::FindCompileErrors(tree, table), std::back_inserter(found));
  std::ranges::move(symbols::FindFutureFeatureErrors(tree), std::back_inserter(found));
  for (const parse::Diagnostic& error : found) {
    if (!IsIn(error.span, tree.text())) return "not in the text: " + error.message;
  }
  return {};
}

std::string CheckFlow(const SyntaxTree& tree, const symbols::SymbolTable& table) {
  const flow::ControlFlow graph = flow::BuildControlFlow(tree, table);
  const flow::DominatorTrees trees = flow::ComputeDominatorTrees(graph);
  const auto dependences = flow::ComputeControlDependence(graph, trees.post_dominators);
  flow::BuildNodeGraph(tree, graph, trees, dependences);
  flow::BuildExceptionalEdges(tree, graph, trees, dependences);
  const flow::SparseDefinitions sparse = flow::FindDefinitions(tree, table, graph, trees);
  for (const flow::Narrowing& narrowing : sparse.narrowings) {
    if (!narrowing.source.valid() || sparse.is_narrowing(narrowing.source)) {
      return "a narrowing of nothing";
    }
  }
  const flow::LoopForest loops = flow::FindLoops(graph);
  const auto blocks = static_cast<size_t>(graph.block_count());
  if (trees.dominators.size() != blocks || loops.heads.size() != blocks) {
    return "a block without dominator or loop";
  }
  size_t compared = 0;
  if (std::string wrong = flow::CompareWithFixpoint(tree, table, 200, compared); !wrong.empty()) {
    return wrong;
  }
  for (int32_t scope = 0; scope < graph.scope_count(); ++scope) {
    const flow::FlowScopeId s{scope};
    if (graph.blocks_begin(s) == graph.blocks_end(s)) return "a scope without blocks";
    if (!graph.exit(s).valid()) return "a scope without exit";
  }
  return {};
}

}  // namespace

std::string RunFrontEnd(std::string_view text, PythonVersion version) {
  if (std::string wrong = CheckTokens(text, version); !wrong.empty()) return wrong;
  const SyntaxTree tree = parse::ParseModule(text, {.version = version});
  if (std::string wrong = CheckTree(tree); !wrong.empty()) return wrong;
  if (parse::DumpAst(tree, LineIndex(text)).empty()) return "the dump is empty";
  if (std::string wrong = CheckRoundTrip(tree); !wrong.empty()) return wrong;
  const symbols::SymbolTable table = symbols::BuildSymbolTable(tree);
  if (std::string wrong = CheckSymbols(tree, table); !wrong.empty()) return wrong;
  return CheckFlow(tree, table);
}

}  // namespace codeanatomy::fuzz
