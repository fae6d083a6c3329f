// The events of each scope through SSA, as rows with dense ids over the whole file.
#include "flow/definitions.h"

#include "flow/reaching_definitions.h"
#include "flow/scope_events.h"

namespace codeanatomy::flow {
namespace {

class DefinitionFinder {
 public:
  DefinitionFinder(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols,
                   const ControlFlow& graph, const DominatorTrees& trees)
      : graph_(graph), collector_(tree, symbols, graph, trees, out_) {
    // About what real code has.
    out_.uses.reserve(static_cast<size_t>(tree.size()) / 4);
    out_.definitions.reserve(static_cast<size_t>(tree.size()) / 6);
  }

  SparseDefinitions Find() {
    for (FlowScopeId s{0}; s.value < graph_.scope_count(); ++s.value) FindInScope(s);
    for (Use& use : out_.uses) use.reaching = Final(use.reaching);
    for (Definition& definition : out_.definitions) definition.prior = Final(definition.prior);
    for (PhiOperand& operand : out_.operands) operand.reaching = Final(operand.reaching);
    for (Narrowing& narrowing : out_.narrowings) {
      narrowing.reaching = Final(narrowing.reaching);
      narrowing.source = Final(narrowing.source);
    }
    MarkUnbound(graph_, out_);
    return std::move(out_);
  }

 private:
  // While scopes are being added, when the number of definitions and phis is open, a phi p is
  // written as -2 - 2p and a narrowing n as -3 - 2n.
  ReachingId Final(ReachingId r) const {
    if (r.value >= -1) return r;
    const int32_t code = -2 - r.value;
    const size_t before = out_.definitions.size() + (code % 2 == 0 ? 0 : out_.phis.size());
    return ReachingId{static_cast<int32_t>(before) + code / 2};
  }

  void FindInScope(FlowScopeId s) {
    events_ = &collector_.Collect(s);
    if (events_->graph.events.empty()) return;
    Translate(solver_.Build(events_->graph), graph_.blocks_begin(s));
  }

  // Names of values while a scope is translated: definitions by event, the others as Final wants
  // them.
  ReachingId Reach(int32_t value) const {
    if (value < 0) return {};
    if (value >= events_->graph.first_phi()) {
      return ReachingId{-2 - 2 * (first_phi_ + value - events_->graph.first_phi())};
    }
    const int32_t name = name_of_[static_cast<size_t>(value)];
    return ReachingId{value < events_->graph.first_narrowing() ? name : -3 - 2 * name};
  }

  VariableId variable(int32_t of_scope) const {
    return VariableId{collector_.first_variable() + of_scope};
  }

  void Translate(const SsaForm& form, BlockId first) {
    const SsaGraph& graph = events_->graph;
    first_phi_ = static_cast<int32_t>(out_.phis.size());
    const auto left_out = [&](int32_t v) {
      return !form.is_left_out.empty() && form.is_left_out[static_cast<size_t>(v)] != 0;
    };
    name_of_.assign(static_cast<size_t>(graph.first_phi()), -1);
    auto next = static_cast<int32_t>(out_.definitions.size());
    for (size_t i = 0; i < graph.events.size(); ++i) {
      const auto [action, v] = graph.events[i];
      const bool defines = action == SsaAction::kDefine || action == SsaAction::kUpdate;
      if (defines && !left_out(v)) name_of_[i] = next++;
    }
    next = static_cast<int32_t>(out_.narrowings.size());
    for (size_t n = 0; n < graph.narrowings.size(); ++n) {
      const bool is_kept = form.narrowings[n].is_seen && !left_out(graph.narrowings[n].variable);
      if (is_kept) name_of_[graph.events.size() + n] = next++;
    }
    for (int32_t b = 0; b < graph.block_count(); ++b) {
      const auto begin = static_cast<size_t>(graph.event_begins[static_cast<size_t>(b)]);
      const auto end = static_cast<size_t>(graph.event_begins[static_cast<size_t>(b) + 1]);
      for (size_t i = begin; i < end; ++i) {
        AddEvent(i, BlockId{first.value + b}, form,
                 graph.events[i].action == SsaAction::kUse && left_out(graph.events[i].variable));
      }
    }
    AddNarrowings(form, graph_.edges_begin(first));
    AddPhis(form, first);
    if (!form.is_left_out.empty()) AddLimit(form);
  }

  void AddEvent(size_t i, BlockId block, const SsaForm& form, bool is_left_out) {
    const auto [action, v] = events_->graph.events[i];
    const ScopeEvents::Record& record = events_->records[i];
    if (name_of_[i] >= 0) {
      const bool is_strong = action == SsaAction::kDefine;
      out_.definitions.push_back({record.node, record.value, variable(v), block,
                                  is_strong ? ReachingId{} : Reach(form.values[i]),
                                  static_cast<DefinitionKind>(record.kind), is_strong});
    } else if (action == SsaAction::kUse && !is_left_out) {
      out_.uses.push_back({record.node, variable(v), block, Reach(form.values[i]),
                           static_cast<UseKind>(record.kind), false});
    }
  }

  void AddNarrowings(const SsaForm& form, EdgeId first) {
    const SsaGraph& graph = events_->graph;
    if (graph.narrowings.empty()) return;
    for (size_t e = 0; e < graph.narrowed.size(); ++e) {
      const auto n = static_cast<size_t>(graph.narrowed[e]);
      if (graph.narrowed[e] < 0 || name_of_[graph.events.size() + n] < 0) continue;
      const EdgeId edge{first.value + static_cast<int32_t>(e)};
      const VariableTest& test = events_->tests[n];
      const bool is_chosen = graph_.kind(edge) != FlowEdgeKind::kFalse;
      out_.narrowings.push_back({test, graph_.condition(edge),
                                 variable(graph.narrowings[n].variable), edge,
                                 Reach(form.narrowings[n].value), Reach(form.narrowings[n].source),
                                 is_chosen != test.is_negated});
    }
  }

  void AddPhis(const SsaForm& form, BlockId first) {
    for (size_t p = 0; p < form.phis.size(); ++p) {
      const auto begin = static_cast<int32_t>(out_.operands.size());
      for (int32_t o = form.operand_begins[p]; o < form.operand_begins[p + 1]; ++o) {
        const SsaOperand& operand = form.operands[static_cast<size_t>(o)];
        out_.operands.push_back(
            {Reach(operand.value), EdgeId{graph_.edges_begin(first).value + operand.edge}});
      }
      out_.phis.push_back({variable(form.phis[p].variable),
                           BlockId{first.value + form.phis[p].block}, begin,
                           static_cast<int32_t>(out_.operands.size())});
    }
  }

  void AddLimit(const SsaForm& form) {
    int32_t count = 0;
    for (const uint8_t is_left_out : form.is_left_out) count += is_left_out;
    const FlowScopeId scope = out_.variables[variable(0).index()].scope;
    out_.limits.push_back({scope, FlowLimit::kPhiOperands, count});
  }

  const ControlFlow& graph_;
  SparseDefinitions out_;
  EventCollector collector_;
  const ScopeEvents* events_ = nullptr;
  SsaSolver solver_;
  int32_t first_phi_ = 0;
  std::vector<int32_t> name_of_;  // by event, then narrowing: its definition or Narrowing
};

}  // namespace

SparseDefinitions FindDefinitions(const parse::SyntaxTree& tree,
                                  const symbols::SymbolTable& symbols, const ControlFlow& graph,
                                  const DominatorTrees& trees) {
  return DefinitionFinder(tree, symbols, graph, trees).Find();
}

}  // namespace codeanatomy::flow
