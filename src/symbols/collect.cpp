// Pass 1, the walk: which names occur in which scopes.
//
// The tree's preorder is almost CPython's order of visits, so most of a module is one linear scan
// over node ids: a Name binds or uses, everything else is passed over. Where CPython goes another
// way (a function's defaults before its decorators, a comprehension's first iterable outside of its
// scope), the node's parts are planned as tasks on a stack: scan this range, open that scope, close
// it. The rest of the interrupted range waits below them. Order decides the numbers of scopes and
// which of several errors is the first, not flags. Without recursion, any depth is safe.
//
//   def f(a=x): y      scan [def f …)  →  tasks: scan {x} · open f, define a · scan {y} · close
#include "symbols/builder.h"

namespace codeanatomy::symbols {

using parse::SyntaxTree;

SymbolTableBuilder::SymbolTableBuilder(const SyntaxTree& tree)
    : tree_(tree), version_(tree.version()), lines_(tree.text()), names_(tree) {
  const auto nodes = static_cast<size_t>(tree.size());
  node_scopes_.assign(nodes, ScopeId{});
  opened_.assign(nodes, ScopeId{});
  node_symbols_.assign(nodes, SymbolId{});
  recent_.resize(static_cast<size_t>(names_.size()));
  super_ = names_.Intern("super");
  debug_ = names_.Intern("__debug__");
}

SymbolTable SymbolTableBuilder::Build() {
  CheckFutureImports();
  // Before 3.10 `symtable` did not look at these: their errors are compile()'s alone.
  if (!AtLeast(PythonVersion::k310)) diagnostics_.clear();
  Collect();
  Analyze();
  return Freeze();
}

void SymbolTableBuilder::Collect() {
  const NodeId root = tree_.root();
  opened_[root.index()] = Enter(names_.Intern("top"), ScopeType::kModule, root, tree_.span(root));
  node_scopes_[root.index()] = current_;
  tasks_.push_back({Op::kScan, 1, tree_.size()});
  while (!tasks_.empty()) {
    const Task task = tasks_.back();
    tasks_.pop_back();
    Run(task);
  }
  Exit();
}

void SymbolTableBuilder::Run(const Task& task) {
  const NodeId n{task.begin};
  switch (task.op) {
    case Op::kScan:
      return Scan(task.begin, task.end);
    case Op::kExit:
      return Exit();
    case Op::kFunction:
      return EnterFunction(n);
    case Op::kComprehension:
      return EnterComprehension(n);
    case Op::kComprehensionEnd:
      return FinishComprehension(n);
    case Op::kClass:
      return EnterClass(n);
    case Op::kTypeParameters:
      return EnterTypeParameters(n);
    case Op::kTypeAlias:
      return EnterTypeAlias(n, task.end != 0);
    case Op::kTypeVariable:
      return EnterTypeVariable(n, NodeId{task.end}, task.text);
    case Op::kSignatureAnnotations:
      return EnterSignatureAnnotations(n);
    case Op::kReturnAnnotation:
      return EnterReturnAnnotation(n);
    case Op::kVariableAnnotation:
      return EnterVariableAnnotation(n);
    case Op::kTarget:
      current().in_target = task.begin != 0;
      return;
    case Op::kIterable:
      current().iterable_depth = static_cast<int16_t>(current().iterable_depth + task.begin);
      return;
    case Op::kYieldCheck:
      return CheckYield(n);
  }
}

void SymbolTableBuilder::Plan(std::initializer_list<Task> tasks) {
  for (const Task* task = tasks.end(); task != tasks.begin();) {
    --task;
    if (task->op != Op::kScan || task->begin < task->end) tasks_.push_back(*task);
  }
}

SymbolTableBuilder::Task SymbolTableBuilder::ScanNode(NodeId n) const {
  if (!n.valid()) return {Op::kScan};
  return {Op::kScan, n.value, tree_.subtree_end(n).value};
}

SymbolTableBuilder::Task SymbolTableBuilder::ScanList(NodeId n, AstField field) const {
  const auto children = tree_.Children(n, field);
  size_t first = 0, last = children.size();
  while (first < last && !children[first].valid()) ++first;
  while (first < last && !children[last - 1].valid()) --last;
  if (first == last) return {Op::kScan};
  return {Op::kScan, children[first].value, tree_.subtree_end(children[last - 1]).value};
}

void SymbolTableBuilder::Scan(int32_t begin, int32_t end) {
  for (int32_t i = begin; i < end; ++i) {
    const NodeId n{i};
    node_scopes_[n.index()] = current_;
    if (tree_.kind(n) == AstKind::kName) {
      VisitName(n);
      continue;
    }
    const size_t below = tasks_.size();
    tasks_.push_back({Op::kScan, tree_.subtree_end(n).value, end});
    if (Visit(n)) return;
    tasks_.resize(below);
  }
}

bool SymbolTableBuilder::Visit(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      return PlanFunction(n), true;
    case AstKind::kLambda:
      return PlanLambda(n), true;
    case AstKind::kClassDef:
      return PlanClass(n), true;
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
      return PlanComprehension(n), true;
    case AstKind::kTypeAlias:
      return PlanTypeAlias(n), true;
    case AstKind::kTypeVar:
    case AstKind::kParamSpec:
    case AstKind::kTypeVarTuple:
      return PlanTypeParameter(n), true;
    case AstKind::kAnnAssign:
      return PlanAnnAssign(n), true;
    case AstKind::kNamedExpr:
      return PlanNamedExpr(n), true;
    case AstKind::kTry:
    case AstKind::kTryStar:
      if (AtLeast(PythonVersion::k313)) return false;
      Plan({ScanList(n, AstField::kBody), ScanList(n, AstField::kOrelse),
            ScanList(n, AstField::kHandlers), ScanList(n, AstField::kFinalbody)});
      return true;
    case AstKind::kYield:
    case AstKind::kYieldFrom:
      RefusedInAnnotation("yield expression", n);
      if (current().comprehension == Comprehension::kNo) return false;
      Plan({{Op::kScan, n.value + 1, tree_.subtree_end(n).value}, {Op::kYieldCheck, n.value}});
      return true;
    default:
      VisitSimple(n);
      return false;
  }
}

void SymbolTableBuilder::VisitSimple(NodeId n) {
  switch (tree_.kind(n)) {
    case AstKind::kAlias:
      return VisitAlias(n);
    case AstKind::kGlobal:
    case AstKind::kNonlocal:
      return VisitDirective(n);
    case AstKind::kExceptHandler:
    case AstKind::kMatchStar:
    case AstKind::kMatchAs:
      return VisitPatternName(n, AstField::kName);
    case AstKind::kMatchMapping:
      return VisitPatternName(n, AstField::kRest);
    case AstKind::kAwait:
      return CheckAwait(n);
    case AstKind::kAsyncFor:
    case AstKind::kAsyncWith:
      return CheckAsyncStatement(n);
    case AstKind::kImportFrom:
      return CheckLateFutureImport(n);
    case AstKind::kAttribute:
      return CheckWritable(tree_.Name(n, AstField::kAttr), tree_.span(n), tree_.Context(n));
    case AstKind::kKeyword:
      return CheckWritable(tree_.Name(n, AstField::kArg), tree_.span(n), ExprContext::kStore);
    case AstKind::kMatchClass:
      return CheckKeywordPatterns(n);
    default:
      return;
  }
}

}  // namespace codeanatomy::symbols
