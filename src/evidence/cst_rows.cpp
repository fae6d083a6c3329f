// cst_nodes and cst_tokens: the lossless reading of the tree, written on request.
#include "evidence/file_context.h"
#include "parse/cst/cst_tree.h"

namespace codeanatomy::evidence {
namespace {

void AddCstNodes(const FileContext& context, const parse::CstTree& cst, TableList& tables) {
  BatchBuilder builder = context.Begin("cst_nodes");
  Int64Column& cst_id = builder.Longs("cst_id");
  Int64Column& node_id = builder.Longs("node_id");
  Int64Column& parent = builder.Longs("parent_cst_id");
  CodeColumn& kind = builder.Codes("kind", kCstKindNames);
  CodeColumn& slot = builder.Codes("slot", kAstFieldNames);
  Int32Column& idx = builder.Ints("idx");
  SpanColumns span(builder), hull(builder, "ws_bstart", "ws_bend");
  for (size_t i = 0; i < cst.nodes.size(); ++i) {
    const parse::CstNode& node = cst.nodes[i];
    cst_id.Append(static_cast<int64_t>(i) + 1);
    if (node.ast.value >= 0) {
      node_id.Append(context.ids.id(node.ast));
    } else {
      node_id.AppendNull();
    }
    if (node.parent >= 0) {
      parent.Append(node.parent + 1);
    } else {
      parent.AppendNull();
    }
    kind.Append(static_cast<uint16_t>(node.kind));
    if (node.ast.value > 0) {
      slot.Append(static_cast<uint16_t>(context.tree.slot(node.ast)));
    } else {
      slot.AppendNull();
    }
    idx.Append(node.index);
    span.Append(context, node.span);
    hull.Append(context, node.hull);
  }
  AddTable(tables, context, builder, cst.nodes.size());
}

/// tokenize's names, and one for what lies between tokens.
constexpr auto kPieceKinds = [] {
  std::array<std::string_view, lex::kTokenKindCount + 1> names{};
  for (size_t k = 0; k < lex::kTokenKindCount; ++k) {
    const auto kind = static_cast<lex::TokenKind>(k);
    names[k] = lex::IsKeyword(kind) ? "NAME" : lex::IsOperator(kind) ? "OP" : lex::kTokenTexts[k];
  }
  names.back() = "WHITESPACE";
  return names;
}();

void AddCstTokens(const FileContext& context, const parse::CstTree& cst, TableList& tables) {
  BatchBuilder builder = context.Begin("cst_tokens");
  Int64Column& token_id = builder.Longs("token_id");
  CodeColumn& kind = builder.Codes("kind", kPieceKinds);
  TextColumn& text = builder.Texts("text");
  FullSpanColumns span(builder);
  for (size_t i = 0; i < cst.pieces.size(); ++i) {
    const parse::CstPiece& piece = cst.pieces[i];
    token_id.Append(static_cast<int64_t>(i) + 1);
    kind.Append(static_cast<uint16_t>(piece.is_space ? kPieceKinds.size() - 1
                                                     : static_cast<size_t>(piece.token)));
    text.Append(context.KeepValid(context.SourceOf(piece.span)));
    span.Append(context, piece.span);
  }
  AddTable(tables, context, builder, cst.pieces.size());
}

}  // namespace

void AddCstRows(const FileContext& context, TableList& tables) {
  const parse::CstTree cst = parse::BuildCst(context.tree);
  AddCstNodes(context, cst, tables);
  AddCstTokens(context, cst, tables);
}

}  // namespace codeanatomy::evidence
