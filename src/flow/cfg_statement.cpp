// Statements as steps of the builder.
#include "flow/cfg_builder.h"

namespace codeanatomy::flow {

void CfgBuilder::Push(Op op, NodeId node) {
  if (node.valid()) stack_.push_back({op, node});
}

void CfgBuilder::PushEach(Op op, NodeId node, AstField field) {
  for (const NodeId child : tree_.Children(node, field)) Push(op, child);
}

void CfgBuilder::Statement(NodeId node) {
  const auto field = [](AstField f) { return static_cast<uint8_t>(f); };
  switch (tree_.kind(node)) {
    case AstKind::kIf: {
      const BlockId then = NewBlock(), end = NewBlock();
      if (tree_.Children(node, AstField::kOrelse).empty()) {
        return Do({{Op::kBranch, tree_.Child(node, AstField::kTest), then.value, end.value},
                   {Op::kPlace, {}, then.value},
                   {Op::kSuite, node, -1, -1, field(AstField::kBody)},
                   {Op::kPlace, {}, end.value}});
      }
      const BlockId otherwise = NewBlock();
      return Do({{Op::kBranch, tree_.Child(node, AstField::kTest), then.value, otherwise.value},
                 {Op::kPlace, {}, then.value},
                 {Op::kSuite, node, -1, -1, field(AstField::kBody)},
                 {Op::kJump, {}, end.value},
                 {Op::kPlace, {}, otherwise.value},
                 {Op::kSuite, node, -1, -1, field(AstField::kOrelse)},
                 {Op::kPlace, {}, end.value}});
    }
    case AstKind::kWhile:
    case AstKind::kFor:
    case AstKind::kAsyncFor:
      return Loop(node);
    case AstKind::kWith:
    case AstKind::kAsyncWith:
      return With(node);
    case AstKind::kTry:
    case AstKind::kTryStar:
      return Try(node);
    case AstKind::kMatch:
      return Match(node);
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef:
      return EvaluateDefinition(node);
    case AstKind::kAssert: {
      const BlockId failed = NewBlock(), passed = NewBlock();
      return Do({{Op::kBranch, tree_.Child(node, AstField::kTest), passed.value, failed.value},
                 {Op::kPlace, {}, failed.value},
                 {Op::kEval, tree_.Child(node, AstField::kMsg)},
                 {Op::kEmit, node},
                 {Op::kRaise},
                 {Op::kPlace, {}, passed.value}});
    }
    case AstKind::kRaise:
      return Do({{Op::kEval, tree_.Child(node, AstField::kExc)},
                 {Op::kEval, tree_.Child(node, AstField::kCause)},
                 {Op::kEmit, node},
                 {Op::kRaise}});
    case AstKind::kReturn:
      return Do({{Op::kEval, tree_.Child(node, AstField::kValue)},
                 {Op::kEmit, node},
                 {Op::kLeave, {}, -1, -1, static_cast<uint8_t>(Completion::kReturn)}});
    case AstKind::kBreak:
    case AstKind::kContinue: {
      const auto completion =
          tree_.kind(node) == AstKind::kBreak ? Completion::kBreak : Completion::kContinue;
      return Do({{Op::kEmit, node}, {Op::kLeave, {}, -1, -1, static_cast<uint8_t>(completion)}});
    }
    default:
      return SimpleStatement(node);
  }
}

void CfgBuilder::SimpleStatement(NodeId node) {
  const size_t mark = stack_.size();
  switch (tree_.kind(node)) {
    case AstKind::kAssign:
      Push(Op::kEval, tree_.Child(node, AstField::kValue));
      PushEach(Op::kTarget, node, AstField::kTargets);
      break;
    case AstKind::kAugAssign:
      Push(Op::kTarget, tree_.Child(node, AstField::kTarget));
      Push(Op::kEval, tree_.Child(node, AstField::kValue));
      break;
    case AstKind::kAnnAssign:
      Push(Op::kEval, tree_.Child(node, AstField::kValue));
      if (tree_.Child(node, AstField::kValue).valid() || tree_.Int(node, AstField::kSimple) == 0) {
        Push(Op::kTarget, tree_.Child(node, AstField::kTarget));
      }
      if (EvaluatesAnnotations() && !symbols_.is_optimized(symbols_.opened_by(scope_))) {
        Push(Op::kEval, tree_.Child(node, AstField::kAnnotation));
      }
      break;
    case AstKind::kDelete:
      PushEach(Op::kTarget, node, AstField::kTargets);
      break;
    case AstKind::kTypeAlias:
      Push(Op::kTarget, tree_.Child(node, AstField::kName));
      break;
    case AstKind::kImport:
    case AstKind::kImportFrom:
      PushEach(Op::kEmit, node, AstField::kNames);
      break;
    case AstKind::kExpr:
      Push(Op::kEval, tree_.Child(node, AstField::kValue));
      break;
    default:  // pass, global, nonlocal, and what no grammar allows here
      break;
  }
  Push(Op::kEmit, node);
  ReverseFrom(mark);
}

void CfgBuilder::Loop(NodeId node) {
  const BlockId head = NewBlock(BlockKind::kLoopHead);
  const BlockId body = NewBlock(), after = NewBlock();
  const bool has_else = !tree_.Children(node, AstField::kOrelse).empty();
  const BlockId otherwise = has_else ? NewBlock() : after;
  const bool is_while = tree_.kind(node) == AstKind::kWhile;
  const size_t mark = stack_.size();
  if (!is_while) Push(Op::kEval, tree_.Child(node, AstField::kIter));
  stack_.push_back({Op::kPlace, {}, head.value});
  if (is_while) {
    stack_.push_back(
        {Op::kBranch, tree_.Child(node, AstField::kTest), body.value, otherwise.value});
  } else {
    stack_.push_back({Op::kEmit, node});
    stack_.push_back({Op::kChoose, node, body.value, otherwise.value,
                      static_cast<uint8_t>(FlowEdgeKind::kTrue)});
  }
  stack_.push_back({Op::kEnterLoop, {}, after.value, head.value});
  stack_.push_back({Op::kPlace, {}, body.value});
  if (!is_while) Push(Op::kTarget, tree_.Child(node, AstField::kTarget));
  stack_.push_back({Op::kSuite, node, -1, -1, static_cast<uint8_t>(AstField::kBody)});
  stack_.push_back({Op::kJump, {}, head.value, -1, static_cast<uint8_t>(FlowEdgeKind::kLoopBack)});
  stack_.push_back({Op::kPopFrame});
  if (has_else) {
    stack_.push_back({Op::kPlace, {}, otherwise.value});
    stack_.push_back({Op::kSuite, node, -1, -1, static_cast<uint8_t>(AstField::kOrelse)});
  }
  stack_.push_back({Op::kPlace, {}, after.value});
  ReverseFrom(mark);
}

// `with a as x, b: …` is `with a as x:` around `with b: …`.
void CfgBuilder::With(NodeId node) {
  const size_t mark = stack_.size();
  const auto items = tree_.Children(node, AstField::kItems);
  for (const NodeId item : items) {
    Push(Op::kEval, tree_.Child(item, AstField::kContextExpr));
    Push(Op::kEmit, item);
    stack_.push_back({Op::kEnterCleanup, item, -1, -1, static_cast<uint8_t>(BlockKind::kWithExit)});
    Push(Op::kTarget, tree_.Child(item, AstField::kOptionalVars));
  }
  stack_.push_back({Op::kSuite, node, -1, -1, static_cast<uint8_t>(AstField::kBody)});
  for (size_t i = 0; i < items.size(); ++i) stack_.push_back({Op::kExitCleanup});
  ReverseFrom(mark);
}

void CfgBuilder::Try(NodeId node) {
  const bool has_finally = !tree_.Children(node, AstField::kFinalbody).empty();
  const bool has_handlers = !tree_.Children(node, AstField::kHandlers).empty();
  const BlockId body = has_finally ? NewBlock(BlockKind::kFinally) : BlockId{};
  const BlockId dispatch = has_handlers ? NewBlock(BlockKind::kHandler) : BlockId{};
  const BlockId end = NewBlock();
  const auto suite = [&](AstField field) {
    stack_.push_back({Op::kSuite, node, -1, -1, static_cast<uint8_t>(field)});
  };
  const size_t mark = stack_.size();
  if (has_finally) stack_.push_back({Op::kEnterFinally, {}, body.value});
  if (has_handlers) stack_.push_back({Op::kEnterTry, {}, dispatch.value});
  suite(AstField::kBody);
  if (has_handlers) stack_.push_back({Op::kPopFrame});
  suite(AstField::kOrelse);
  stack_.push_back({Op::kJump, {}, end.value});
  if (has_handlers) Handlers(node, dispatch, end);
  stack_.push_back({Op::kPlace, {}, end.value});
  if (has_finally) {
    stack_.push_back({Op::kFinallyBody, {}, body.value});
    suite(AstField::kFinalbody);
    stack_.push_back({Op::kFinallyEnd, {}, NewBlock().value});
  }
  ReverseFrom(mark);
}

// Pushes the clauses in order: each tests its type in a handler block and binds in its body. After
// a clause of `except*` the rest of the group goes to the next one.
void CfgBuilder::Handlers(NodeId node, BlockId dispatch, BlockId end) {
  const bool is_star = tree_.kind(node) == AstKind::kTryStar;
  const auto handlers = tree_.Children(node, AstField::kHandlers);
  BlockId test = dispatch;
  for (size_t i = 0; i < handlers.size(); ++i) {
    const NodeId handler = handlers[i];
    const NodeId type = tree_.Child(handler, AstField::kType);
    const bool is_last = i + 1 == handlers.size();
    const BlockId next = is_last && !is_star
                             ? BlockId{}
                             : NewBlock(is_last ? BlockKind::kBody : BlockKind::kHandler);
    const bool is_named = tree_.Name(handler, AstField::kName).valid();
    stack_.push_back({Op::kPlace, {}, test.value});
    if (type.valid()) {
      const BlockId body = NewBlock();
      const auto choice = static_cast<uint8_t>(FlowEdgeKind::kTrue);
      Push(Op::kEval, type);
      if (next.valid()) {
        stack_.push_back({Op::kChoose, type, body.value, next.value, choice});
      } else {
        stack_.push_back({Op::kReraise, type, body.value, dispatch.value, choice});
      }
      stack_.push_back({Op::kPlace, {}, body.value});
    }
    Push(Op::kEmit, handler);
    if (is_named) {
      stack_.push_back(
          {Op::kEnterCleanup, handler, -1, -1, static_cast<uint8_t>(BlockKind::kFinally)});
    }
    stack_.push_back({Op::kSuite, handler, -1, -1, static_cast<uint8_t>(AstField::kBody)});
    if (is_named) stack_.push_back({Op::kExitCleanup});
    stack_.push_back({Op::kJump, {}, is_star ? next.value : end.value});
    test = next;
  }
  if (is_star) {
    stack_.push_back({Op::kPlace, {}, test.value});
    stack_.push_back(
        {Op::kReraise, {}, end.value, dispatch.value, static_cast<uint8_t>(FlowEdgeKind::kNext)});
  }
}

void CfgBuilder::Match(NodeId node) {
  const size_t mark = stack_.size();
  const BlockId end = NewBlock();
  Push(Op::kEval, tree_.Child(node, AstField::kSubject));
  Push(Op::kEmit, node);
  const auto cases = tree_.Children(node, AstField::kCases);
  for (size_t i = 0; i < cases.size(); ++i) {
    const NodeId pattern = tree_.Child(cases[i], AstField::kPattern);
    const NodeId guard = tree_.Child(cases[i], AstField::kGuard);
    const BlockId next = i + 1 < cases.size() ? NewBlock() : end;
    const BlockId matched = NewBlock();
    Push(Op::kEval, pattern);
    stack_.push_back({Op::kChoose, pattern, matched.value,
                      IsIrrefutable(tree_, pattern) ? -1 : next.value,
                      static_cast<uint8_t>(FlowEdgeKind::kCase)});
    stack_.push_back({Op::kPlace, {}, matched.value});
    Push(Op::kBindPattern, pattern);
    if (guard.valid()) {
      const BlockId body = NewBlock();
      stack_.push_back({Op::kBranch, guard, body.value, next.value});
      stack_.push_back({Op::kPlace, {}, body.value});
    }
    stack_.push_back({Op::kSuite, cases[i], -1, -1, static_cast<uint8_t>(AstField::kBody)});
    stack_.push_back({Op::kJump, {}, end.value});
    if (next != end) stack_.push_back({Op::kPlace, {}, next.value});
  }
  stack_.push_back({Op::kPlace, {}, end.value});
  ReverseFrom(mark);
}

// Names are bound when the whole pattern has matched.
void CfgBuilder::BindPattern(NodeId pattern) {
  for (NodeId n = pattern; n < tree_.subtree_end(pattern); ++n.value) {
    switch (tree_.kind(n)) {
      case AstKind::kMatchAs:
      case AstKind::kMatchStar:
        if (tree_.Name(n, AstField::kName).valid()) Emit(n, false);
        break;
      case AstKind::kMatchMapping:
        if (tree_.Name(n, AstField::kRest).valid()) Emit(n, false, flow_node_flag::kImplicit);
        break;
      default:
        break;
    }
  }
}

bool IsIrrefutable(const parse::SyntaxTree& tree, NodeId pattern) {
  while (pattern.valid()) {
    if (tree.kind(pattern) == AstKind::kMatchAs) {
      pattern = tree.Child(pattern, AstField::kPattern);
      if (!pattern.valid()) return true;
    } else if (tree.kind(pattern) == AstKind::kMatchOr) {
      const auto alternatives = tree.Children(pattern, AstField::kPatterns);
      if (alternatives.empty()) return false;
      pattern = alternatives.back();
    } else {
      return false;
    }
  }
  return false;
}

}  // namespace codeanatomy::flow
