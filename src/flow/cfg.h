// ControlFlow: the control flow graphs of one file, one per flow scope (module body, class body,
// function, lambda, comprehension).
//
// Scopes are numbered by the position of their node; the blocks of a scope are a contiguous range
// in reverse post-order: its entry first, blocks that nothing reaches last, in text order. A block
// holds the nodes it evaluates, in evaluation order; its edges out are a contiguous range, in the
// order of the choice (true before false). All of it is struct of arrays with dense ids over the
// whole file.
//
// What a block evaluates are expressions, simple statements, and of compound ones the node that
// acts: `For` and `comprehension` take the next item, `withitem` enters, `ExceptHandler`, `alias`
// and `arg` bind. Operators that only choose a way (`and`, `or`, `not` and conditional expressions
// in a condition) evaluate nothing and are in no block. An entry marked kImplicit is a further
// action of a node that stands elsewhere: the exit of a `with`, the clearing of an exception's
// name, an inner comparison of a chain.
//
// Exceptions (Choi et al. 1999, "Efficient and precise modeling of exceptions"): a bit per node
// says that it may raise, `handler_region` of its block where the exception goes. Stored exception
// edges are those into handlers, one per raising block, and those of `raise` and `assert`; the
// former carry kImplicitRaise. A finally body stands once; its edges out carry the completion that
// takes them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/id.h"
#include "base/pod_vector.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::flow {

using parse::NodeId;
using FlowScopeId = Id<struct FlowScopeTag>;
using BlockId = Id<struct BlockTag>;
using EdgeId = Id<struct FlowEdgeTag>;

enum class BlockKind : uint8_t {
  kEntry,
  kBody,
  kCondition,
  kLoopHead,
  kHandler,
  kFinally,
  kWithExit,
  kExit,
  kRaiseExit
};
inline constexpr std::string_view kBlockKindNames[] = {"entry",     "body",    "condition",
                                                       "loop_head", "handler", "finally",
                                                       "with_exit", "exit",    "raise_exit"};

enum class FlowEdgeKind : uint8_t {
  kNext,
  kTrue,
  kFalse,
  kCase,
  kLoopBack,
  kBreak,
  kContinue,
  kReturn,
  kException,
  kFinally  // leaves a finally body
};
inline constexpr std::string_view kFlowEdgeKindNames[] = {
    "next",  "true",     "false",  "case",      "loop_back",
    "break", "continue", "return", "exception", "finally"};

/// How a finally body, entered in several ways, goes on. kNone for edges that leave no such body.
enum class Completion : uint8_t { kNone, kNormal, kReturn, kBreak, kContinue, kRaise };
inline constexpr std::string_view kCompletionNames[] = {"",      "normal",   "return",
                                                        "break", "continue", "raise"};

namespace flow_node_flag {
inline constexpr uint8_t kMayRaise = 1;
inline constexpr uint8_t kImplicit = 2;  // an action of a node that is evaluated elsewhere
}  // namespace flow_node_flag

namespace flow_edge_flag {
inline constexpr uint8_t kBack = 1;           // to the head of a loop around its source
inline constexpr uint8_t kImplicitRaise = 2;  // taken only if an operation raises by itself
// Exception edges leave a block at each node that may raise, and:
inline constexpr uint8_t kAtEnd = 4;    // at its end, by a raise or by what was raised before
inline constexpr uint8_t kAtBegin = 8;  // at its begin, where a `try` or `with` body begins
}  // namespace flow_edge_flag

class ControlFlow {
 public:
  // --- scopes ---
  int32_t scope_count() const { return static_cast<int32_t>(scope_nodes_.size()); }
  /// Module, ClassDef, FunctionDef, AsyncFunctionDef, Lambda, ListComp, SetComp, DictComp or
  /// GeneratorExp.
  NodeId scope_node(FlowScopeId s) const { return scope_nodes_[s.index()]; }
  BlockId blocks_begin(FlowScopeId s) const { return BlockId{block_begins_[s.index()]}; }
  BlockId blocks_end(FlowScopeId s) const { return BlockId{block_begins_[s.index() + 1]}; }
  BlockId entry(FlowScopeId s) const { return blocks_begin(s); }
  BlockId exit(FlowScopeId s) const { return exits_[s.index()]; }
  /// Where explicit raises leave the scope; none if no such edge exists.
  BlockId raise_exit(FlowScopeId s) const { return raise_exits_[s.index()]; }

