// A name acts where its node stands in the evaluation order, with these exceptions: the target of
// an augmented assignment is read where it stands and bound by the statement; a def, class, lambda
// or comprehension reads at once what its body captures; the name of an except clause is bound by
// the clause and deleted at each way out of it. An operation that raises has not bound anything
// yet.
//
// An exceptional edge into the handler region of its source is taken at each node that may raise,
// at the end of the block as well if the block ends in a raise or passes an exception on, and at
// its begin where the edge is all that stands for a signal.
//
// The edges of a choice that tests a variable are narrowings of it (flow/narrowing.h); a choice
// with one way says nothing.
#include "flow/scope_events.h"

#include <algorithm>

namespace codeanatomy::flow {
namespace {

using symbols::Resolution;
using symbols::SymbolId;

bool IsTargetList(AstKind kind) {
  return kind == AstKind::kTuple || kind == AstKind::kList || kind == AstKind::kStarred;
}

}  // namespace

EventCollector::EventCollector(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols,
                               const ControlFlow& graph, const DominatorTrees& trees,
                               SparseDefinitions& out)
    : tree_(tree),
      symbols_(symbols),
      graph_(graph),
      trees_(trees),
      out_(out),
      fields_(tree, symbols, graph),
      variable_of_(static_cast<size_t>(symbols.symbol_count()), -1),
      event_of_(static_cast<size_t>(tree.size()), -1) {
  MarkTaken();
}

const ScopeEvents& EventCollector::Collect(FlowScopeId scope) {
  scope_ = scope;
  first_variable_ = static_cast<int32_t>(out_.variables.size());
  fields_.Clear();
  stores_field_ = false;
  const size_t limits = out_.limits.size();
  CollectBlocks();
  if (stores_field_) {
    // Few scopes store to fields, so only these are gone through again.
    fields_.Collect(scope);
    if (!fields_.empty()) {
      ForgetVariables();
      out_.limits.resize(limits);
      if (fields_.left_out() > 0) {
        out_.limits.push_back({scope, FlowLimit::kFields, fields_.left_out()});
      }
      for (int32_t f = 0; f < fields_.size(); ++f) {
        out_.variables.push_back({scope, fields_.base(f), fields_.access(f)});
      }
      CollectBlocks();
    }
  }
  SsaGraph& ssa = events_.graph;
  ssa.variable_count = static_cast<int32_t>(out_.variables.size()) - first_variable_;
  const auto size = static_cast<int64_t>(ssa.events.size() + ssa.targets.size());
  ssa.max_operands = ValueOf(FlowLimit::kPhiOperands) * size;
  return events_;
}

void EventCollector::ForgetVariables() {
  for (size_t v = static_cast<size_t>(first_variable_); v < out_.variables.size(); ++v) {
    variable_of_[out_.variables[v].symbol.index()] = -1;
  }
  out_.variables.resize(static_cast<size_t>(first_variable_));
}

// --- blocks and edges ---

void EventCollector::CollectBlocks() {
  SsaGraph& ssa = events_.graph;
  ssa.events.clear();
  ssa.event_begins.assign(1, 0);
  ssa.edge_begins.assign(1, 0);
  ssa.targets.clear();
  ssa.taken.clear();
  ssa.narrowed.clear();
  ssa.narrowings.clear();
  ssa.idom.clear();
  ssa.ipostdom.clear();
  events_.records.clear();
  events_.tests.clear();
  const BlockId first = graph_.blocks_begin(scope_);
  CollectEntry();
  for (BlockId b = first; b != graph_.blocks_end(scope_); ++b.value) CollectBlock(b, first);
}

void EventCollector::CollectBlock(BlockId b, BlockId first) {
  SsaGraph& ssa = events_.graph;
  raises_into_region_ = false;
  for (EdgeId e = graph_.edges_begin(b); e != graph_.edges_end(b); ++e.value) AddEdge(e, first);
  ssa.edge_begins.push_back(static_cast<int32_t>(ssa.targets.size()));
  const auto nodes = graph_.nodes(b);
  const auto flags = graph_.node_flags(b);
  for (size_t i = 0; i < nodes.size(); ++i) CollectNode(nodes[i], flags[i]);
  ssa.event_begins.push_back(static_cast<int32_t>(ssa.events.size()));
  AddNarrowings(b);
  const auto local = [&](BlockId block) { return block.valid() ? block.value - first.value : -1; };
  ssa.idom.push_back(local(trees_.dominators[b.index()]));
  ssa.ipostdom.push_back(local(trees_.post_dominators[b.index()]));
}

void EventCollector::AddEdge(EdgeId e, BlockId first) {
  const BlockId source = graph_.source(e), target = graph_.target(e);
  uint8_t taken = ssa_edge::kAtEnd;
  if (graph_.kind(e) == FlowEdgeKind::kException && target == graph_.handler_region(source)) {
    raises_into_region_ = true;
    taken = ssa_edge::kAtRaise;
    if (graph_.has(e, flow_edge_flag::kAtEnd)) taken |= ssa_edge::kAtEnd;
    if (graph_.has(e, flow_edge_flag::kAtBegin)) taken |= ssa_edge::kAtBegin;
  }
  events_.graph.targets.push_back(target.value - first.value);
  events_.graph.taken.push_back(taken);
  events_.graph.narrowed.push_back(-1);
}

// The two edges of a choice come first.
void EventCollector::AddNarrowings(BlockId b) {
  const EdgeId e = graph_.edges_begin(b), other{e.value + 1};
  if (graph_.edges_end(b).value - e.value < 2) return;
  const NodeId condition = graph_.condition(e);
  if (!condition.valid() || graph_.condition(other) != condition) return;
  const std::optional<VariableTest> test = FindTest(tree_, symbols_, condition);
  if (!test) return;
  SsaGraph& ssa = events_.graph;
  const int32_t event = event_of_[test->subject.index()];
  const bool is_variable = event >= 0 && event < ssa.first_narrowing() &&
                           events_.records[static_cast<size_t>(event)].node == test->subject;
  if (!is_variable) return;
  const auto from = static_cast<size_t>(ssa.edge_begins[ssa.edge_begins.size() - 2]);
  for (const size_t edge : {from, from + 1}) {
    ssa.narrowed[edge] = static_cast<int32_t>(ssa.narrowings.size());
    ssa.narrowings.push_back({ssa.events[static_cast<size_t>(event)].variable, event});
    events_.tests.push_back(*test);
  }
}

// --- events ---

// The variable of a node's name in this scope; none for names without flow here.
int32_t EventCollector::VariableOf(SymbolId y) {
  if (!y.valid()) return -1;
  const SymbolId owner = symbols_.definition(y).valid() ? symbols_.definition(y) : y;
  if (left_out_in_[owner.index()] == scope_) return -1;
  int32_t& variable = variable_of_[owner.index()];
  if (variable >= first_variable_) return variable - first_variable_;
  const bool is_bound_here = symbols_.has(y, symbols::symbol_flag::kBound);
  const bool is_free = symbols_.resolution(y) == Resolution::kFree;
  if (!is_bound_here && (owner == y || !is_free)) return -1;
  variable = static_cast<int32_t>(out_.variables.size());
  out_.variables.push_back({scope_, owner});
  return variable - first_variable_;
}

void EventCollector::Define(NodeId node, SymbolId symbol, DefinitionKind kind, NodeId value,
                            SsaAction action) {
  const int32_t variable = VariableOf(symbol);
  if (variable < 0) return;
  Define(node, variable, kind, value, action);
  if (fields_.empty()) return;
  // Fields of what the name held before are no fields of what it holds now.
  const SymbolId owner = out_.variables[static_cast<size_t>(first_variable_ + variable)].symbol;
  for (int32_t f = 0; f < fields_.size(); ++f) {
    if (fields_.base(f) == owner) {
      Define(node, f, DefinitionKind::kEntry, {}, SsaAction::kDefine);
    }
  }
}
void EventCollector::Define(NodeId node, int32_t variable, DefinitionKind kind, NodeId value,
                            SsaAction action) {
  event_of_[node.index()] = events_.graph.first_narrowing();
  events_.records.push_back({node, value, static_cast<uint8_t>(kind)});
  events_.graph.events.push_back({action, variable});
}
void EventCollector::AddUse(NodeId node, SymbolId symbol, UseKind kind) {
  const int32_t variable = VariableOf(symbol);
  if (variable >= 0) AddUse(node, variable, kind);
}

void EventCollector::AddUse(NodeId node, int32_t variable, UseKind kind) {
  event_of_[node.index()] = events_.graph.first_narrowing();
  events_.records.push_back({node, {}, static_cast<uint8_t>(kind)});
  events_.graph.events.push_back({SsaAction::kUse, variable});
}

// Scopes that have names of others, and names that functions rebind by `nonlocal` or `global`: any
// call may do so.
void EventCollector::MarkTaken() {
  using namespace symbols::symbol_flag;
  takes_.assign(static_cast<size_t>(symbols_.scope_count()), 0);
  is_rebound_.assign(static_cast<size_t>(symbols_.symbol_count()), 0);
  left_out_in_.assign(is_rebound_.size(), {});
  for (SymbolId y{0}; y.value < symbols_.symbol_count(); ++y.value) {
    const Resolution resolution = symbols_.resolution(y);
    const bool is_declared = symbols_.has(y, kNonlocal | kGlobalStatement);
    const bool is_taken = is_declared || resolution == Resolution::kFree ||
                          resolution == Resolution::kGlobalExplicit ||
                          symbols_.has(y, kFreeInClass);
    if (is_taken) takes_[symbols_.scope(y).index()] = 1;
    if (!is_declared || !symbols_.has(y, kBound)) continue;
    if (symbols_.is_comprehension(symbols_.scope(y))) continue;  // runs where it stands
    const SymbolId owner = symbols_.definition(y);
    if (!owner.valid() || owner == y) continue;
    is_rebound_[owner.index()] = 1;
    has_rebound_ = true;
  }
}

// What the scope finds bound when it begins: variables of other scopes that it uses.
void EventCollector::CollectEntry() {
  rebound_.clear();
  const NodeId node = graph_.scope_node(scope_);
  const symbols::ScopeId own = symbols_.opened_by(node);
  if (!own.valid() || (!has_rebound_ && takes_[own.index()] == 0)) return;
  if (has_rebound_) LeaveOutRebound(own);
  for (SymbolId y = symbols_.symbols_begin(own); y != symbols_.symbols_end(own); ++y.value) {
    if (symbols_.has(y, symbols::symbol_flag::kMerged)) continue;
    const Resolution resolution = symbols_.resolution(y);
    const bool is_global = resolution == Resolution::kGlobalExplicit && own.value != 0 &&
                           symbols_.has(y, symbols::symbol_flag::kBound);
    if (resolution == Resolution::kFree || is_global) {
      Define(node, y, DefinitionKind::kEntry);
    } else if (symbols_.has(y, symbols::symbol_flag::kFreeInClass)) {
      Define(node, BehindClass(y), DefinitionKind::kEntry);
    }
    const SymbolId owner = symbols_.definition(y);
    if (!owner.valid() || is_rebound_[owner.index()] == 0) continue;
    const int32_t variable = VariableOf(y);
    if (variable >= 0) rebound_.push_back(variable);
  }
}

// What a call may do to a name that is no variable could not be told: uses of it would name too
// few definitions. So these names are left out whole.
void EventCollector::LeaveOutRebound(symbols::ScopeId own) {
  int64_t count = 0;
  constexpr int64_t kMost = ValueOf(FlowLimit::kReboundNames);
  for (SymbolId y = symbols_.symbols_begin(own); y != symbols_.symbols_end(own); ++y.value) {
    const SymbolId owner = symbols_.definition(y);
    if (!owner.valid() || is_rebound_[owner.index()] == 0) continue;
    if (++count > kMost) left_out_in_[owner.index()] = scope_;
  }
  if (count > kMost) {
    const auto left_out = static_cast<int32_t>(count - kMost);
    out_.limits.push_back({scope_, FlowLimit::kReboundNames, left_out});
  }
}

// --- fields ---

// Calls and the like, which run code that may store to any field.
bool EventCollector::RunsCode(NodeId node) const {
  switch (tree_.kind(node)) {
    case AstKind::kCall:
      return !FindTypeTest(tree_, symbols_, node);
    case AstKind::kAwait:
    case AstKind::kYield:
    case AstKind::kYieldFrom:
    case AstKind::kFor:
    case AstKind::kAsyncFor:
    case AstKind::kComprehension:
    case AstKind::kWithitem:
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
      return true;
    default:
      return false;
  }
}

void EventCollector::StoreField(NodeId access, DefinitionKind kind, NodeId value) {
  fields_.ForEachAlias(
      access, [&](int32_t field) { Define(access, field, kind, value, SsaAction::kUpdate); });
  if (const int32_t f = fields_.Find(access); f >= 0) {
    Define(access, f, kind, value, SsaAction::kDefine);
  }
}

void EventCollector::CollectField(NodeId access) {
  const bool is_subscript = tree_.kind(access) == AstKind::kSubscript;
  const UseKind use = is_subscript ? UseKind::kSubscript : UseKind::kAttribute;
  const int32_t field = fields_.Find(access);
  const ExprContext context = tree_.Context(access);
  const NodeId parent = tree_.parent(access);
  const bool is_updated =
      tree_.kind(parent) == AstKind::kAugAssign && tree_.Child(parent, AstField::kTarget) == access;
  if (field >= 0 && (context == ExprContext::kLoad || is_updated)) {
    AddUse(access, field, use);
  }
  if (context == ExprContext::kLoad || is_updated) return;
  if (context == ExprContext::kDel) return StoreField(access, DefinitionKind::kDelete, {});
  const bool is_whole = tree_.kind(parent) == AstKind::kAssign;
  StoreField(access, is_subscript ? DefinitionKind::kSubscript : DefinitionKind::kAttribute,
             is_whole ? tree_.Child(parent, AstField::kValue) : NodeId{});
}

void EventCollector::CollectFields(NodeId node) {
  const AstKind kind = tree_.kind(node);
  if (kind == AstKind::kAttribute || kind == AstKind::kSubscript) return CollectField(node);
  if (kind != AstKind::kAugAssign) return;
  const NodeId target = tree_.Child(node, AstField::kTarget);
  if (!target.valid()) return;
  if (tree_.kind(target) == AstKind::kAttribute) {
    StoreField(target, DefinitionKind::kAttribute, node);
  } else if (tree_.kind(target) == AstKind::kSubscript) {
    StoreField(target, DefinitionKind::kSubscript, node);
  }
}

void EventCollector::AddCallEffects(NodeId node) {
  for (int32_t f = 0; f < fields_.size(); ++f) {
    Define(node, f, DefinitionKind::kCallEffect, {}, SsaAction::kUpdate);
  }
  for (const int32_t variable : rebound_) {
    Define(node, variable, DefinitionKind::kCallEffect, {}, SsaAction::kUpdate);
  }
}

void EventCollector::CollectNode(NodeId node, uint8_t flags) {
  const bool has_effects = !fields_.empty() || !rebound_.empty();
  if (has_effects && node != graph_.scope_node(scope_) && RunsCode(node)) AddCallEffects(node);
  const bool is_implicit = (flags & flow_node_flag::kImplicit) != 0;
  if (raises_into_region_ && (flags & flow_node_flag::kMayRaise) != 0) {
    events_.records.push_back({node, {}, 0});
    events_.graph.events.push_back({SsaAction::kRaise});
  }
  if (!fields_.empty()) CollectFields(node);
  switch (tree_.kind(node)) {
    case AstKind::kName:
      return CollectName(node);
    case AstKind::kAugAssign:
      if (const NodeId target = tree_.Child(node, AstField::kTarget);
          target.valid() && tree_.kind(target) == AstKind::kName) {
        Define(target, symbols_.symbol_of(target), DefinitionKind::kAugmented, node);
      }
      return;
    case AstKind::kArg:
      return Define(node, symbols_.symbol_of(node), DefinitionKind::kParam);
    case AstKind::kAlias:
      return Define(node, symbols_.symbol_of(node), DefinitionKind::kImport, node);
    case AstKind::kFunctionDef:
    case AstKind::kAsyncFunctionDef:
      CollectCaptures(node);
      if (!tree_.Children(node, AstField::kDecoratorList).empty()) AddCallEffects(node);
      return Define(node, symbols_.symbol_of(node), DefinitionKind::kDef, node);
    case AstKind::kClassDef:
      CollectCaptures(node);
      AddCallEffects(node);
      return Define(node, symbols_.symbol_of(node), DefinitionKind::kClass, node);
    case AstKind::kLambda:
    case AstKind::kListComp:
    case AstKind::kSetComp:
    case AstKind::kDictComp:
    case AstKind::kGeneratorExp:
      if (node != graph_.scope_node(scope_)) CollectCaptures(node);
      return;
    case AstKind::kAttribute:
    case AstKind::kSubscript:
      stores_field_ |= tree_.Context(node) != ExprContext::kLoad;
      return;
    case AstKind::kExceptHandler:
      return Define(node, symbols_.symbol_of(node),
                    is_implicit ? DefinitionKind::kDelete : DefinitionKind::kExcept);
    case AstKind::kMatchAs:
    case AstKind::kMatchStar:
      return Define(node, symbols_.symbol_of(node), DefinitionKind::kMatch);
    case AstKind::kMatchMapping:
      if (is_implicit) Define(node, symbols_.symbol_of(node), DefinitionKind::kMatch);
      return;
    default:
      return;
  }
}

void EventCollector::CollectName(NodeId node) {
  const SymbolId symbol = symbols_.symbol_of(node);
  const NodeId parent = tree_.parent(node);
  switch (tree_.Context(node)) {
    case ExprContext::kLoad: {
      const bool is_returned = tree_.kind(parent) == AstKind::kReturn;
      return AddUse(node, symbol, is_returned ? UseKind::kReturn : UseKind::kLoad);
    }
    case ExprContext::kDel:
      AddUse(node, symbol, UseKind::kDelete);
      return Define(node, symbol, DefinitionKind::kDelete);
    default:
      break;
  }
  NodeId binder = parent;
  while (IsTargetList(tree_.kind(binder))) binder = tree_.parent(binder);
  const auto whole = [&](AstField value) {
    return binder == parent ? tree_.Child(binder, value) : NodeId{};
  };
  switch (tree_.kind(binder)) {
    case AstKind::kAugAssign:
      return AddUse(node, symbol, UseKind::kAugmented);
    case AstKind::kAnnAssign:
      if (!tree_.Child(binder, AstField::kValue).valid()) return;
      return Define(node, symbol, DefinitionKind::kAnnotated, whole(AstField::kValue));
    case AstKind::kNamedExpr:
      return Define(node, symbol, DefinitionKind::kWalrus, whole(AstField::kValue));
    case AstKind::kFor:
    case AstKind::kAsyncFor:
    case AstKind::kComprehension:
      return Define(node, symbol, DefinitionKind::kFor);
    case AstKind::kWithitem:
      return Define(node, symbol, DefinitionKind::kWith);
    case AstKind::kAssign:
    case AstKind::kTypeAlias:
      return Define(node, symbol, DefinitionKind::kAssign, whole(AstField::kValue));
    default:
      return Define(node, symbol, DefinitionKind::kAssign);
  }
}

// The variable of an enclosing function that scopes inside a class see instead of the class's
// own.
SymbolId EventCollector::BehindClass(SymbolId y) {
  for (symbols::ScopeId s = symbols_.parent(symbols_.scope(y)); s.valid(); s = symbols_.parent(s)) {
    if (symbols_.type(s) == symbols::ScopeType::kClass) continue;
    bound_names_.resize(static_cast<size_t>(symbols_.scope_count()));
    auto& names = bound_names_[s.index()];
    if (names.empty()) {
      for (SymbolId b = symbols_.symbols_begin(s); b != symbols_.symbols_end(s); ++b.value) {
        if (symbols_.definition(b).valid()) names.emplace(symbols_.name(b), b);
      }
    }
    const auto found = names.find(symbols_.name(y));
    if (found != names.end()) return symbols_.definition(found->second);
  }
  return {};
}

// What the body of an inner scope takes from this one, directly or for scopes inside it. `:=` in
// a comprehension binds in this one, once for each element.
void EventCollector::CollectCaptures(NodeId node) {
  const symbols::ScopeId inner = symbols_.opened_by(node);
  if (!inner.valid() || takes_[inner.index()] == 0) return;
  for (SymbolId y = symbols_.symbols_begin(inner); y != symbols_.symbols_end(inner); ++y.value) {
    const bool is_behind = symbols_.has(y, symbols::symbol_flag::kFreeInClass);
    const SymbolId owner = is_behind ? BehindClass(y) : symbols_.definition(y);
    if (!owner.valid() || symbols_.has(y, symbols::symbol_flag::kMerged)) continue;
    if (is_behind || symbols_.resolution(y) == Resolution::kFree) {
      AddUse(node, is_behind ? owner : y, UseKind::kClosure);
    }
    const bool is_walrus =
        symbols_.has(y, symbols::symbol_flag::kNonlocal | symbols::symbol_flag::kGlobalStatement);
    if (symbols_.is_comprehension(inner) && is_walrus) {
      Define(node, owner, DefinitionKind::kWalrus, {}, SsaAction::kUpdate);
    }
  }
}

}  // namespace codeanatomy::flow
