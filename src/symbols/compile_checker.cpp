// The walk over a module that looks for what the code generator refuses.
//
// One scan over the nodes in preorder checks each by itself. What a statement must know of its
// surroundings comes from the symbol table (its scope) or from a stack of open blocks: loops,
// `try`, `with` and handlers, as CPython's code generator stacks them. Errors that hang on
// something later (a `yield` behind a `return`) are settled when the scan is through.
//
// CPython stops at the first error in the order in which it generates code, which is not that of
// the text: the value of an assignment comes before its targets. Only if there are several errors,
// the tree is walked once more, in that order, until the first of them is met.
#include "symbols/compile_checker.h"

#include <algorithm>

namespace codeanatomy::symbols {
namespace {

constexpr uint8_t kCompileStage = 3;

bool IsStatementOrHandler(AstKind kind) {
  const AstSort sort = GetAstKindInfo(kind).sort;
  return sort == AstSort::kStmt || sort == AstSort::kExceptHandler;
}

bool IsComprehension(AstKind kind) {
  return kind == AstKind::kListComp || kind == AstKind::kSetComp || kind == AstKind::kDictComp ||
         kind == AstKind::kGeneratorExp;
}

/// Where the code of a child comes among its siblings.
int64_t Rank(AstKind parent, AstField slot, int32_t index) {
  const auto order = [slot](std::initializer_list<AstField> fields) {
    int64_t rank = 0;
    for (const AstField field : fields) {
      if (field == slot) return rank;
      ++rank;
    }
    return rank;
  };
  using enum AstField;
  switch (parent) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      return order({kDecoratorList, kTypeParams, kArgs, kReturns, kBody});
    case AstKind::kClassDef:
      return order({kDecoratorList, kTypeParams, kBody, kBases, kKeywords});
    case AstKind::kArguments:
      return order({kDefaults, kKwDefaults});
    case AstKind::kAssign:
    case AstKind::kNamedExpr:
      return order({kValue, kTargets, kTarget});
    case AstKind::kAnnAssign:
      return order({kValue, kTarget, kAnnotation});
    case AstKind::kFor:
    case AstKind::kAsyncFor:
      return order({kIter, kTarget, kBody, kOrelse});
    case AstKind::kComprehension:
      return order({kIter, kTarget, kIfs});
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
      return order({kGenerators, kElt, kKey, kValue});
    case AstKind::kTry:
    case AstKind::kTryStar:
      return order({kBody, kOrelse, kHandlers, kFinalbody});
    case AstKind::kDict:
      return int64_t{index} * 2 + (slot == kValues ? 1 : 0);
    default:
      return 0;
  }
}

}  // namespace

CompileChecker::CompileChecker(const parse::SyntaxTree& tree, const SymbolTable& table)
    : tree_(tree), table_(table), version_(tree.version()), lines_(tree.text()) {
  awaits_.assign(static_cast<size_t>(table.scope_count()), 0);
  yields_.assign(static_cast<size_t>(table.scope_count()), 0);
  for (int32_t i = 0; i < tree.name_count(); ++i) {
    if (tree.name_text(parse::NameId{i}) == "__debug__") debug_ = parse::NameId{i};
  }
}

std::vector<parse::Diagnostic> CompileChecker::Run() {
  Scan();
  FinishComprehensions();
  FinishReturns();
  if (!AtLeast(PythonVersion::k39)) {
    // Those were raised before any of the others.
    const auto is_tree_error = [](const Found& f) { return f.tree_error; };
    if (std::any_of(found_.begin(), found_.end(), is_tree_error)) {
      std::erase_if(found_, [&](const Found& f) { return !f.tree_error; });
    }
  }
  return Finish();
}

std::vector<parse::Diagnostic> CompileChecker::RunOnTree() {
  if (AtLeast(PythonVersion::k39)) return {};
  Scan();
  std::erase_if(found_, [](const Found& f) { return !f.tree_error; });
  return Finish();
}

void CompileChecker::ReportAt(NodeId n, ByteSpan where, std::string message, bool after,
                              bool tree_error) {
  found_.push_back({n, after, tree_error, where, std::move(message), parse::ShownLine::kOfSpan});
}

