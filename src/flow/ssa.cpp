// Phis on iterated dominance frontiers, values by a walk over the dominator tree.
//
// Exceptional edges leave a block at each operation that may raise, so that several values of a
// variable take one edge:
//
//   try: x = f(); x = g()       what the handler sees of x: unbound (f raises), f() (g raises)
//   except E: use(x)
//
// So the target of such an edge has a phi for every variable that the source defines, even if it
// has no other way in, and the phi has an operand for each value that holds at some raise.
// Splitting blocks instead would give a block to every call.
//
// Dominance frontiers come from the joins: from each predecessor up the dominator tree to the
// join's immediate dominator. A walk that meets a block which has the join already stops, since all
// above has it too. Phis that no use sees, directly or through phis, are dropped at the end.
//
// A narrowing renews the name of a variable on an edge that a test of it chooses. It holds as far
// as the edge dominates, and is an operand of the phis behind:
//
//   if x is None: x = 1         x is behind: phi(1, x where it is not None)
//   use(x)
//
// Where only names renewed by tests meet, a phi says something if not all outcomes of the tests
// come there, as behind `if isinstance(x, A): … elif isinstance(x, B): … else: raise E`. A join
// that post-dominates its immediate dominator sees all of them, so what held there holds again and
// no phi is needed; this keeps `if x: …` free of phis. A test says nothing where the variable was
// bound anew between its reading and the branch, as in `isinstance(x, (x := A))`.
#include "flow/ssa.h"

#include <algorithm>
#include <utility>

#include "flow/grouping.h"

