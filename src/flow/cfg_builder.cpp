// Control flow graphs from the syntax tree.
//
// Problem. A graph per scope, in one pass, without recursion (generated code nests deeply), with
// each way out of `with` and `try … finally` going through what it must execute.
//
// Method. A stack of steps replaces the recursion: a construct creates the blocks it needs and
// pushes its parts in order, e.g. `if c: a` else `b`:
//
//   branch c → T, F;  place T;  suite a;  jump E;  place F;  suite b;  place E
//
// `place` begins a block, and control that has not left falls into it. A second stack, the frames,
// holds the constructs around the current place. A `return`, `break` or `continue` walks it
// outwards: a frame of cleanup (`with`, the name of a handler) has one block per completion, made
// when first needed; a `finally` notes the completion and stops the walk, which goes on from the
// end of its body. So each frame is passed once per kind of completion, and the whole is linear.
//
// Exceptions. Each try, with and finally is a region with one block that its exceptions go to.
// Entering a region begins a block, with an exception edge right away: signals and interrupts may
// arrive anywhere, so a handler is reachable where its `try` is.
#include "flow/cfg_builder.h"

#include <algorithm>

#include "base/check.h"

namespace codeanatomy::flow {
namespace {

constexpr uint8_t Bit(Completion c) { return static_cast<uint8_t>(1u << static_cast<uint8_t>(c)); }

FlowEdgeKind KindOf(Completion c) {
  switch (c) {
    case Completion::kReturn:
      return FlowEdgeKind::kReturn;
    case Completion::kBreak:
      return FlowEdgeKind::kBreak;
    case Completion::kContinue:
      return FlowEdgeKind::kContinue;
    default:
      return FlowEdgeKind::kNext;
  }
}

bool IsFlowScope(AstKind kind) {
  switch (kind) {
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
      return true;
    default:
      return IsScopeDeclaration(kind);
  }
}

}  // namespace

CfgBuilder::CfgBuilder(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols)
    : tree_(tree), symbols_(symbols) {}

ControlFlow CfgBuilder::Build() {
  for (auto* begins : {&flow_.block_begins_, &flow_.node_begins_, &flow_.edge_begins_}) {
    begins->push_back(0);
  }
  for (NodeId n = tree_.root(); n.value < tree_.size(); ++n.value) {
    if (IsFlowScope(tree_.kind(n))) BuildScope(n);
  }
  IndexTargets();
  return std::move(flow_);
}

void CfgBuilder::BuildScope(NodeId scope) {
  blocks_.clear();
  placed_.clear();
  edges_.clear();
  nodes_.Truncate(0);
  node_flags_.Truncate(0);
  scope_ = scope;
  exit_ = raise_exit_ = current_ = BlockId{};
  const BlockId entry = NewBlock(BlockKind::kEntry);
  exit_ = NewBlock(BlockKind::kExit);
  blocks_[entry.index()].is_live = true;
  Place(entry);
  ScopeSteps(scope);
  while (!stack_.empty()) {
    const Step step = stack_.back();
    stack_.Truncate(stack_.size() - 1);
    Execute(step);
  }
  Leave(Close(), Completion::kReturn);
  Freeze(scope);
}

void CfgBuilder::ScopeSteps(NodeId scope) {
  switch (tree_.kind(scope)) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kLambda: {
      const NodeId args = tree_.Child(scope, AstField::kArgs);
      if (args.valid()) {
        for (NodeId c{args.value + 1}; c < tree_.subtree_end(args); c = tree_.subtree_end(c)) {
          if (tree_.kind(c) == AstKind::kArg) Emit(c, false);
        }
      }
      if (tree_.kind(scope) == AstKind::kLambda) {
        Do({{Op::kPlace, {}, NewBlock().value}, {Op::kEval, tree_.Child(scope, AstField::kBody)}});
        return;
      }
      [[fallthrough]];
    }
    case AstKind::kModule:
    case AstKind::kClassDef:
      Do({{Op::kPlace, {}, NewBlock().value},
          {Op::kSuite, scope, -1, -1, static_cast<uint8_t>(AstField::kBody)}});
      return;
    default:
      Comprehension(scope);
  }
}

