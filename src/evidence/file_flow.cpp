#include "evidence/file_flow.h"

namespace codeanatomy::evidence {
namespace {

bool HasMethodReturn(AstKind kind) {
  return kind == AstKind::kModule || kind == AstKind::kFunctionDef ||
         kind == AstKind::kAsyncFunctionDef || kind == AstKind::kLambda;
}

ExceptionalFlow FindExceptional(const FileContext& context, const flow::ControlFlow& graph,
                                const flow::DominatorTrees& trees) {
  flow::DominatorTrees over_all = trees;
  over_all.post_dominators = flow::ComputePostDominators(graph, flow::Raises::kAll);
  ExceptionalFlow found;
  found.dependences =
      flow::ComputeControlDependence(graph, over_all.post_dominators, flow::Raises::kAll);
  found.edges = flow::BuildExceptionalEdges(context.tree, graph, over_all, found.dependences);
  found.post_dominators = std::move(over_all.post_dominators);
  return found;
}

}  // namespace

FileFlow::FileFlow(const FileContext& context)
    : graph(flow::BuildControlFlow(context.tree, context.symbols)),
      trees(flow::ComputeDominatorTrees(graph)),
      dependences(flow::ComputeControlDependence(graph, trees.post_dominators)),
      nodes(flow::BuildNodeGraph(context.tree, graph, trees, dependences)),
      definitions(flow::FindDefinitions(context.tree, context.symbols, graph, trees)) {
  if (context.options.exceptional_dependence) exceptional = FindExceptional(context, graph, trees);
  scopes.reserve(static_cast<size_t>(graph.block_count()));
  block_ids.reserve(static_cast<size_t>(graph.block_count()));
  for (flow::FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    const parse::NodeId node = graph.scope_node(s);
    const int64_t function = context.ids.id(node);
    function_ids.push_back(function);
    bases.push_back(context.ids.InteriorBase(node));
    const bool has_return = HasMethodReturn(context.tree.kind(node));
    return_ids.push_back(
        has_return ? context.scheme.Finish(IdScheme::Derived("METHOD_RETURN", function)) : 0);
    const ScopedIds ids(context.scheme, "FLOW_BLOCK", function, bases.back());
    for (flow::BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
      scopes.push_back(s);
      block_ids.push_back(ids.Of(b.value - graph.blocks_begin(s).value));
    }
  }
}

}  // namespace codeanatomy::evidence