/// Whether `n` is an annotation without code: in functions that of variables, with the future
/// statement any, but that of other targets than names before 3.10.
bool CompileChecker::IsUnevaluated(NodeId n) const {
  const AstKind around = tree_.kind(tree_.parent(n));
  const AstField slot = tree_.slot(n);
  const bool is_function = around == AstKind::kFunctionDef || around == AstKind::kAsyncFunctionDef;
  if (slot == AstField::kReturns) return is_function && table_.has_future_annotations();
  if (slot != AstField::kAnnotation) return false;
  if (around == AstKind::kArg) return table_.has_future_annotations();
  const NodeId assignment = tree_.parent(n);
  if (IsFunctionLike(table_.scope_of(assignment))) return true;
  const bool simple = tree_.Int(assignment, AstField::kSimple) != 0;
  return table_.has_future_annotations() && (simple || AtLeast(PythonVersion::k310));
}

/// What stages before the code generator find in an annotation without code: the symbol table of
/// 3.14, and the parser of 3.8.
void CompileChecker::CheckUnevaluated(NodeId n) {
  const AstKind kind = tree_.kind(n);
  const bool awaits = kind == AstKind::kAwait || kind == AstKind::kComprehension ||
                      kind == AstKind::kListComp || kind == AstKind::kSetComp ||
                      kind == AstKind::kDictComp || kind == AstKind::kGeneratorExp;
  if (AtLeast(PythonVersion::k314)) {
    if (awaits) Check(n);
  } else if (!AtLeast(PythonVersion::k39) && !awaits) {
    const size_t before = found_.size();
    Check(n);
    const auto is_of_code = [](const Found& f) { return !f.tree_error; };
    found_.erase(std::remove_if(found_.begin() + static_cast<std::ptrdiff_t>(before), found_.end(),
                                is_of_code),
                 found_.end());
  }
}

void CompileChecker::Scan() {
  NodeId unevaluated_end{0};
  for (NodeId n{1}; n.value < tree_.size(); ++n.value) {
    if (n < unevaluated_end || IsUnevaluated(n)) {
      if (n >= unevaluated_end) unevaluated_end = tree_.subtree_end(n);
      CheckUnevaluated(n);
      continue;
    }
    const AstKind kind = tree_.kind(n);
    if (IsStatementOrHandler(kind)) {
      while (!blocks_.empty() && blocks_.back().end <= n) blocks_.pop_back();
      OpenBlocks(n);
    }
    Check(n);
  }
}

NodeId CompileChecker::EndOfList(NodeId n, AstField field) const {
  const auto children = tree_.Children(n, field);
  for (size_t i = children.size(); i-- > 0;) {
    if (children[i].valid()) return tree_.subtree_end(children[i]);
  }
  return NodeId{n.value + 1};
}

/// Opens the blocks that begin with the statement or handler `n`.
void CompileChecker::OpenBlocks(NodeId n) {
  if (tree_.slot_index(n) != 0) return;
  const NodeId parent = tree_.parent(n);
  const AstField slot = tree_.slot(n);
  const AstKind kind = tree_.kind(parent);
  const NodeId end = EndOfList(parent, slot);
  switch (kind) {
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
    case AstKind::kClassDef:
      return OpenBlock(parent, end, BlockKind::kScope);
    case AstKind::kFor:
    case AstKind::kAsyncFor:
    case AstKind::kWhile:
      if (slot == AstField::kBody) OpenBlock(parent, end, BlockKind::kLoop);
      return;
    case AstKind::kWith:
    case AstKind::kAsyncWith: {
      constexpr size_t kMany = 24;  // more than fit are as many as just do not
      const auto items = tree_.Children(parent, AstField::kItems);
      for (size_t i = 0; i < std::min(items.size(), kMany); ++i) {
        const NodeId manager =
            items[i].valid() ? tree_.Child(items[i], AstField::kContextExpr) : NodeId{};
        const bool has_place = AtLeast(PythonVersion::k313) && manager.valid();
        OpenBlock(parent, end, BlockKind::kOther, has_place ? manager : parent);
      }
      return;
    }
    case AstKind::kExceptHandler:
      return OpenBlock(parent, end, BlockKind::kOther);
    case AstKind::kTry:
    case AstKind::kTryStar:
      break;
    default:
      return;
  }
  const auto final_body = tree_.Children(parent, AstField::kFinalbody);
  if (slot == AstField::kBody) {
    if (!final_body.empty() && final_body.front().valid()) {
      OpenBlock(parent, final_body.front(), BlockKind::kOther);
    }
    if (!tree_.Children(parent, AstField::kHandlers).empty()) {
      OpenBlock(parent, end, BlockKind::kOther);
    }
  } else if (slot == AstField::kHandlers && AtLeast(PythonVersion::k39)) {
    OpenBlock(parent, end,
              kind == AstKind::kTryStar ? BlockKind::kGroupHandler : BlockKind::kOther);
  } else if (slot == AstField::kFinalbody) {
    OpenBlock(parent, end, BlockKind::kOther);
  }
}

