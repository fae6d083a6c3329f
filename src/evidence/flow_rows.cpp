// flow_blocks, flow_cfg_edges, flow_dominators, flow_control_deps and flow_node_edges.
#include "evidence/file_flow.h"
#include "flow/loops.h"

namespace codeanatomy::evidence {
namespace {

using flow::BlockId;
using flow::ControlFlow;
using flow::EdgeId;
using flow::FlowEdgeKind;
using parse::NodeId;

constexpr std::string_view kRelations[] = {"dom", "postdom", "postdom_exceptional"};

// The choice that an edge stands for; its completion has a column of its own.
uint16_t LabelCode(flow::FlowLabel label) {
  return label == flow::FlowLabel::kNone || label > flow::FlowLabel::kCase
             ? CodeColumn::kNull
             : static_cast<uint16_t>(label);
}

constexpr auto kExceptional = static_cast<uint16_t>(flow::FlowLabel::kExceptional);

class FlowRows {
 public:
  FlowRows(const FileContext& context, const FileFlow& flow)
      : context_(context), flow_(flow), graph_(flow.graph), trees_(flow.trees) {}

  void AddBlocks(TableList& tables) const;
  void AddEdges(TableList& tables) const;
  void AddDominators(TableList& tables) const;
  void AddControlDependence(TableList& tables) const;
  void AddNodeEdges(TableList& tables) const;

 private:
  int64_t id(BlockId b) const { return flow_.block_ids[b.index()]; }
  int64_t FunctionId(BlockId b) const { return flow_.function_ids[flow_.scope(b).index()]; }
  void AppendNode(Int64Column& column, NodeId n) const { AppendNodeId(context_, column, n); }
  void AppendBlock(Int64Column& column, BlockId b) const {
    AppendId(column, b.valid() ? id(b) : 0);
  }
  NodeId FirstNode(BlockId b) const {
    return graph_.nodes(b).empty() ? NodeId{} : graph_.nodes(b).front();
  }
  NodeId LastNode(BlockId b) const {
    return graph_.nodes(b).empty() ? NodeId{} : graph_.nodes(b).back();
  }