// Pushes steps so that the first is executed first.
void CfgBuilder::Do(std::initializer_list<Step> steps) {
  std::reverse_copy(steps.begin(), steps.end(), stack_.Extend(steps.size()));
}

void CfgBuilder::ReverseFrom(size_t mark) {
  std::reverse(stack_.data() + mark, stack_.data() + stack_.size());
}

BlockId CfgBuilder::NewBlock(BlockKind kind) {
  blocks_.push_back({.kind = kind});
  return BlockId{static_cast<int32_t>(blocks_.size()) - 1};
}

void CfgBuilder::Place(BlockId block) {
  if (current_.valid()) {
    const BlockId from = Close();
    AddEdge(from, block, FlowEdgeKind::kNext);
  }
  BlockData& data = blocks_[block.index()];
  CA_CHECK(!data.is_placed, "a block is placed once");
  data.region = Region();
  data.try_depth = Depth();
  data.is_placed = true;
  data.nodes_begin = data.nodes_end = static_cast<int32_t>(nodes_.size());
  placed_.push_back(block);
  current_ = block;
}

// The block to add to: in code that nothing reaches a new one, and one of the region of this place.
BlockId CfgBuilder::Current() {
  if (!current_.valid()) {
    Place(NewBlock());
  } else if (BlockData& data = blocks_[current_.index()]; data.region != Region()) {
    if (data.nodes_begin == static_cast<int32_t>(nodes_.size())) {
      data.region = Region();
      data.try_depth = Depth();
    } else {
      Place(NewBlock());
    }
  }
  return current_;
}

// Ends the current block; none if control has left already.
BlockId CfgBuilder::Close() {
  const BlockId closed = current_;
  if (closed.valid()) blocks_[closed.index()].nodes_end = static_cast<int32_t>(nodes_.size());
  current_ = BlockId{};
  return closed;
}

void CfgBuilder::AddEdge(BlockId source, BlockId target, FlowEdgeKind kind, EdgeDetail detail) {
  const BlockData& from = blocks_[source.index()];
  BlockData& to = blocks_[target.index()];
  to.is_live |= from.is_live;
  uint8_t flags = detail.flags;
  if (to.kind == BlockKind::kLoopHead && to.is_placed) flags |= flow_edge_flag::kBack;
  edges_.push_back({source, target, detail.condition, kind, detail.completion, flags});
}

void CfgBuilder::Emit(NodeId node, bool may_raise, uint8_t flags) {
  if (may_raise) flags |= flow_node_flag::kMayRaise;
  Current();
  nodes_.push_back(node);
  node_flags_.push_back(flags);
}

// --- ways out ---

void CfgBuilder::Leave(BlockId from, Completion completion) {
  if (!from.valid()) return;
  LeaveAs(from, completion, KindOf(completion), Completion::kNone);
}

// Goes outwards from the frames around the current place until the completion has its target or a
// finally body that goes on with it. Code that nothing reaches registers no completion, since its
// ways would seem to be taken.
void CfgBuilder::LeaveAs(BlockId from, Completion completion, FlowEdgeKind kind, Completion label) {
  const bool is_live = blocks_[from.index()].is_live;
  EdgeDetail at{.completion = label};
  for (size_t i = frames_.size(); i-- > 0;) {
    Frame& frame = frames_[i];
    if (frame.kind == FrameKind::kLoop && completion != Completion::kReturn) {
      AddEdge(from, completion == Completion::kBreak ? frame.break_to : frame.continue_to, kind,
              at);
      return;
    }
    if (frame.kind == FrameKind::kFinally) {
      AddEdge(from, frame.region, kind, at);
      if (is_live) frame.pending |= Bit(completion);
      return;
    }
    if (frame.kind != FrameKind::kCleanup || !is_live) continue;
    BlockId& exit = frame.exits[static_cast<size_t>(completion)];
    const bool is_known = exit.valid();
    if (!is_known) exit = NewCleanupBlock(i);
    AddEdge(from, exit, kind, at);
    if (is_known) return;
    from = exit;
    kind = KindOf(completion);
    at = {};
  }
  AddEdge(from, exit_, kind, at);
}

