#include "flow/loops.h"

#include <string>

#include <doctest/doctest.h>

namespace codeanatomy::flow {
namespace {

/// Depth of the block that evaluates the node at an offset of the text.
int32_t DepthAt(const std::string& text, std::string_view name) {
  const parse::SyntaxTree tree = parse::ParseModule(text, {});
  const ControlFlow graph = BuildControlFlow(tree, symbols::BuildSymbolTable(tree));
  const LoopForest loops = FindLoops(graph);
  for (BlockId b{0}; b.value < graph.block_count(); ++b.value) {
    for (const NodeId n : graph.nodes(b)) {
      const auto span = tree.span(n);
      if (tree.kind(n) == AstKind::kName && text.substr(span.begin, span.size()) == name) {
        return loops.depths[b.index()];
      }
    }
  }
  return -1;
}

TEST_CASE("loops nest; what leaves a loop is not in it") {
  const std::string text =
      "for a in b:\n  while c:\n    if d: continue\n    if e:\n      f\n      break\n    try:\n    "
      "  g\n"
      "    except h: i\n    finally: j\n  else: k\n  l\nm\n";
  CHECK(DepthAt(text, "b") == 0);
  CHECK(DepthAt(text, "a") == 1);
  CHECK(DepthAt(text, "c") == 2);
  CHECK(DepthAt(text, "d") == 2);
  CHECK(DepthAt(text, "e") == 2);
  CHECK(DepthAt(text, "f") == 1);
  CHECK(DepthAt(text, "g") == 2);
  CHECK(DepthAt(text, "i") == 2);
  CHECK(DepthAt(text, "j") == 2);
  CHECK(DepthAt(text, "k") == 1);
  CHECK(DepthAt(text, "l") == 1);
  CHECK(DepthAt(text, "m") == 0);
}

}  // namespace
}  // namespace codeanatomy::flow