  const FileContext& context_;
  const FileFlow& flow_;
  const ControlFlow& graph_;
  const flow::DominatorTrees& trees_;
};

void FlowRows::AddBlocks(TableList& tables) const {
  const flow::LoopForest loops = flow::FindLoops(graph_);
  BatchBuilder builder = context_.Begin("flow_blocks", flow_.block_ids.size());
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& block_id = builder.Longs("block_id");
  Int32Column& block_index = builder.Ints("block_index");
  CodeColumn& kind = builder.Codes("kind", flow::kBlockKindNames);
  ListColumn& nodes = builder.Lists<Int64Column>("nodes");
  ListColumn& may_raise = builder.Lists<BoolColumn>("may_raise");
  Int64Column& region = builder.Longs("handler_region");
  Int64Column& first_node = builder.Longs("first_node_id");
  Int64Column& last_node = builder.Longs("last_node_id");
  SpanColumns span(builder);
  BoolColumn& is_reachable = builder.Bools("is_reachable");
  Int32Column& loop_depth = builder.Ints("loop_depth");
  Int32Column& try_depth = builder.Ints("try_depth");
  Int64Column& node_ids = Elements<Int64Column>(nodes);
  BoolColumn& raises = Elements<BoolColumn>(may_raise);
  for (BlockId b{0}; b.value < graph_.block_count(); ++b.value) {
    function_id.Append(FunctionId(b));
    block_id.Append(id(b));
    block_index.Append(b.value - graph_.blocks_begin(flow_.scope(b)).value);
    kind.Append(static_cast<uint16_t>(graph_.kind(b)));
    const auto flags = graph_.node_flags(b);
    ByteSpan hull{};
    for (size_t i = 0; i < flags.size(); ++i) {
      const NodeId n = graph_.nodes(b)[i];
      const ByteSpan own = context_.tree.span(n);
      hull = i == 0 ? own : ByteSpan{std::min(hull.begin, own.begin), std::max(hull.end, own.end)};
      node_ids.Append(context_.ids.id(n));
      raises.Append((flags[i] & flow::flow_node_flag::kMayRaise) != 0);
    }
    nodes.CloseRow();
    may_raise.CloseRow();
    AppendBlock(region, graph_.handler_region(b));
    AppendNode(first_node, FirstNode(b));
    AppendNode(last_node, LastNode(b));
    if (flags.empty()) {
      span.AppendNull();
    } else {
      span.Append(context_, hull);
    }
    is_reachable.Append(graph_.is_reachable(b));
    loop_depth.Append(loops.depths[b.index()]);
    try_depth.Append(graph_.try_depth(b));
  }
  AddTable(tables, context_, builder, flow_.block_ids.size());
}

void FlowRows::AddEdges(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_cfg_edges", static_cast<size_t>(graph_.edge_count()));
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& source_id = builder.Longs("src_block_id");
  Int64Column& target_id = builder.Longs("dst_block_id");
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  CodeColumn& kind = builder.Codes("kind", flow::kFlowEdgeKindNames);
  CodeColumn& label = builder.Codes("label", flow::kFlowLabelNames);
  CodeColumn& completion = builder.Codes("completion", flow::kCompletionNames);
  Int64Column& condition = builder.Longs("condition_id");
  BoolColumn& is_implicit = builder.Bools("is_implicit_raise");
  BoolColumn& is_back = builder.Bools("is_back_edge");
  Int32Column& ordinal = builder.Ints("ordinal");
  for (EdgeId e{0}; e.value < graph_.edge_count(); ++e.value) {
    const BlockId from = graph_.source(e), to = graph_.target(e);
    function_id.Append(FunctionId(from));
    source_id.Append(id(from));
    target_id.Append(id(to));
    AppendNode(src, LastNode(from));
    AppendNode(dst, FirstNode(to));
    kind.Append(static_cast<uint16_t>(graph_.kind(e)));
    label.Append(LabelCode(flow::LabelOf(graph_.kind(e))));
    completion.Append(graph_.completion(e) == flow::Completion::kNone
                          ? CodeColumn::kNull
                          : static_cast<uint16_t>(graph_.completion(e)));
    AppendNode(condition, graph_.condition(e));
    is_implicit.Append(graph_.has(e, flow::flow_edge_flag::kImplicitRaise));
    is_back.Append(graph_.has(e, flow::flow_edge_flag::kBack));
    ordinal.Append(e.value - graph_.edges_begin(from).value);
  }
  AddTable(tables, context_, builder, static_cast<size_t>(graph_.edge_count()));
}

// Length of the way from each block to its root.
std::vector<int32_t> DepthsOf(const std::vector<BlockId>& tree) {
  std::vector<int32_t> depths(tree.size(), -1);
  std::vector<BlockId> path;
  for (BlockId b{0}; b.index() < tree.size(); ++b.value) {
    BlockId up = b;
    for (; up.valid() && depths[up.index()] < 0; up = tree[up.index()]) path.push_back(up);
    int32_t depth = up.valid() ? depths[up.index()] : -1;
    for (; !path.empty(); path.pop_back()) depths[path.back().index()] = ++depth;
  }
  return depths;
}

void FlowRows::AddDominators(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_dominators", 2 * flow_.block_ids.size());
  Int64Column& function_id = builder.Longs("function_id");
  CodeColumn& relation = builder.Codes("relation", kRelations);
  Int64Column& block_id = builder.Longs("block_id");
  Int64Column& idom = builder.Longs("idom_block_id");
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  Int32Column& depth = builder.Ints("depth");
  size_t rows = 0;
  std::vector<const std::vector<BlockId>*> trees = {&trees_.dominators, &trees_.post_dominators};
  if (flow_.exceptional) trees.push_back(&flow_.exceptional->post_dominators);
  for (uint16_t r = 0; r < trees.size(); ++r) {
    const std::vector<BlockId>& tree = *trees[r];
    const bool is_post = r > 0;
    const std::vector<int32_t> depths = DepthsOf(tree);
    for (BlockId b{0}; b.value < graph_.block_count(); ++b.value) {
      if (!graph_.is_reachable(b)) continue;
      const BlockId above = tree[b.index()];
      ++rows;
      function_id.Append(FunctionId(b));
      relation.Append(r);
      block_id.Append(id(b));
      AppendBlock(idom, above);
      AppendNode(src, above.valid() ? (is_post ? FirstNode(above) : LastNode(above)) : NodeId{});
      AppendNode(dst, is_post ? LastNode(b) : FirstNode(b));
      depth.Append(depths[b.index()]);
    }
  }
  AddTable(tables, context_, builder, rows);
}

void FlowRows::AddControlDependence(TableList& tables) const {
  size_t rows = flow_.dependences.size();
  if (flow_.exceptional) rows += flow_.exceptional->dependences.size();
  BatchBuilder builder = context_.Begin("flow_control_deps", rows);
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& block_id = builder.Longs("block_id");
  Int64Column& on_block_id = builder.Longs("on_block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  BoolColumn& exceptional = builder.Bools("is_exceptional");
  Int64Column& condition = builder.Longs("condition_id");
  CodeColumn& label = builder.Codes("label", flow::kFlowLabelNames);
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  const auto add = [&](const flow::ControlDependence& found, bool is_exceptional) {
    const auto [block, edge] = found;
    const BlockId on = graph_.source(edge);
    function_id.Append(FunctionId(block));
    block_id.Append(id(block));
    on_block_id.Append(id(on));
    ordinal.Append(edge.value - graph_.edges_begin(on).value);
    AppendNode(condition, graph_.condition(edge));
    exceptional.Append(is_exceptional);
    label.Append(is_exceptional ? kExceptional : LabelCode(flow::LabelOf(graph_.kind(edge))));
    AppendNode(src, LastNode(on));
    AppendNode(dst, FirstNode(block));
  };
  for (const flow::ControlDependence& found : flow_.dependences) add(found, false);
  if (flow_.exceptional) {
    for (const flow::ControlDependence& found : flow_.exceptional->dependences) add(found, true);
  }
  AddTable(tables, context_, builder, rows);
}

// What `idom_id` and `block_node_id` of ast_nodes do not say (docs/formats/flow.md). Ends of class
// bodies and comprehensions are no nodes.
void FlowRows::AddNodeEdges(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_node_edges", flow_.nodes.edges.size());
  CodeColumn& relation = builder.Codes("relation", flow::kFlowRelationNames);
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  CodeColumn& label = builder.Codes("label", flow::kFlowLabelNames);
  BoolColumn& is_back = builder.Bools("is_back_edge");
  BoolColumn& covers_block = builder.Bools("covers_block");
  size_t rows = 0;
  const auto add = [&](const flow::NodeEdge& edge) {
    const int64_t source = context_.ids.id(edge.source);
    const int64_t target = edge.target.is_end ? flow_.return_ids[edge.scope.index()]
                                              : context_.ids.id(edge.target.node);
    if (target == 0) return;
    ++rows;
    // As POST_DOMINATE has it: from what post-dominates.
    const bool is_upwards = edge.relation == flow::FlowRelation::kPostDominate;
    relation.Append(static_cast<uint16_t>(edge.relation));
    function_id.Append(flow_.function_ids[edge.scope.index()]);
    src.Append(is_upwards ? target : source);
    dst.Append(is_upwards ? source : target);
    label.Append(edge.label == flow::FlowLabel::kNone ? CodeColumn::kNull
                                                      : static_cast<uint16_t>(edge.label));
    is_back.Append(edge.is_back);
    covers_block.Append(edge.covers_block);
  };
  for (const flow::NodeEdge& edge : flow_.nodes.edges) add(edge);
  if (flow_.exceptional) {
    for (const flow::NodeEdge& edge : flow_.exceptional->edges) add(edge);
  }
  AddTable(tables, context_, builder, rows);
}

}  // namespace

void AddFlowRows(const FileContext& context, const FileFlow& flow, TableList& tables) {
  const FlowRows rows(context, flow);
  rows.AddBlocks(tables);
  rows.AddEdges(tables);
  rows.AddDominators(tables);
  rows.AddControlDependence(tables);
  rows.AddNodeEdges(tables);
}

}  // namespace codeanatomy::evidence