// The action of the frame as a block of its own, outside of the frame.
BlockId CfgBuilder::NewCleanupBlock(size_t frame) {
  const NodeId node = frames_[frame].node;
  const bool is_with = tree_.kind(node) == AstKind::kWithitem;
  const BlockId block = NewBlock(is_with ? BlockKind::kWithExit : BlockKind::kBody);
  BlockData& data = blocks_[block.index()];
  data.region = frame == 0 ? BlockId{} : frames_[frame - 1].region;
  data.try_depth = frames_[frame].depth;
  data.is_placed = true;
  data.nodes_begin = static_cast<int32_t>(nodes_.size());
  nodes_.push_back(node);
  node_flags_.push_back(
      static_cast<uint8_t>(flow_node_flag::kImplicit | (is_with ? flow_node_flag::kMayRaise : 0)));
  data.nodes_end = static_cast<int32_t>(nodes_.size());
  placed_.push_back(block);
  return block;
}

// Raises in `from`, which is closed. `is_explicit`: by a statement, or on from such a raise.
void CfgBuilder::RaiseFrom(BlockId from, FlowEdgeKind kind, EdgeDetail detail, bool is_explicit) {
  detail.flags |= flow_edge_flag::kAtEnd;
  if (!is_explicit) detail.flags |= flow_edge_flag::kImplicitRaise;
  BlockId target = Region();
  if (!target.valid()) {
    if (!raise_exit_.valid()) raise_exit_ = NewBlock(BlockKind::kRaiseExit);
    target = raise_exit_;
  } else if (is_explicit) {
    size_t i = frames_.size() - 1;
    while (frames_[i].kind == FrameKind::kLoop) --i;
    frames_[i].raised = true;
  }
  blocks_[target.index()].is_raised_to |= is_explicit;
  AddEdge(from, target, kind, detail);
}

void CfgBuilder::EnterRegion(Frame frame) {
  frame.depth = Depth();
  frames_.push_back(frame);
  Place(NewBlock());
  AddEdge(current_, frame.region, FlowEdgeKind::kException,
          {.flags = flow_edge_flag::kImplicitRaise | flow_edge_flag::kAtBegin});
}

// Ends a region of cleanup: once for control that arrives here, once for exceptions, which a `with`
// may swallow.
void CfgBuilder::ExitCleanup() {
  const size_t at = frames_.size() - 1;
  const BlockId after = NewBlock();
  if (const BlockId from = Close(); from.valid()) {
    const BlockId exit = NewCleanupBlock(at);
    AddEdge(from, exit, FlowEdgeKind::kNext);
    AddEdge(exit, after, FlowEdgeKind::kNext);
  }
  const Frame frame = frames_.back();
  frames_.pop_back();
  Place(frame.region);
  const bool is_with = tree_.kind(frame.node) == AstKind::kWithitem;
  Emit(frame.node, is_with, flow_node_flag::kImplicit);
  const BlockId failed = Close();
  if (is_with) AddEdge(failed, after, FlowEdgeKind::kNext);
  RaiseFrom(failed, FlowEdgeKind::kException, {}, frame.raised);
  Place(after);
}

void CfgBuilder::FinallyEnd(BlockId after) {
  const Frame frame = finally_.back();
  finally_.pop_back();
  const BlockId from = Close();
  if (from.valid()) {
    if ((frame.pending & Bit(Completion::kNormal)) != 0) {
      AddEdge(from, after, FlowEdgeKind::kFinally, {.completion = Completion::kNormal});
    }
    for (const Completion c : {Completion::kReturn, Completion::kBreak, Completion::kContinue}) {
      if ((frame.pending & Bit(c)) != 0) LeaveAs(from, c, FlowEdgeKind::kFinally, c);
    }
    RaiseFrom(from, FlowEdgeKind::kFinally, {.completion = Completion::kRaise}, frame.raised);
  }
  Place(after);
}

