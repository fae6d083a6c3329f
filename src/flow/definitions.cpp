// Definitions and uses of a scope as events of its blocks, SSA over them, and the direct pairs.
//
// A name acts where its node stands in the evaluation order, with these exceptions: the target of
// an augmented assignment is read where it stands and bound by the statement; a def, class, lambda
// or comprehension reads at once what its body captures; the name of an except clause is bound by
// the clause and deleted at each way out of it. An operation that raises has not bound anything
// yet.
//
// An exceptional edge into the handler region of its source is taken at each node that may raise,
// at the end of the block as well if the block ends in a raise or passes an exception on, and at
// its begin where the edge is all that stands for a signal.
#include "flow/definitions.h"

#include <algorithm>

#include "flow/field_variables.h"
#include "flow/reaching_definitions.h"
#include "flow/ssa.h"

namespace codeanatomy::flow {
namespace {

using symbols::Resolution;
using symbols::SymbolId;

bool IsTargetList(AstKind kind) {
  return kind == AstKind::kTuple || kind == AstKind::kList || kind == AstKind::kStarred;
}

class DefinitionFinder {
 public:
  DefinitionFinder(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols,
                   const ControlFlow& graph, const DominatorTrees& trees)
      : tree_(tree),
        symbols_(symbols),
        graph_(graph),
        trees_(trees),
        fields_(tree, symbols, graph),
        variable_of_(static_cast<size_t>(symbols.symbol_count()), -1) {}

  SparseDefinitions Find() {
    MarkRebound();
    for (FlowScopeId s{0}; s.value < graph_.scope_count(); ++s.value) FindInScope(s);
    for (Use& use : out_.uses) use.reaching = Final(use.reaching);
    for (Definition& definition : out_.definitions) definition.prior = Final(definition.prior);
    for (PhiOperand& operand : out_.operands) operand.reaching = Final(operand.reaching);
    MarkUnbound(graph_, out_);
    return std::move(out_);
  }

 private:
  // While scopes are being added a phi p is written as -2 - p: the number of definitions is open.
  ReachingId Final(ReachingId r) const {
    if (r.value >= -1) return r;
    return ReachingId{static_cast<int32_t>(out_.definitions.size()) + (-2 - r.value)};
  }

  void FindInScope(FlowScopeId s) {
    scope_ = s;
    first_variable_ = static_cast<int32_t>(out_.variables.size());
    fields_.Clear();
    stores_field_ = false;
    CollectEvents();
    if (stores_field_) {
      // Few scopes store to fields, so only these are gone through again.
      fields_.Collect(s);
      if (!fields_.empty()) {
        ForgetVariables();
        for (int32_t f = 0; f < fields_.size(); ++f) {
          out_.variables.push_back({s, fields_.base(f), fields_.access(f)});
        }
        CollectEvents();
      }
    }
    ssa_.variable_count = static_cast<int32_t>(out_.variables.size()) - first_variable_;
    if (!ssa_.events.empty()) Translate(solver_.Build(ssa_), graph_.blocks_begin(s));
  }

  void ForgetVariables() {
    for (size_t v = static_cast<size_t>(first_variable_); v < out_.variables.size(); ++v) {
      variable_of_[out_.variables[v].symbol.index()] = -1;
    }
    out_.variables.resize(static_cast<size_t>(first_variable_));
  }

