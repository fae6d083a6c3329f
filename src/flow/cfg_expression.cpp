// Expressions as steps of the builder: evaluation for a value, and as a condition that jumps.
#include <algorithm>

#include "flow/cfg_builder.h"

namespace codeanatomy::flow {
namespace {

bool IsZero(std::string_view number) {
  if (number.starts_with("0x") || number.starts_with("0X")) number.remove_prefix(2);
  for (const char c : number) {
    if (c == 'e' || c == 'E') return true;
    if ((c >= '1' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      return c == 'b' || c == 'B';  // 0b0: a digit after it would have been seen first
    }
  }
  return true;
}

bool ComparesIdentity(AstOperator op) {
  return op == AstOperator::kIs || op == AstOperator::kIsNot;
}

}  // namespace

// What CPython knows of a condition while it compiles.
std::optional<bool> CfgBuilder::ConstantTruth(NodeId node) const {
  bool negated = false;
  while (tree_.kind(node) == AstKind::kUnaryOp && tree_.Operator(node) == AstOperator::kNot) {
    node = tree_.Child(node, AstField::kOperand);
    negated = !negated;
  }
  if (tree_.kind(node) == AstKind::kName) {
    if (tree_.name_text(tree_.Name(node, AstField::kId)) == "__debug__") return !negated;
    return std::nullopt;
  }
  if (tree_.kind(node) == AstKind::kTuple && tree_.Children(node, AstField::kElts).empty()) {
    return negated;
  }
  if (tree_.kind(node) != AstKind::kConstant) return std::nullopt;
  const parse::Constant& value = tree_.constant(tree_.ConstantAt(node, AstField::kValue));
  bool truth = true;
  switch (value.kind) {
    case parse::ConstantKind::kNone:
    case parse::ConstantKind::kFalse:
      truth = false;
      break;
    case parse::ConstantKind::kTrue:
    case parse::ConstantKind::kEllipsis:
      break;
    case parse::ConstantKind::kStr:
    case parse::ConstantKind::kBytes:
      truth = !value.text.empty();
      break;
    default:
      truth = !IsZero(value.text);
  }
  return truth != negated;
}

// Whether the action of the node itself may raise, its operands aside.
bool CfgBuilder::MayRaise(NodeId node) const {
  switch (tree_.kind(node)) {
    case AstKind::kName: {
      if (tree_.Context(node) == ExprContext::kStore) return false;
      const symbols::SymbolId symbol = symbols_.symbol_of(node);
      // A parameter that nothing deletes or binds anew is bound.
      return !symbol.valid() || !symbols_.has(symbol, symbols::symbol_flag::kParameter) ||
             symbols_.has(symbol, symbols::symbol_flag::kAssigned);
    }
    case AstKind::kTuple:
    case AstKind::kList:
      return tree_.Context(node) == ExprContext::kStore;  // unpacks
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      return !tree_.Children(node, AstField::kDecoratorList).empty();
    case AstKind::kCompare: {
      const auto ops = tree_.RawList(node, AstField::kOps);
      return !std::all_of(ops.begin(), ops.end(), [](int32_t op) {
        return ComparesIdentity(static_cast<AstOperator>(op));
      });
    }
    case AstKind::kClassDef:
    case AstKind::kAugAssign:
    case AstKind::kRaise:
    case AstKind::kAssert:
    case AstKind::kFor:
    case AstKind::kAsyncFor:
    case AstKind::kComprehension:
    case AstKind::kWithitem:
    case AstKind::kAlias:
    case AstKind::kBinOp:
    case AstKind::kUnaryOp:
    case AstKind::kDict:
    case AstKind::kSet:
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
    case AstKind::kAwait:
    case AstKind::kYield:
    case AstKind::kYieldFrom:
    case AstKind::kCall:
    case AstKind::kFormattedValue:
    case AstKind::kInterpolation:
    case AstKind::kAttribute:
    case AstKind::kSubscript:
    case AstKind::kStarred:
    case AstKind::kMatchValue:
    case AstKind::kMatchSequence:
    case AstKind::kMatchMapping:
    case AstKind::kMatchClass:
    case AstKind::kError:
      return true;
    default:
      return false;
  }
}

bool CfgBuilder::EvaluatesAnnotations() const {
  return tree_.version() < PythonVersion::k314 && !symbols_.has_future_annotations();
}

void CfgBuilder::Evaluate(NodeId node) {
  if (!node.valid()) return;
  switch (tree_.kind(node)) {
    case AstKind::kBoolOp:
    case AstKind::kIfExp:
    case AstKind::kCompare:
      return EvaluateChoice(node);
    case AstKind::kLambda:
      return EvaluateDefinition(node);
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp: {
      const auto generators = tree_.Children(node, AstField::kGenerators);
      const NodeId iterable =
          generators.empty() ? NodeId{} : tree_.Child(generators[0], AstField::kIter);
      return Do({{Op::kEval, iterable}, {Op::kEmit, node}});
    }
    case AstKind::kNamedExpr:
      return Do({{Op::kEval, tree_.Child(node, AstField::kValue)},
                 {Op::kTarget, tree_.Child(node, AstField::kTarget)},
                 {Op::kEmit, node}});
    case AstKind::kDict: {
      const size_t mark = stack_.size();
      const auto keys = tree_.Children(node, AstField::kKeys);
      const auto values = tree_.Children(node, AstField::kValues);
      for (size_t i = 0; i < values.size(); ++i) {
        if (i < keys.size()) Push(Op::kEval, keys[i]);
        Push(Op::kEval, values[i]);
      }
      Push(Op::kEmit, node);
      return ReverseFrom(mark);
    }
    case AstKind::kKeyword:
      return Do({{Op::kEval, tree_.Child(node, AstField::kValue)}});
    case AstKind::kMatchAs:
    case AstKind::kMatchStar: {
      const size_t mark = stack_.size();
      if (tree_.kind(node) == AstKind::kMatchAs) {
        Push(Op::kEval, tree_.Child(node, AstField::kPattern));
      }
      if (!tree_.Name(node, AstField::kName).valid()) Push(Op::kEmit, node);
      return ReverseFrom(mark);
    }
    default:
      return EvaluateChildren(node);
  }
}

// Operands in the order of the grammar's fields, then the node.
void CfgBuilder::EvaluateChildren(NodeId node) {
  const NodeId end = tree_.subtree_end(node);
  if (end.value == node.value + 1) return Emit(node, MayRaise(node));
  // Names, constants and attributes of names need no step of their own: most operands are these.
  const auto is_plain = [&](NodeId c) {
    return tree_.kind(c) == AstKind::kName || tree_.kind(c) == AstKind::kConstant;
  };
  NodeId next{node.value + 1};
  while (next < end) {
    const NodeId inner{next.value + 1};
    if (is_plain(next)) {
      Emit(next, MayRaise(next));
      next = inner;
    } else if (tree_.kind(next) == AstKind::kAttribute && inner < end && is_plain(inner)) {
      Emit(inner, MayRaise(inner));
      Emit(next, MayRaise(next));
      next = tree_.subtree_end(next);
    } else {
      break;
    }
  }
  if (next == end) return Emit(node, MayRaise(node));
  const size_t mark = stack_.size();
  for (NodeId c = next; c < end; c = tree_.subtree_end(c)) Push(Op::kEval, c);
  Push(Op::kEmit, node);
  ReverseFrom(mark);
}

// Operands that are evaluated only if others ask for it; the node itself is where the ways meet.
void CfgBuilder::EvaluateChoice(NodeId node) {
  const BlockId end = NewBlock();
  const size_t mark = stack_.size();
  if (tree_.kind(node) == AstKind::kIfExp) {
    const BlockId body = NewBlock(), otherwise = NewBlock();
    stack_.push_back(
        {Op::kBranch, tree_.Child(node, AstField::kTest), body.value, otherwise.value});
    stack_.push_back({Op::kPlace, {}, body.value});
    Push(Op::kEval, tree_.Child(node, AstField::kBody));
    stack_.push_back({Op::kJump, {}, end.value});
    stack_.push_back({Op::kPlace, {}, otherwise.value});
    Push(Op::kEval, tree_.Child(node, AstField::kOrelse));
  } else if (tree_.kind(node) == AstKind::kBoolOp) {
    const bool is_and = tree_.Operator(node) == AstOperator::kAnd;
    const auto values = tree_.Children(node, AstField::kValues);
    for (size_t i = 0; i < values.size(); ++i) {
      Push(Op::kEval, values[i]);
      if (i + 1 == values.size()) break;
      const BlockId next = NewBlock();
      stack_.push_back(
          {Op::kTest, values[i], is_and ? next.value : end.value, is_and ? end.value : next.value});
      stack_.push_back({Op::kPlace, {}, next.value});
    }
  } else {
    const auto operands = tree_.Children(node, AstField::kComparators);
    if (operands.size() <= 1) return EvaluateChildren(node);
    Push(Op::kEval, tree_.Child(node, AstField::kLeft));
    for (size_t i = 0; i < operands.size(); ++i) {
      Push(Op::kEval, operands[i]);
      if (i + 1 == operands.size()) break;
      const BlockId next = NewBlock();
      stack_.push_back({Op::kEmitImplicit, node});
      stack_.push_back({Op::kTest, node, next.value, end.value});
      stack_.push_back({Op::kPlace, {}, next.value});
    }
  }
  stack_.push_back({Op::kPlace, {}, end.value});
  Push(Op::kEmit, node);
  ReverseFrom(mark);
}

// What the scope around a definition evaluates of it.
void CfgBuilder::EvaluateDefinition(NodeId node) {
  const size_t mark = stack_.size();
  const bool is_class = tree_.kind(node) == AstKind::kClassDef;
  const bool is_lambda = tree_.kind(node) == AstKind::kLambda;
  if (!is_lambda) PushEach(Op::kEval, node, AstField::kDecoratorList);
  if (is_class) {
    PushEach(Op::kEval, node, AstField::kBases);
    PushEach(Op::kEval, node, AstField::kKeywords);
  } else if (const NodeId args = tree_.Child(node, AstField::kArgs); args.valid()) {
    PushEach(Op::kEval, args, AstField::kDefaults);
    PushEach(Op::kEval, args, AstField::kKwDefaults);
    if (!is_lambda && EvaluatesAnnotations()) {
      for (NodeId c{args.value + 1}; c < tree_.subtree_end(args); c = tree_.subtree_end(c)) {
        if (tree_.kind(c) == AstKind::kArg) Push(Op::kEval, tree_.Child(c, AstField::kAnnotation));
      }
      Push(Op::kEval, tree_.Child(node, AstField::kReturns));
    }
  }
  Push(Op::kEmit, node);
  ReverseFrom(mark);
}

// A place that is bound or deleted: unpacking comes before its parts, all else after.
void CfgBuilder::Target(NodeId node) {
  if (!node.valid()) return;
  const size_t mark = stack_.size();
  switch (tree_.kind(node)) {
    case AstKind::kTuple:
    case AstKind::kList:
      Emit(node, MayRaise(node));
      PushEach(Op::kTarget, node, AstField::kElts);
      break;
    case AstKind::kStarred:
      Push(Op::kTarget, tree_.Child(node, AstField::kValue));
      Push(Op::kEmit, node);
      break;
    default:
      return Evaluate(node);
  }
  ReverseFrom(mark);
}

// A condition jumps as soon as it is known; `and`, `or`, `not` leave no trace but their jumps.
void CfgBuilder::Branch(const Step& step) {
  const NodeId node = step.node;
  if (!node.valid()) return Place(BlockId{step.a});
  switch (tree_.kind(node)) {
    case AstKind::kUnaryOp:
      if (tree_.Operator(node) != AstOperator::kNot) break;
      return Do({{Op::kBranch, tree_.Child(node, AstField::kOperand), step.b, step.a}});
    case AstKind::kBoolOp: {
      const bool is_and = tree_.Operator(node) == AstOperator::kAnd;
      const auto values = tree_.Children(node, AstField::kValues);
      const size_t mark = stack_.size();
      for (size_t i = 0; i < values.size(); ++i) {
        const bool is_last = i + 1 == values.size();
        const int32_t next = is_last ? -1 : NewBlock().value;
        stack_.push_back({Op::kBranch, values[i], is_and && !is_last ? next : step.a,
                          !is_and && !is_last ? next : step.b});
        if (!is_last) stack_.push_back({Op::kPlace, {}, next});
      }
      return ReverseFrom(mark);
    }
    case AstKind::kIfExp: {
      const BlockId body = NewBlock(), otherwise = NewBlock();
      return Do({{Op::kBranch, tree_.Child(node, AstField::kTest), body.value, otherwise.value},
                 {Op::kPlace, {}, body.value},
                 {Op::kBranch, tree_.Child(node, AstField::kBody), step.a, step.b},
                 {Op::kPlace, {}, otherwise.value},
                 {Op::kBranch, tree_.Child(node, AstField::kOrelse), step.a, step.b}});
    }
    case AstKind::kCompare:
      if (tree_.Children(node, AstField::kComparators).size() > 1) return BranchCompare(step);
      break;
    default:
      break;
  }
  Do({{Op::kEval, node}, {Op::kTest, node, step.a, step.b}});
}

void CfgBuilder::BranchCompare(const Step& step) {
  const auto operands = tree_.Children(step.node, AstField::kComparators);
  const size_t mark = stack_.size();
  Push(Op::kEval, tree_.Child(step.node, AstField::kLeft));
  for (size_t i = 0; i < operands.size(); ++i) {
    const bool is_last = i + 1 == operands.size();
    const int32_t next = is_last ? step.a : NewBlock().value;
    Push(Op::kEval, operands[i]);
    stack_.push_back({is_last ? Op::kEmit : Op::kEmitImplicit, step.node});
    stack_.push_back({Op::kTest, step.node, next, step.b});
    if (!is_last) stack_.push_back({Op::kPlace, {}, next});
  }
  ReverseFrom(mark);
}

void CfgBuilder::Test(const Step& step) {
  Current();
  if (const std::optional<bool> truth = ConstantTruth(step.node)) {
    return AddEdge(Close(), BlockId{*truth ? step.a : step.b},
                   *truth ? FlowEdgeKind::kTrue : FlowEdgeKind::kFalse, {.condition = step.node});
  }
  BlockData& data = blocks_[current_.index()];
  if (data.kind == BlockKind::kBody) data.kind = BlockKind::kCondition;
  // Asking an object for its truth may raise as well.
  if (data.nodes_begin < static_cast<int32_t>(nodes_.size()) &&
      tree_.kind(step.node) == AstKind::kName) {
    node_flags_.back() |= flow_node_flag::kMayRaise;
  }
  const BlockId from = Close();
  AddEdge(from, BlockId{step.a}, FlowEdgeKind::kTrue, {.condition = step.node});
  AddEdge(from, BlockId{step.b}, FlowEdgeKind::kFalse, {.condition = step.node});
}

// The body of a comprehension: nested loops around the element. Its first iterable is evaluated
// outside.
void CfgBuilder::Comprehension(NodeId node) {
  const auto generators = tree_.Children(node, AstField::kGenerators);
  const size_t mark = stack_.size();
  const BlockId after = NewBlock();
  BlockId out = after, head{};
  for (size_t i = 0; i < generators.size(); ++i) {
    const NodeId generator = generators[i];
    const BlockId body = NewBlock();
    head = NewBlock(BlockKind::kLoopHead);
    if (i > 0) Push(Op::kEval, tree_.Child(generator, AstField::kIter));
    stack_.push_back({Op::kPlace, {}, head.value});
    Push(Op::kEmit, generator);
    stack_.push_back(
        {Op::kChoose, generator, body.value, out.value, static_cast<uint8_t>(FlowEdgeKind::kTrue)});
    stack_.push_back({Op::kPlace, {}, body.value});
    Push(Op::kTarget, tree_.Child(generator, AstField::kTarget));
    for (const NodeId condition : tree_.Children(generator, AstField::kIfs)) {
      const BlockId next = NewBlock();
      stack_.push_back({Op::kBranch, condition, next.value, head.value});
      stack_.push_back({Op::kPlace, {}, next.value});
    }
    out = head;
  }
  if (tree_.kind(node) == AstKind::kDictComp) {
    Push(Op::kEval, tree_.Child(node, AstField::kKey));
    Push(Op::kEval, tree_.Child(node, AstField::kValue));
  } else {
    Push(Op::kEval, tree_.Child(node, AstField::kElt));
  }
  stack_.push_back({Op::kEmitImplicit, node});
  if (head.valid()) {
    stack_.push_back(
        {Op::kJump, {}, head.value, -1, static_cast<uint8_t>(FlowEdgeKind::kLoopBack)});
  }
  stack_.push_back({Op::kPlace, {}, after.value});
  ReverseFrom(mark);
}

}  // namespace codeanatomy::flow