// --- steps ---

void CfgBuilder::Execute(const Step& step) {
  switch (step.op) {
    case Op::kEval:
      return Evaluate(step.node);
    case Op::kTarget:
      return Target(step.node);
    case Op::kEmit:
      return Emit(step.node, MayRaise(step.node));
    case Op::kEmitImplicit:
      return Emit(step.node, MayRaise(step.node), flow_node_flag::kImplicit);
    case Op::kStatement:
      return Statement(step.node);
    case Op::kSuite: {
      const size_t mark = stack_.size();
      PushEach(Op::kStatement, step.node, static_cast<AstField>(step.extra));
      return ReverseFrom(mark);
    }
    case Op::kBranch:
      return Branch(step);
    case Op::kTest:
      return Test(step);
    case Op::kChoose: {
      Current();
      const BlockId from = Close();
      AddEdge(from, BlockId{step.a}, static_cast<FlowEdgeKind>(step.extra),
              {.condition = step.node});
      if (step.b < 0) return;
      return AddEdge(from, BlockId{step.b}, FlowEdgeKind::kFalse, {.condition = step.node});
    }
    case Op::kPlace:
      return Place(BlockId{step.a});
    case Op::kJump:
      if (const BlockId from = Close(); from.valid()) {
        AddEdge(from, BlockId{step.a}, static_cast<FlowEdgeKind>(step.extra));
      }
      return;
    case Op::kLeave:
      Current();
      return Leave(Close(), static_cast<Completion>(step.extra));
    case Op::kRaise:
      Current();
      return RaiseFrom(Close(), FlowEdgeKind::kException, {}, true);
    case Op::kBindPattern:
      return BindPattern(step.node);
    default:
      return ExecuteFrame(step);
  }
}

void CfgBuilder::ExecuteFrame(const Step& step) {
  switch (step.op) {
    case Op::kEnterLoop:
      frames_.push_back({.kind = FrameKind::kLoop,
                         .region = Region(),
                         .break_to = BlockId{step.a},
                         .continue_to = BlockId{step.b},
                         .depth = Depth()});
      return;
    case Op::kEnterTry:
      return EnterRegion({.kind = FrameKind::kTry, .region = BlockId{step.a}});
    case Op::kEnterFinally:
      return EnterRegion({.kind = FrameKind::kFinally, .region = BlockId{step.a}});
    case Op::kEnterCleanup:
      return EnterRegion({.kind = FrameKind::kCleanup,
                          .node = step.node,
                          .region = NewBlock(static_cast<BlockKind>(step.extra))});
    case Op::kPopFrame:
      frames_.pop_back();
      return;
    case Op::kExitCleanup:
      return ExitCleanup();
    case Op::kFinallyBody:
      if (current_.valid() && blocks_[current_.index()].is_live) {
        frames_.back().pending |= Bit(Completion::kNormal);
      }
      finally_.push_back(frames_.back());
      frames_.pop_back();
      return Place(BlockId{step.a});
    case Op::kFinallyEnd:
      return FinallyEnd(BlockId{step.a});
    case Op::kReraise: {
      // The last handler: what it does not match is raised on.
      Current();
      const BlockId from = Close();
      if (step.a >= 0) {
        AddEdge(from, BlockId{step.a}, static_cast<FlowEdgeKind>(step.extra),
                {.condition = step.node});
      }
      return RaiseFrom(from, FlowEdgeKind::kException, {.condition = step.node},
                       blocks_[static_cast<size_t>(step.b)].is_raised_to);
    }
    default:
      return;
  }
}

ControlFlow BuildControlFlow(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols) {
  return CfgBuilder(tree, symbols).Build();
}

}  // namespace codeanatomy::flow