  void CollectEvents() {
    ssa_.events.clear();
    ssa_.event_begins.assign(1, 0);
    ssa_.edge_begins.assign(1, 0);
    ssa_.targets.clear();
    ssa_.taken.clear();
    ssa_.idom.clear();
    records_.clear();
    const BlockId first = graph_.blocks_begin(scope_);
    CollectEntry();
    for (BlockId b = first; b != graph_.blocks_end(scope_); ++b.value) {
      raises_into_region_ = false;
      for (EdgeId e = graph_.edges_begin(b); e != graph_.edges_end(b); ++e.value) AddEdge(e, first);
      ssa_.edge_begins.push_back(static_cast<int32_t>(ssa_.targets.size()));
      const auto nodes = graph_.nodes(b);
      const auto flags = graph_.node_flags(b);
      for (size_t i = 0; i < nodes.size(); ++i) Collect(nodes[i], flags[i]);
      ssa_.event_begins.push_back(static_cast<int32_t>(ssa_.events.size()));
      const BlockId above = trees_.dominators[b.index()];
      ssa_.idom.push_back(above.valid() ? above.value - first.value : -1);
    }
  }

  void AddEdge(EdgeId e, BlockId first) {
    const BlockId source = graph_.source(e), target = graph_.target(e);
    uint8_t taken = ssa_edge::kAtEnd;
    if (graph_.kind(e) == FlowEdgeKind::kException && target == graph_.handler_region(source)) {
      raises_into_region_ = true;
      taken = ssa_edge::kAtRaise;
      if (graph_.has(e, flow_edge_flag::kAtEnd)) taken |= ssa_edge::kAtEnd;
      if (graph_.has(e, flow_edge_flag::kAtBegin)) taken |= ssa_edge::kAtBegin;
    }
    ssa_.targets.push_back(target.value - first.value);
    ssa_.taken.push_back(taken);
  }

  // --- events ---

