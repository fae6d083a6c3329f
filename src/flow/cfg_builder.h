// CfgBuilder: builds the graphs of one file, scope after scope. See cfg_builder.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "flow/cfg.h"

namespace codeanatomy::flow {

class CfgBuilder {
 public:
  CfgBuilder(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols);
  ControlFlow Build();

 private:
  enum class Op : uint8_t {
    kEval,          // node: expression, for its value
    kTarget,        // node: is stored to or deleted
    kEmit,          // node: acts in the current block
    kEmitImplicit,  // the same, an action of a node that stands elsewhere
    kStatement,     // node
    kSuite,         // statements of field `extra` of node
    kBranch,        // node: condition; to block a if true, else b
    kTest,          // node was evaluated last: ends the block, to a if true, else b
    kChoose,  // node chose, which has no truth value: to a (FlowEdgeKind extra), else b if there is
              // one
    kPlace,   // block a begins here, control falls into it
    kJump,    // to block a, FlowEdgeKind extra
    kLeave,   // Completion extra
    kRaise,   // explicitly
    kEnterLoop,     // break to a, continue to b
    kEnterTry,      // exceptions go to block a
    kEnterFinally,  // exceptions and exits go to block a
    kEnterCleanup,  // node: withitem, or ExceptHandler with a name; BlockKind extra
    kExitCleanup,
    kPopFrame,
    kFinallyBody,  // begins with block a
    kFinallyEnd,   // control goes on in block a
    kReraise,      // to a if it is valid (FlowEdgeKind extra, node chose), else what came to b is
                   // raised on
    kBindPattern   // node
  };
  struct Step {
    Op op;
    NodeId node{};
    int32_t a = -1, b = -1;
    uint8_t extra = 0;
  };

  // A construct around the current place that exits have to go through.
  enum class FrameKind : uint8_t { kLoop, kTry, kFinally, kCleanup };
  struct Frame {
    FrameKind kind;
    NodeId node{};     // kCleanup
    BlockId region{};  // where exceptions go; a loop's is that around it
    BlockId break_to{}, continue_to{};
    std::array<BlockId, 6> exits{};  // kCleanup: block per completion
    uint8_t pending = 0;             // kFinally: bit per completion that enters the body
    bool raised = false;             // by an explicit raise
    uint16_t depth = 0;              // try_depth around the frame
  };

  // Graph of the scope being built; blocks in order of creation.
  struct BlockData {
    BlockKind kind;
    bool is_live = false, is_placed = false;
    bool is_raised_to = false;  // by an explicit raise
    uint16_t try_depth = 0;
    BlockId region{};
    int32_t nodes_begin = 0, nodes_end = 0;
  };
  struct EdgeDetail {
    NodeId condition{};
    Completion completion = Completion::kNone;
    uint8_t flags = 0;
  };
  struct EdgeData {
    BlockId source, target;
    NodeId condition;
    FlowEdgeKind kind;
    Completion completion;
    uint8_t flags;
  };

  void BuildScope(NodeId scope);
  void ScopeSteps(NodeId scope);
  void Execute(const Step& step);
  void ExecuteFrame(const Step& step);
  void Do(std::initializer_list<Step> steps);
  void ReverseFrom(size_t mark);

  // blocks
  BlockId NewBlock(BlockKind kind = BlockKind::kBody);
  void Place(BlockId block);
  BlockId Current();
  BlockId Close();
  void AddEdge(BlockId source, BlockId target, FlowEdgeKind kind, EdgeDetail detail);
  void AddEdge(BlockId source, BlockId target, FlowEdgeKind kind) {
    AddEdge(source, target, kind, EdgeDetail{});
  }
  void Emit(NodeId node, bool may_raise, uint8_t flags = 0);
  bool MayRaise(NodeId node) const;

  // ways out
  void Leave(BlockId from, Completion completion);
  void LeaveAs(BlockId from, Completion completion, FlowEdgeKind kind, Completion label);
  BlockId NewCleanupBlock(size_t frame);
  void RaiseFrom(BlockId from, FlowEdgeKind kind, EdgeDetail detail, bool is_explicit);
  void EnterRegion(Frame frame);
  void ExitCleanup();
  void FinallyEnd(BlockId after);
  BlockId Region() const { return frames_.empty() ? BlockId{} : frames_.back().region; }
  uint16_t Depth() const {
    if (frames_.empty()) return 0;
    const Frame& top = frames_.back();
    return static_cast<uint16_t>(top.depth + (top.kind == FrameKind::kLoop ? 0 : 1));
  }

  // syntax
  void Evaluate(NodeId node);
  void EvaluateChildren(NodeId node);
  void EvaluateChoice(NodeId node);
  void EvaluateDefinition(NodeId node);
  void Target(NodeId node);
  void Branch(const Step& step);
  void BranchCompare(const Step& step);
  void Test(const Step& step);
  void Statement(NodeId node);
  void SimpleStatement(NodeId node);
  void Loop(NodeId node);
  void With(NodeId node);
  void Try(NodeId node);
  void Handlers(NodeId node, BlockId dispatch, BlockId end);
  void Match(NodeId node);
  void BindPattern(NodeId pattern);
  void Comprehension(NodeId node);
  void PushEach(Op op, NodeId node, AstField field);
  void Push(Op op, NodeId node);
  bool EvaluatesAnnotations() const;
  std::optional<bool> ConstantTruth(NodeId node) const;

  // result
  void AddExceptionEdges();
  void SortEdges();
  size_t OrderBlocks();
  void Freeze(NodeId scope);
  void IndexTargets();

  const parse::SyntaxTree& tree_;
  const symbols::SymbolTable& symbols_;
  ControlFlow flow_;
  NodeId scope_{};
  PodVector<Step> stack_;
  std::vector<Frame> frames_;
  std::vector<Frame> finally_;  // those whose body is being built
  std::vector<BlockData> blocks_;
  std::vector<BlockId> placed_;
  std::vector<EdgeData> edges_;
  PodVector<NodeId> nodes_;
  PodVector<uint8_t> node_flags_;
  BlockId current_{}, exit_{}, raise_exit_{};

  // Of Freeze.
  struct Visit {
    BlockId block;
    int32_t next;  // edges below it are still to be followed
  };
  std::vector<int32_t> edge_begins_;
  std::vector<EdgeData> sorted_edges_;
  std::vector<uint8_t> seen_;  // by block
  std::vector<Visit> open_;
  std::vector<BlockId> order_, renamed_;
};

/// Whether a pattern matches every subject.
bool IsIrrefutable(const parse::SyntaxTree& tree, NodeId pattern);

}  // namespace codeanatomy::flow
