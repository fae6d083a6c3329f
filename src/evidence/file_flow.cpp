#include "evidence/file_flow.h"

namespace codeanatomy::evidence {
namespace {

bool HasMethodReturn(AstKind kind) {
  return kind == AstKind::kModule || kind == AstKind::kFunctionDef ||
         kind == AstKind::kAsyncFunctionDef || kind == AstKind::kLambda;
}

}  // namespace

int64_t FileFlow::ScopedId(const FileContext& context, std::string_view kind, int64_t function_id,
                           int64_t base, int64_t number) {
  return context.scheme.Finish(IdScheme::Derived(kind, function_id).Add(base).Add(number));
}

FileFlow::FileFlow(const FileContext& context)
    : graph(flow::BuildControlFlow(context.tree, context.symbols)),
      trees(flow::ComputeDominatorTrees(graph)),
      dependences(flow::ComputeControlDependence(graph, trees)),
      nodes(flow::BuildNodeGraph(context.tree, graph, trees, dependences)),
      definitions(flow::FindDefinitions(context.tree, context.symbols, graph, trees)) {
  for (flow::FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    const parse::NodeId node = graph.scope_node(s);
    const int64_t function = context.ids.id(node);
    const int64_t base = context.ids.InteriorBase(node);
    function_ids.push_back(function);
    const bool has_return = HasMethodReturn(context.tree.kind(node));
    return_ids.push_back(
        has_return ? context.scheme.Finish(IdScheme::Derived("METHOD_RETURN", function)) : 0);
    for (flow::BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
      const int64_t index = b.value - graph.blocks_begin(s).value;
      scopes.push_back(s);
      block_ids.push_back(ScopedId(context, "FLOW_BLOCK", function, base, index));
    }
  }
}

}  // namespace codeanatomy::evidence