/// `place` is where one block too many is reported, the statement where it is not given.
void CompileChecker::OpenBlock(NodeId statement, NodeId end, BlockKind kind, NodeId place) {
  const AstKind around = tree_.kind(statement);
  const bool is_with = around == AstKind::kWith || around == AstKind::kAsyncWith;
  blocks_.push_back({end, kind, is_with ? statement : NodeId{}});
  if (kind == BlockKind::kScope) return;
  const size_t limit = AtLeast(PythonVersion::k313) ? 21 : 20;
  size_t open = 0;
  for (size_t i = blocks_.size(); i > 0 && blocks_[i - 1].kind != BlockKind::kScope; --i) {
    if (++open > limit + 1) return;
  }
  if (open != limit + 1) return;
  ReportAt(statement, tree_.span(place.valid() ? place : statement),
           "too many statically nested blocks");
  if (!AtLeast(PythonVersion::k39)) found_.back().shown = parse::ShownLine::kNone;
}

/// 3.10 forgot the column of a jump that leaves a `with`, and showed that of the `with`.
ByteSpan CompileChecker::UnplacedJumpSpan(NodeId n) const {
  const ByteSpan span = tree_.span(n);
  if (version_ != PythonVersion::k310) return span;
  size_t first = blocks_.size();
  while (first > 0 && blocks_[first - 1].kind != BlockKind::kScope) --first;
  for (; first < blocks_.size(); ++first) {
    const Block& block = blocks_[first];
    if (!block.with.valid()) continue;
    const LineColumn at = lines_.Find(tree_.span(block.with).begin);
    return {lines_.line_start(lines_.Find(span.begin).line) + at.column, span.end};
  }
  return span;
}

/// A literal that `return` gives is the last that had a position.
ByteSpan CompileChecker::JumpSpan(NodeId n) const {
  if (tree_.kind(n) == AstKind::kReturn) {
    const NodeId value = tree_.Child(n, AstField::kValue);
    const bool is_literal = value.valid() && tree_.kind(value) == AstKind::kConstant;
    if (is_literal &&
        lines_.Find(tree_.span(value).begin).line == lines_.Find(tree_.span(n).begin).line) {
      return tree_.span(value);
    }
  }
  return tree_.span(n);
}

void CompileChecker::CheckJump(NodeId n) {
  const AstKind kind = tree_.kind(n);
  for (size_t i = blocks_.size(); i-- > 0;) {
    const BlockKind block = blocks_[i].kind;
    if (block == BlockKind::kScope) break;
    if (block == BlockKind::kLoop && kind != AstKind::kReturn) return;
    if (block == BlockKind::kGroupHandler) {
      return ReportAt(n, JumpSpan(n),
                      "'break', 'continue' and 'return' cannot appear in an except* block", true);
    }
  }
  if (kind == AstKind::kBreak) ReportAt(n, UnplacedJumpSpan(n), "'break' outside loop");
  if (kind == AstKind::kContinue) {
    ReportAt(n, UnplacedJumpSpan(n), "'continue' not properly in loop");
  }
}

// --- the order of errors ---

/// The iterable of the first `for` of a comprehension, which belongs to the scope around it.
NodeId CompileChecker::OutermostIterable(NodeId comprehension) const {
  const auto generators = tree_.Children(comprehension, AstField::kGenerators);
  if (generators.empty() || !generators[0].valid()) return {};
  return tree_.Child(generators[0], AstField::kIter);
}