  // The variable of a node's name in this scope; none for names without flow here.
  int32_t VariableOf(SymbolId y) {
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

  void Define(NodeId node, SymbolId symbol, DefinitionKind kind, NodeId value = {},
              SsaAction action = SsaAction::kDefine) {
    const int32_t variable = VariableOf(symbol);
    if (variable < 0) return;
    Define(node, variable, kind, value, action);
    // Fields of what the name held before are no fields of what it holds now.
    for (int32_t f = 0; f < fields_.size(); ++f) {
      const SymbolId owner = out_.variables[static_cast<size_t>(first_variable_ + variable)].symbol;
      if (fields_.base(f) == owner) {
        Define(node, f, DefinitionKind::kEntry, {}, SsaAction::kDefine);
      }
    }
  }
  void Define(NodeId node, int32_t variable, DefinitionKind kind, NodeId value, SsaAction action) {
    records_.push_back({node, value, static_cast<uint8_t>(kind)});
    ssa_.events.push_back({action, variable});
  }
  void AddUse(NodeId node, SymbolId symbol, UseKind kind) {
    const int32_t variable = VariableOf(symbol);
    if (variable < 0) return;
    records_.push_back({node, {}, static_cast<uint8_t>(kind)});
    ssa_.events.push_back({SsaAction::kUse, variable});
  }

  // Names that functions rebind by `nonlocal` or `global`: any call may do so.
  void MarkRebound() {
    is_rebound_.assign(static_cast<size_t>(symbols_.symbol_count()), 0);
    left_out_in_.assign(is_rebound_.size(), {});
    for (SymbolId y{0}; y.value < symbols_.symbol_count(); ++y.value) {
      const bool is_declared =
          symbols_.has(y, symbols::symbol_flag::kNonlocal | symbols::symbol_flag::kGlobalStatement);
      if (!is_declared || !symbols_.has(y, symbols::symbol_flag::kBound)) continue;
      if (symbols_.is_comprehension(symbols_.scope(y))) continue;  // runs where it stands
      const SymbolId owner = symbols_.definition(y);
      if (owner.valid() && owner != y) is_rebound_[owner.index()] = 1;
    }
  }

  // What the scope finds bound when it begins: variables of other scopes that it uses.
  void CollectEntry() {
    rebound_.clear();
    const NodeId node = graph_.scope_node(scope_);
    const symbols::ScopeId own = symbols_.opened_by(node);
    if (!own.valid()) return;
    LeaveOutRebound(own);
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
  void LeaveOutRebound(symbols::ScopeId own) {
    size_t count = 0;
    for (SymbolId y = symbols_.symbols_begin(own); y != symbols_.symbols_end(own); ++y.value) {
      const SymbolId owner = symbols_.definition(y);
      if (!owner.valid() || is_rebound_[owner.index()] == 0) continue;
      if (++count > kMaxReboundNames) left_out_in_[owner.index()] = scope_;
    }
  }

  // --- fields ---

  // Calls and the like, which run code that may store to any field.
  static bool RunsCode(AstKind kind) {
    switch (kind) {
      case AstKind::kCall:
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

  void StoreField(NodeId access, DefinitionKind kind, NodeId value) {
    fields_.ForEachAlias(
        access, [&](int32_t field) { Define(access, field, kind, value, SsaAction::kUpdate); });
    if (const int32_t f = fields_.Find(access); f >= 0) {
      Define(access, f, kind, value, SsaAction::kDefine);
    }
  }

  void CollectField(NodeId access) {
    const bool is_subscript = tree_.kind(access) == AstKind::kSubscript;
    const UseKind use = is_subscript ? UseKind::kSubscript : UseKind::kAttribute;
    const int32_t field = fields_.Find(access);
    const ExprContext context = tree_.Context(access);
    const NodeId parent = tree_.parent(access);
    const bool is_updated = tree_.kind(parent) == AstKind::kAugAssign &&
                            tree_.Child(parent, AstField::kTarget) == access;
    if (field >= 0 && (context == ExprContext::kLoad || is_updated)) {
      records_.push_back({access, {}, static_cast<uint8_t>(use)});
      ssa_.events.push_back({SsaAction::kUse, field});
    }
    if (context == ExprContext::kLoad || is_updated) return;
    if (context == ExprContext::kDel) return StoreField(access, DefinitionKind::kDelete, {});
    const bool is_whole = tree_.kind(parent) == AstKind::kAssign;
    StoreField(access, is_subscript ? DefinitionKind::kSubscript : DefinitionKind::kAttribute,
               is_whole ? tree_.Child(parent, AstField::kValue) : NodeId{});
  }

  void CollectFields(NodeId node) {
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

  void AddCallEffects(NodeId node) {
    for (int32_t f = 0; f < fields_.size(); ++f) {
      Define(node, f, DefinitionKind::kCallEffect, {}, SsaAction::kUpdate);
    }
    for (const int32_t variable : rebound_) {
      Define(node, variable, DefinitionKind::kCallEffect, {}, SsaAction::kUpdate);
    }
  }

  void Collect(NodeId node, uint8_t flags) {
    if (RunsCode(tree_.kind(node)) && node != graph_.scope_node(scope_)) AddCallEffects(node);
    const bool is_implicit = (flags & flow_node_flag::kImplicit) != 0;
    if (raises_into_region_ && (flags & flow_node_flag::kMayRaise) != 0) {
      records_.push_back({node, {}, 0});
      ssa_.events.push_back({SsaAction::kRaise});
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

  void CollectName(NodeId node) {
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
  SymbolId BehindClass(SymbolId y) const {
    for (symbols::ScopeId s = symbols_.parent(symbols_.scope(y)); s.valid();
         s = symbols_.parent(s)) {
      if (symbols_.type(s) == symbols::ScopeType::kClass) continue;
      const SymbolId found = symbols_.Find(s, symbols_.name(y));
      if (found.valid() && symbols_.definition(found).valid()) return symbols_.definition(found);
    }
    return {};
  }

  // What the body of an inner scope takes from this one, directly or for scopes inside it. `:=` in
  // a comprehension binds in this one, once for each element.
  void CollectCaptures(NodeId node) {
    const symbols::ScopeId inner = symbols_.opened_by(node);
    if (!inner.valid()) return;
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

  // --- result ---

  // Names of values while a scope is translated: definitions by event, phis as Final wants them.
  ReachingId Reach(int32_t value) const {
    if (value < 0) return {};
    const auto events = static_cast<int32_t>(ssa_.events.size());
    if (value >= events) return ReachingId{-2 - (first_phi_ + value - events)};
    return ReachingId{definition_of_[static_cast<size_t>(value)]};
  }

  void Translate(const SsaForm& form, BlockId first) {
    first_phi_ = static_cast<int32_t>(out_.phis.size());
    definition_of_.assign(ssa_.events.size(), -1);
    auto next = static_cast<int32_t>(out_.definitions.size());
    for (size_t i = 0; i < ssa_.events.size(); ++i) {
      const SsaAction action = ssa_.events[i].action;
      const bool defines = action == SsaAction::kDefine || action == SsaAction::kUpdate;
      if (defines) definition_of_[i] = next++;
    }
    for (int32_t b = 0; b < ssa_.block_count(); ++b) {
      const auto begin = static_cast<size_t>(ssa_.event_begins[static_cast<size_t>(b)]);
      const auto end = static_cast<size_t>(ssa_.event_begins[static_cast<size_t>(b) + 1]);
      const BlockId block{first.value + b};
      for (size_t i = begin; i < end; ++i) {
        const Record& record = records_[i];
        const VariableId variable{first_variable_ + ssa_.events[i].variable};
        if (definition_of_[i] >= 0) {
          const bool is_strong = ssa_.events[i].action == SsaAction::kDefine;
          out_.definitions.push_back({record.node, record.value, variable, block,
                                      is_strong ? ReachingId{} : Reach(form.values[i]),
                                      static_cast<DefinitionKind>(record.kind), is_strong});
        } else if (ssa_.events[i].action == SsaAction::kUse) {
          out_.uses.push_back({record.node, variable, block, Reach(form.values[i]),
                               static_cast<UseKind>(record.kind), false});
        }
      }
    }
    for (size_t p = 0; p < form.phis.size(); ++p) {
      const auto begin = static_cast<int32_t>(out_.operands.size());
      for (int32_t o = form.operand_begins[p]; o < form.operand_begins[p + 1]; ++o) {
        const SsaOperand& operand = form.operands[static_cast<size_t>(o)];
        out_.operands.push_back(
            {Reach(operand.value), EdgeId{graph_.edges_begin(first).value + operand.edge}});
      }
      out_.phis.push_back({VariableId{first_variable_ + form.phis[p].variable},
                           BlockId{first.value + form.phis[p].block}, begin,
                           static_cast<int32_t>(out_.operands.size())});
    }
  }

  struct Record {
    NodeId node, value;
    uint8_t kind;  // DefinitionKind or UseKind
  };

  const parse::SyntaxTree& tree_;
  const symbols::SymbolTable& symbols_;
  const ControlFlow& graph_;
  const DominatorTrees& trees_;
  FieldVariables fields_;  // of the scope; the first variables of it
  SparseDefinitions out_;
  std::vector<int32_t> variable_of_;  // by symbol; of an earlier scope if below first_variable_
  FlowScopeId scope_;
  std::vector<uint8_t> is_rebound_;       // by symbol
  std::vector<FlowScopeId> left_out_in_;  // by symbol
  std::vector<int32_t> rebound_;          // variables of the scope
  bool stores_field_ = false;
  bool raises_into_region_ = false;
  int32_t first_variable_ = 0, first_phi_ = 0;
  SsaGraph ssa_;
  SsaSolver solver_;
  std::vector<Record> records_;  // parallel to the events
  std::vector<int32_t> definition_of_;
};

}  // namespace

SparseDefinitions FindDefinitions(const parse::SyntaxTree& tree,
                                  const symbols::SymbolTable& symbols, const ControlFlow& graph,
                                  const DominatorTrees& trees) {
  return DefinitionFinder(tree, symbols, graph, trees).Find();
}

}  // namespace codeanatomy::flow