namespace codeanatomy::flow {
namespace {

size_t At(int32_t i) { return static_cast<size_t>(i); }

bool IsDefinition(SsaAction action) {
  return action == SsaAction::kDefine || action == SsaAction::kUpdate;
}

// Most functions have one way through them: block after block, without phis. The number of blocks
// on it, or 0 where there is more than one way.
int32_t OneWay(const SsaGraph& graph) {
  for (int32_t b = 0; b < graph.block_count(); ++b) {
    if (!graph.is_reached(b)) return b;  // the way ends before it
    const int32_t begin = graph.edge_begins[At(b)], end = graph.edge_begins[At(b) + 1];
    if (graph.idom[At(b)] != b - 1 || end - begin > 1) return 0;
    const bool leads_on = begin == end || (graph.targets[At(begin)] == b + 1 &&
                                           graph.taken[At(begin)] == ssa_edge::kAtEnd);
    if (!leads_on) return 0;
  }
  return graph.block_count();
}

}  // namespace

void SsaSolver::Lists::Fill(int32_t keys, const Pairs& pairs) {
  Group(keys, begins, items, [&](const auto& visit) {
    for (const auto& [key, item] : pairs) visit(key, item);
  });
}

void SsaSolver::FollowOneWay(int32_t blocks) {
  for (int32_t i = 0; i < graph().event_begins[At(blocks)]; ++i) {
    const SsaEvent& event = graph().events[At(i)];
    if (event.action == SsaAction::kRaise) continue;
    form_.values[At(i)] = current_[At(event.variable)];
    if (IsDefinition(event.action)) current_[At(event.variable)] = i;
  }
}

void SsaSolver::CountRaises() {
  raises_.resize(graph().events.size() + 1);
  raises_[0] = 0;
  for (size_t i = 0; i < graph().events.size(); ++i) {
    raises_[i + 1] = raises_[i] + (graph().events[i].action == SsaAction::kRaise ? 1 : 0);
  }
}

// Variables that some block uses before it defines them; only these need phis.
void SsaSolver::FindCrossingVariables() {
  crosses_.assign(At(graph().variable_count), 0);
  defined_in_.assign(At(graph().variable_count), -1);
  for (int32_t b = 0; b < graph().block_count(); ++b) {
    for (int32_t i = graph().event_begins[At(b)]; i < graph().event_begins[At(b) + 1]; ++i) {
      const SsaEvent& event = graph().events[At(i)];
      if (event.action == SsaAction::kRaise) continue;
      const bool reads = event.action != SsaAction::kDefine;
      if (reads && defined_in_[At(event.variable)] != b) crosses_[At(event.variable)] = 1;
      if (IsDefinition(event.action)) defined_in_[At(event.variable)] = b;
    }
  }
}

void SsaSolver::FindWaysIn() {
  ways_in_.assign(At(graph().block_count()), 0);
  way_in_.assign(At(graph().block_count()), -1);
  for (int32_t b = 0; b < graph().block_count(); ++b) {
    if (!graph().is_reached(b)) continue;
    for (int32_t e = graph().edge_begins[At(b)]; e < graph().edge_begins[At(b) + 1]; ++e) {
      ++ways_in_[At(graph().targets[At(e)])];
      way_in_[At(graph().targets[At(e)])] = e;
    }
  }
}

// Of all joins, or of those alone that narrowings need.
void SsaSolver::FindFrontiers(bool open_alone) {
  sources_.clear();
  for (int32_t b = 0; b < graph().block_count(); ++b) {
    if (!graph().is_reached(b)) continue;
    for (int32_t e = graph().edge_begins[At(b)]; e < graph().edge_begins[At(b) + 1]; ++e) {
      const int32_t target = graph().targets[At(e)];
      if (ways_in_[At(target)] < 2 || (open_alone && Closes(target))) continue;
      sources_.emplace_back(target, b);
    }
  }
  in_.Fill(graph().block_count(), sources_);
  frontier_pairs_.clear();
  last_.assign(At(graph().block_count()), -1);
  for (int32_t join = 0; join < graph().block_count(); ++join) {
    const int32_t stop = graph().idom[At(join)];
    for (int32_t i = in_.begins[At(join)]; i < in_.begins[At(join) + 1]; ++i) {
      for (int32_t b = in_.items[At(i)]; b != stop && last_[At(b)] != join;
           b = graph().idom[At(b)]) {
        last_[At(b)] = join;
        frontier_pairs_.emplace_back(b, join);
      }
    }
  }
  frontiers_.Fill(graph().block_count(), frontier_pairs_);
}

bool SsaSolver::IsLeftAtEnd(int32_t block) const {
  for (int32_t e = graph().edge_begins[At(block)]; e < graph().edge_begins[At(block) + 1]; ++e) {
    if (graph().taken[At(e)] != ssa_edge::kAtEnd) return false;
  }
  return true;
}

// Whether all ways from the join's immediate dominator come to it.
bool SsaSolver::Closes(int32_t join) const {
  const int32_t above = graph().idom[At(join)];
  return above >= 0 && graph().ipostdom[At(above)] == join;
}

void SsaSolver::PlacePhis() {
  definition_pairs_.clear();  // variable, block
  // The entry dominates all blocks, so what only it defines, as parameters, meets nothing.
  for (int32_t b = IsLeftAtEnd(0) ? 1 : 0; b < graph().block_count(); ++b) {
    if (!graph().is_reached(b)) continue;
    for (int32_t i = graph().event_begins[At(b)]; i < graph().event_begins[At(b) + 1]; ++i) {
      const SsaEvent& event = graph().events[At(i)];
      if (IsDefinition(event.action) && crosses_[At(event.variable)] != 0) {
        definition_pairs_.emplace_back(event.variable, b);
      }
    }
  }
  narrowing_pairs_.clear();  // variable, edge
  if (!graph().narrowings.empty()) {
    for (int32_t b = 0; b < graph().block_count(); ++b) {
      if (!graph().is_reached(b)) continue;
      for (int32_t e = graph().edge_begins[At(b)]; e < graph().edge_begins[At(b) + 1]; ++e) {
        const int32_t n = graph().narrowed[At(e)];
        if (n < 0) continue;
        const int32_t variable = graph().narrowings[At(n)].variable;
        if (crosses_[At(variable)] != 0) narrowing_pairs_.emplace_back(variable, e);
      }
    }
  }
  by_block_.begins.assign(At(graph().block_count()) + 1, 0);
  if (definition_pairs_.empty() && narrowing_pairs_.empty()) return;
  FindFrontiers(definition_pairs_.empty());
  if (frontier_pairs_.empty() && definition_pairs_.empty()) return;
  definitions_.Fill(graph().variable_count, definition_pairs_);
  narrowings_.Fill(graph().variable_count, narrowing_pairs_);
  placed_.clear();  // block, variable
  has_phi_.assign(At(graph().block_count()), -1);
  operands_left_ = graph().max_operands;
  for (int32_t v = 0; v < graph().variable_count; ++v) {
    const size_t before = placed_.size();
    if (PlacePhisOf(v)) continue;
    placed_.resize(before);
    open_.clear();
    operands_left_ = 0;
    form_.is_left_out.resize(At(graph().variable_count), 0);
    form_.is_left_out[At(v)] = 1;
  }
  by_block_.Fill(graph().block_count(), placed_);
  for (int32_t b = 0; b < graph().block_count(); ++b) {
    for (int32_t i = by_block_.begins[At(b)]; i < by_block_.begins[At(b) + 1]; ++i) {
      form_.phis.push_back({b, by_block_.items[At(i)]});
    }
  }
}

// False if too many operands would be needed.
bool SsaSolver::PlacePhisOf(int32_t v) {
  for (int32_t i = definitions_.begins[At(v)]; i < definitions_.begins[At(v) + 1]; ++i) {
    const int32_t block = definitions_.items[At(i)];
    if (i > definitions_.begins[At(v)] && block == definitions_.items[At(i) - 1]) continue;
    PlaceFrontier(block, v, false);
    for (int32_t e = graph().edge_begins[At(block)]; e < graph().edge_begins[At(block) + 1]; ++e) {
      if (graph().taken[At(e)] != ssa_edge::kAtEnd) Place(graph().targets[At(e)], v);
    }
  }
  while (!open_.empty() && operands_left_ >= 0) {
    const int32_t block = open_.back();
    open_.pop_back();
    PlaceFrontier(block, v, false);
  }
  for (int32_t i = narrowings_.begins[At(v)]; i < narrowings_.begins[At(v) + 1]; ++i) {
    const int32_t target = graph().targets[At(narrowings_.items[At(i)])];
    if (ways_in_[At(target)] == 1) {
      PlaceFrontier(target, v, true);
    } else if (!Closes(target)) {
      Place(target, v);
    }
  }
  while (!open_.empty() && operands_left_ >= 0) {
    const int32_t block = open_.back();
    open_.pop_back();
    PlaceFrontier(block, v, true);
  }
  return operands_left_ >= 0;
}

bool SsaSolver::Place(int32_t block, int32_t variable) {
  if (has_phi_[At(block)] == variable || operands_left_ < 0) return false;
  has_phi_[At(block)] = variable;
  operands_left_ -= ways_in_[At(block)];
  placed_.emplace_back(block, variable);
  open_.push_back(block);
  return true;
}

void SsaSolver::PlaceFrontier(int32_t block, int32_t variable, bool is_narrowing) {
  for (int32_t i = frontiers_.begins[At(block)]; i < frontiers_.begins[At(block) + 1]; ++i) {
    const int32_t join = frontiers_.items[At(i)];
    if (!is_narrowing || !Closes(join)) Place(join, variable);
  }
}

void SsaSolver::Rename() {
  below_.clear();
  for (int32_t b = 1; b < graph().block_count(); ++b) {
    if (graph().idom[At(b)] >= 0) below_.emplace_back(graph().idom[At(b)], b);
  }
  children_.Fill(graph().block_count(), below_);
  undo_.clear();
  visits_.clear();
  const auto enter = [&](int32_t block) {
    visits_.push_back({children_.begins[At(block)], undo_.size(), block});
    RenameBlock(block);
  };
  enter(0);
  while (!visits_.empty()) {
    Visit& visit = visits_.back();
    if (visit.next < children_.begins[At(visit.block) + 1]) {
      enter(children_.items[At(visit.next++)]);
      continue;
    }
    for (; undo_.size() > visit.undo_size; undo_.pop_back()) {
      current_[At(undo_.back().first)] = undo_.back().second;
    }
    visits_.pop_back();
  }
}

void SsaSolver::Set(int32_t variable, int32_t value) {
  undo_.emplace_back(variable, current_[At(variable)]);
  current_[At(variable)] = value;
}

int32_t SsaSolver::SourceOf(int32_t value) const {
  const int32_t n = value - graph().first_narrowing();
  return n >= 0 && value < graph().first_phi() ? form_.narrowings[At(n)].source : value;
}

void SsaSolver::RenameBlock(int32_t block) {
  const int32_t way = ways_in_[At(block)] == 1 ? way_in_[At(block)] : -1;
  if (const int32_t n = way < 0 ? -1 : graph().narrowed[At(way)];
      n >= 0 && form_.narrowings[At(n)].value != kUnbound) {
    Set(graph().narrowings[At(n)].variable, graph().first_narrowing() + n);
  }
  for (int32_t p = by_block_.begins[At(block)]; p < by_block_.begins[At(block) + 1]; ++p) {
    Set(form_.phis[At(p)].variable, graph().first_phi() + p);
  }
  for (int32_t i = graph().event_begins[At(block)]; i < graph().event_begins[At(block) + 1]; ++i) {
    const SsaEvent& event = graph().events[At(i)];
    if (event.action == SsaAction::kRaise) continue;
    form_.values[At(i)] = current_[At(event.variable)];
    if (IsDefinition(event.action)) Set(event.variable, i);
  }
  for (int32_t e = graph().edge_begins[At(block)]; e < graph().edge_begins[At(block) + 1]; ++e) {
    if (graph().narrowed[At(e)] >= 0) Narrow(e);
    const int32_t target = graph().targets[At(e)];
    for (int32_t p = by_block_.begins[At(target)]; p < by_block_.begins[At(target) + 1]; ++p) {
      AddOperands(block, e, p);
    }
  }
}

void SsaSolver::Narrow(int32_t edge) {
  const int32_t n = graph().narrowed[At(edge)];
  const auto [variable, subject] = graph().narrowings[At(n)];
  const int32_t value = current_[At(variable)];
  if (value == kUnbound || crosses_[At(variable)] == 0) return;
  const bool is_bound_here = IsDefinition(graph().events[At(subject)].action);
  const int32_t tested = is_bound_here ? subject : form_.values[At(subject)];
  if (SourceOf(tested) != SourceOf(value)) return;
  form_.narrowings[At(n)] = {value, SourceOf(value), false};
}

// The values of the phi's variable with which control may take the edge, last one first.
void SsaSolver::AddOperands(int32_t block, int32_t edge, int32_t phi) {
  const uint8_t taken = graph().taken[At(edge)];
  const int32_t begin = graph().event_begins[At(block)];
  int32_t end = graph().event_begins[At(block) + 1];
  const int32_t variable = form_.phis[At(phi)].variable;
  int32_t value = current_[At(variable)];
  bool holds = (taken & ssa_edge::kAtEnd) != 0;
  if (taken == ssa_edge::kAtEnd) {
    const int32_t n = graph().narrowed[At(edge)];
    const bool is_narrowed = n >= 0 && graph().narrowings[At(n)].variable == variable &&
                             form_.narrowings[At(n)].value != kUnbound;
    if (is_narrowed) value = graph().first_narrowing() + n;
    return operands_.push_back({phi, {value, edge}});
  }
  for (;;) {
    const bool is_first = value < begin || value >= graph().event_begins[At(block) + 1];
    const int32_t since = is_first ? begin : value + 1;
    holds |= (taken & ssa_edge::kAtRaise) != 0 && raises_[At(end)] > raises_[At(since)];
    holds |= is_first && (taken & ssa_edge::kAtBegin) != 0;
    if (holds) operands_.push_back({phi, {value, edge}});
    if (is_first) return;
    holds = false;
    end = value;
    value = form_.values[At(value)];
  }
}

void SsaSolver::SortOperands() {
  Group(static_cast<int32_t>(form_.phis.size()), form_.operand_begins, form_.operands,
        [&](const auto& visit) {
          for (const PhiOperand& o : operands_) visit(o.phi, o.operand);
        });
  for (size_t p = 0; p < form_.phis.size(); ++p) {
    const auto first = form_.operands.begin() + form_.operand_begins[p];
    const auto last = form_.operands.begin() + form_.operand_begins[p + 1];
    const auto before = [](const SsaOperand& a, const SsaOperand& b) { return a.edge < b.edge; };
    if (!std::is_sorted(first, last, before)) std::stable_sort(first, last, before);
  }
}

// Marks phis (renamed_ 0) and narrowings that a use sees.
void SsaSolver::KeepSeen() {
  const int32_t first_narrowing = graph().first_narrowing(), first_phi = graph().first_phi();
  renamed_.assign(form_.phis.size(), -1);
  open_.clear();
  const auto mark = [&](int32_t value) {
    if (value < first_narrowing) return;
    if (value < first_phi) {
      bool& is_seen = form_.narrowings[At(value - first_narrowing)].is_seen;
      if (std::exchange(is_seen, true)) return;
    } else if (std::exchange(renamed_[At(value - first_phi)], 0) == 0) {
      return;
    }
    open_.push_back(value);
  };
  for (size_t i = 0; i < graph().events.size(); ++i) {
    const SsaAction action = graph().events[i].action;
    if (action == SsaAction::kUse || action == SsaAction::kUpdate) mark(form_.values[i]);
  }
  while (!open_.empty()) {
    const int32_t value = open_.back();
    open_.pop_back();
    if (value < first_phi) {
      mark(form_.narrowings[At(value - first_narrowing)].value);
      continue;
    }
    const auto p = At(value - first_phi);
    for (int32_t o = form_.operand_begins[p]; o < form_.operand_begins[p + 1]; ++o) {
      mark(form_.operands[At(o)].value);
    }
  }
}

void SsaSolver::DropUnseen() {
  const int32_t first_phi = graph().first_phi();
  int32_t kept = 0;
  for (int32_t& name : renamed_) name = name == 0 ? kept++ : kUnbound;
  const auto rename = [&](int32_t& value) {
    if (value < first_phi) return;
    const int32_t name = renamed_[At(value - first_phi)];
    value = name < 0 ? kUnbound : first_phi + name;
  };
  for (int32_t& value : form_.values) rename(value);
  for (SsaNarrowed& narrowed : form_.narrowings) {
    rename(narrowed.value);
    rename(narrowed.source);
  }
  size_t operands = 0;
  for (size_t p = 0; p < renamed_.size(); ++p) {
    if (renamed_[p] < 0) continue;
    const auto to = At(renamed_[p]);
    form_.phis[to] = form_.phis[p];
    const int32_t begin = form_.operand_begins[p], end = form_.operand_begins[p + 1];
    form_.operand_begins[to] = static_cast<int32_t>(operands);
    for (int32_t o = begin; o < end; ++o) {
      form_.operands[operands] = form_.operands[At(o)];
      rename(form_.operands[operands++].value);
    }
  }
  form_.phis.resize(At(kept));
  form_.operands.resize(operands);
  form_.operand_begins.resize(At(kept) + 1);
  form_.operand_begins.back() = static_cast<int32_t>(operands);
}

const SsaForm& SsaSolver::Build(const SsaGraph& graph) {
  graph_ = &graph;
  form_.values.assign(graph.events.size(), kUnbound);
  form_.narrowings.assign(graph.narrowings.size(), {});
  form_.phis.clear();
  form_.operand_begins.assign(1, 0);
  form_.operands.clear();
  form_.is_left_out.clear();
  current_.assign(At(graph.variable_count), kUnbound);
  if (const int32_t blocks = OneWay(graph); blocks > 0) {
    FollowOneWay(blocks);
    return form_;
  }
  CountRaises();
  FindCrossingVariables();
  FindWaysIn();
  PlacePhis();
  operands_.clear();
  Rename();
  if (form_.phis.empty() && graph.narrowings.empty()) return form_;
  SortOperands();
  KeepSeen();
  DropUnseen();
  return form_;
}

SsaForm BuildSsa(const SsaGraph& graph) { return SsaSolver().Build(graph); }

}  // namespace codeanatomy::flow