  // --- blocks ---
  int32_t block_count() const { return static_cast<int32_t>(kinds_.size()); }
  BlockKind kind(BlockId b) const { return kinds_[b.index()]; }
  std::span<const NodeId> nodes(BlockId b) const {
    return {nodes_.data() + node_begins_[b.index()], static_cast<size_t>(node_count(b))};
  }
  /// Bits of flow_node_flag, parallel to nodes(b).
  std::span<const uint8_t> node_flags(BlockId b) const {
    return {node_flags_.data() + node_begins_[b.index()], static_cast<size_t>(node_count(b))};
  }
  /// The block an exception raised here goes to: the dispatch of the innermost try, with or finally
  /// around it. None: it leaves the scope.
  BlockId handler_region(BlockId b) const { return regions_[b.index()]; }
  /// Number of try and with statements around the block whose exits it must take.
  uint16_t try_depth(BlockId b) const { return try_depths_[b.index()]; }
  /// False for code that no path enters; constant conditions count as CPython folds them.
  bool is_reachable(BlockId b) const { return reachable_[b.index()] != 0; }

  // --- edges: those out of b are the ids [edges_begin(b), edges_end(b)) ---
  int32_t edge_count() const { return static_cast<int32_t>(edge_kinds_.size()); }
  EdgeId edges_begin(BlockId b) const { return EdgeId{edge_begins_[b.index()]}; }
  EdgeId edges_end(BlockId b) const { return EdgeId{edge_begins_[b.index() + 1]}; }
  /// Edges into b, ascending.
  std::span<const EdgeId> in_edges(BlockId b) const {
    const int32_t at = in_begins_[b.index()];
    return {in_edges_.data() + at, static_cast<size_t>(in_begins_[b.index() + 1] - at)};
  }
  BlockId source(EdgeId e) const { return sources_[e.index()]; }
  BlockId target(EdgeId e) const { return targets_[e.index()]; }
  FlowEdgeKind kind(EdgeId e) const { return edge_kinds_[e.index()]; }
  Completion completion(EdgeId e) const { return completions_[e.index()]; }
  bool has(EdgeId e, uint8_t flag) const { return (edge_flags_[e.index()] & flag) != 0; }
  /// True for edges that an exception takes, explicit or not.
  bool is_exceptional(EdgeId e) const {
    return kind(e) == FlowEdgeKind::kException || completion(e) == Completion::kRaise;
  }
  /// The node whose value chooses the edge; none where there is no choice.
  NodeId condition(EdgeId e) const { return conditions_[e.index()]; }

 private:
  friend class CfgBuilder;
  int32_t node_count(BlockId b) const {
    return node_begins_[b.index() + 1] - node_begins_[b.index()];
  }
  PodVector<NodeId> scope_nodes_;
  PodVector<int32_t> block_begins_;  // scope_count() + 1
  PodVector<BlockId> exits_, raise_exits_;
  PodVector<BlockKind> kinds_;
  PodVector<int32_t> node_begins_, edge_begins_, in_begins_;  // block_count() + 1
  PodVector<BlockId> regions_;
  PodVector<uint16_t> try_depths_;
  PodVector<uint8_t> reachable_;
  PodVector<NodeId> nodes_;
  PodVector<uint8_t> node_flags_;
  PodVector<BlockId> sources_, targets_;
  PodVector<FlowEdgeKind> edge_kinds_;
  PodVector<Completion> completions_;
  PodVector<uint8_t> edge_flags_;
  PodVector<NodeId> conditions_;
  PodVector<EdgeId> in_edges_;
};

/// The control flow of every flow scope of a module. Total: partial trees give what they hold.
/// Cost: linear in nodes. Iterative: depth of the tree does not matter.
ControlFlow BuildControlFlow(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols);

}  // namespace codeanatomy::flow
