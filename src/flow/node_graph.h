// NodeGraph: control flow, dominance and control dependence between nodes instead of blocks, as the
// published graph has them. See node_graph.cpp.
#pragma once

#include <vector>

#include "flow/control_dependence.h"
#include "flow/dominators.h"

namespace codeanatomy::flow {

/// A node, or the end of the scope that the node opens.
struct FlowPoint {
  NodeId node;
  bool is_end = false;
  friend constexpr auto operator<=>(const FlowPoint&, const FlowPoint&) = default;
};

enum class FlowRelation : uint8_t { kCfg, kCdg, kPostDominate };
inline constexpr std::string_view kFlowRelationNames[] = {"cfg", "cdg", "post_dominate"};

/// What an edge says about why it is taken: the choice, or the completion that leaves a finally
/// body. kExceptional: over all exceptional edges.
enum class FlowLabel : uint8_t {
  kNone,
  kTrue,
  kFalse,
  kException,
  kCase,
  kNormal,
  kReturn,
  kBreak,
  kContinue,
  kRaise,
  kExceptional
};
inline constexpr std::string_view kFlowLabelNames[] = {
    "",       "TRUE",  "FALSE",    "EXCEPTION", "CASE",       "normal",
    "return", "break", "continue", "raise",     "EXCEPTIONAL"};
FlowLabel LabelOf(FlowEdgeKind kind);  // the choice alone
FlowLabel LabelOf(const ControlFlow& graph, EdgeId e);

struct NodeEdge {
  FlowRelation relation;
  FlowScopeId scope;
  NodeId source;
  FlowPoint target;
  FlowLabel label;
  bool is_back;
  /// Of a dependence: what else the target is the block head of depends as well.
  bool covers_block;
};

struct NodeGraph {
  // By node; none for nodes that nothing evaluates.
  std::vector<NodeId> idom;
  std::vector<FlowPoint> ipostdom;
  /// The first node of its block that stands for itself. Where it is another node, `idom` is what
  /// is evaluated just before: a further CFG edge, which `edges` leaves out; and what the first
  /// node is control dependent on, the node is as well.
  std::vector<NodeId> block_heads;
  std::vector<uint8_t> may_raise;
  /// By relation, scope, source, target and label; each once.
  std::vector<NodeEdge> edges;
};

/// A scope begins with the node that opens it. Cost: linear but for ways through blocks that
/// evaluate nothing and have several successors, which are walked from each block before them.
NodeGraph BuildNodeGraph(const parse::SyntaxTree& tree, const ControlFlow& graph,
                         const DominatorTrees& trees,
                         const std::vector<ControlDependence>& dependences);

/// Dependences and immediate post-dominators between nodes over all exceptional edges, by relation,
/// scope and source; each with label kExceptional. `trees` holds the post-dominators of
/// Raises::kAll instead of its own, as `dependences` are those.
std::vector<NodeEdge> BuildExceptionalEdges(const parse::SyntaxTree& tree, const ControlFlow& graph,
                                            const DominatorTrees& trees,
                                            const std::vector<ControlDependence>& dependences);

}  // namespace codeanatomy::flow