/// Whether the code of a comprehension comes before that of its outermost iterable: that of a
/// function does, so all before 3.12 inlined them. 3.8 found some errors when it made the tree.
bool CompileChecker::IterableComesLast(NodeId n) const {
  const AstKind kind = tree_.kind(n);
  if (kind == AstKind::kGeneratorExp) return !AtLeast(PythonVersion::k314) && !IsTreeOrder();
  return IsComprehension(kind) && !AtLeast(PythonVersion::k312) && !IsTreeOrder();
}

bool CompileChecker::IsTreeOrder() const {
  return !AtLeast(PythonVersion::k39) && !found_.empty() && found_.front().tree_error;
}

void CompileChecker::PushChildren(NodeId n, std::vector<int32_t>& stack) const {
  const AstKind kind = tree_.kind(n);
  if (IterableComesLast(n)) {
    if (const NodeId last = OutermostIterable(n); last.valid()) stack.push_back(last.value);
  }
  const bool skips_iterable = kind == AstKind::kComprehension && tree_.slot_index(n) == 0 &&
                              IterableComesLast(tree_.parent(n));
  const size_t first = stack.size();
  const NodeId end = tree_.subtree_end(n);
  for (NodeId child{n.value + 1}; child < end; child = tree_.subtree_end(child)) {
    if (!skips_iterable || tree_.slot(child) != AstField::kIter) stack.push_back(child.value);
  }
  const auto begin = stack.begin() + static_cast<std::ptrdiff_t>(first);
  const auto rank = [&](int32_t child) {
    if (IsComprehension(kind) && IsTreeOrder()) return int64_t{0};
    return Rank(kind, tree_.slot(NodeId{child}), tree_.slot_index(NodeId{child}));
  };
  std::stable_sort(begin, stack.end(), [&](int32_t a, int32_t b) { return rank(a) < rank(b); });
  std::reverse(begin, stack.end());
}

/// Which of found_, sorted by node and `after`, the code generator meets first.
size_t CompileChecker::FirstRaised() const {
  std::vector<int32_t> stack{0};  // nodes to enter; ~node: its children are done
  while (!stack.empty()) {
    const bool after = stack.back() < 0;
    const NodeId n{after ? ~stack.back() : stack.back()};
    stack.pop_back();
    const auto at = std::lower_bound(found_.begin(), found_.end(), std::pair(n, after),
                                     [](const Found& f, const std::pair<NodeId, bool>& wanted) {
                                       return std::pair(f.node, f.after) < wanted;
                                     });
    if (at != found_.end() && at->node == n && at->after == after) {
      return static_cast<size_t>(at - found_.begin());
    }
    if (after) continue;
    stack.push_back(~n.value);
    PushChildren(n, stack);
  }
  return 0;
}

std::vector<parse::Diagnostic> CompileChecker::Finish() {
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::pair(a.node, a.after) < std::pair(b.node, b.after);
  });
  if (found_.size() > 1) {
    const auto first = found_.begin() + static_cast<std::ptrdiff_t>(FirstRaised());
    std::rotate(found_.begin(), first, first + 1);
  }
  std::vector<parse::Diagnostic> errors;
  errors.reserve(found_.size());
  for (Found& f : found_) {
    parse::Diagnostic& error = errors.emplace_back();
    error.span = f.where;
    error.stage = kCompileStage;
    error.code = "COMPILE_ERROR";
    error.type = "SyntaxError";
    error.message = std::move(f.message);
    error.shown = f.shown;
    const bool may_move = f.shown == parse::ShownLine::kOfSpan && f.where == tree_.span(f.node);
    if (AtLeast(PythonVersion::k39) || !may_move) continue;
    // 3.8 looks for fields of format strings where they may not stand.
    if (const parse::ReportedSpan* place = tree_.FindReportedSpan(f.node)) {
      error.reported = {place->begin.line, static_cast<int32_t>(place->begin.column) + 1};
    }
  }
  return errors;
}

std::vector<parse::Diagnostic> FindCompileErrors(const parse::SyntaxTree& tree,
                                                 const SymbolTable& table) {
  return CompileChecker(tree, table).Run();
}

std::vector<parse::Diagnostic> FindTreeErrors(const parse::SyntaxTree& tree,
                                              const SymbolTable& table) {
  return CompileChecker(tree, table).RunOnTree();
}

}  // namespace codeanatomy::symbols
