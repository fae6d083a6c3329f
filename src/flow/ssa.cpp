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
#include "flow/ssa.h"

#include <algorithm>
#include <utility>

namespace codeanatomy::flow {
namespace {

size_t At(int32_t i) { return static_cast<size_t>(i); }

bool IsDefinition(SsaAction action) {
  return action == SsaAction::kDefine || action == SsaAction::kUpdate;
}

// Lists of integers by key, in order of insertion.
struct Lists {
  std::vector<int32_t> begins, items;

  Lists(int32_t keys, const std::vector<std::pair<int32_t, int32_t>>& pairs)
      : begins(At(keys) + 1, 0), items(pairs.size()) {
    for (const auto& [key, item] : pairs) ++begins[At(key) + 1];
    for (size_t k = 1; k < begins.size(); ++k) begins[k] += begins[k - 1];
    std::vector<int32_t> next(begins.begin(), begins.end() - 1);
    for (const auto& [key, item] : pairs) items[At(next[At(key)]++)] = item;
  }
};

Lists DominanceFrontiers(const SsaGraph& graph) {
  std::vector<std::pair<int32_t, int32_t>> sources;  // by target
  for (int32_t b = 0; b < graph.block_count(); ++b) {
    if (!graph.is_reached(b)) continue;
    for (int32_t e = graph.edge_begins[At(b)]; e < graph.edge_begins[At(b) + 1]; ++e) {
      sources.emplace_back(graph.targets[At(e)], b);
    }
  }
  const Lists in(graph.block_count(), sources);
  std::vector<std::pair<int32_t, int32_t>> found;
  std::vector<int32_t> last(At(graph.block_count()), -1);
  for (int32_t join = 0; join < graph.block_count(); ++join) {
    const int32_t begin = in.begins[At(join)], end = in.begins[At(join) + 1];
    if (end - begin < 2) continue;
    const int32_t stop = graph.idom[At(join)];
    for (int32_t i = begin; i < end; ++i) {
      for (int32_t b = in.items[At(i)]; b != stop && last[At(b)] != join; b = graph.idom[At(b)]) {
        last[At(b)] = join;
        found.emplace_back(b, join);
      }
    }
  }
  return Lists(graph.block_count(), found);
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

void FollowOneWay(const SsaGraph& graph, int32_t blocks, std::vector<int32_t>& current,
                  SsaForm& form) {
  form.values.assign(graph.events.size(), kUnbound);
  form.phis.clear();
  form.operand_begins.assign(1, 0);
  form.operands.clear();
  current.assign(At(graph.variable_count), kUnbound);
  for (int32_t i = 0; i < graph.event_begins[At(blocks)]; ++i) {
    const SsaEvent& event = graph.events[At(i)];
    if (event.action == SsaAction::kRaise) continue;
    form.values[At(i)] = current[At(event.variable)];
    if (IsDefinition(event.action)) current[At(event.variable)] = i;
  }
}

class SsaBuilder {
 public:
  explicit SsaBuilder(const SsaGraph& graph) : graph_(graph), raises_(graph.events.size() + 1, 0) {
    for (size_t i = 0; i < graph.events.size(); ++i) {
      raises_[i + 1] = raises_[i] + (graph.events[i].action == SsaAction::kRaise ? 1 : 0);
    }
    form_.values.assign(graph.events.size(), kUnbound);
  }

  SsaForm Build() {
    PlacePhis();
    Rename();
    form_.operand_begins.assign(form_.phis.size() + 1, 0);
    if (!form_.phis.empty()) {
      SortOperands();
      DropDeadPhis();
    }
    return std::move(form_);
  }

 private:
  struct PhiOperand {
    int32_t phi;
    SsaOperand operand;
  };

  // Variables that some block uses before it defines them; only these need phis.
  std::vector<uint8_t> CrossingVariables() const {
    std::vector<uint8_t> crosses(At(graph_.variable_count), 0);
    std::vector<int32_t> defined_in(At(graph_.variable_count), -1);
    for (int32_t b = 0; b < graph_.block_count(); ++b) {
      for (int32_t i = graph_.event_begins[At(b)]; i < graph_.event_begins[At(b) + 1]; ++i) {
        const SsaEvent& event = graph_.events[At(i)];
        if (event.action == SsaAction::kRaise) continue;
        const bool reads = event.action != SsaAction::kDefine;
        if (reads && defined_in[At(event.variable)] != b) crosses[At(event.variable)] = 1;
        if (IsDefinition(event.action)) defined_in[At(event.variable)] = b;
      }
    }
    return crosses;
  }

  bool IsLeftAtEnd(int32_t block) const {
    for (int32_t e = graph_.edge_begins[At(block)]; e < graph_.edge_begins[At(block) + 1]; ++e) {
      if (graph_.taken[At(e)] != ssa_edge::kAtEnd) return false;
    }
    return true;
  }

  void PlacePhis() {
    const std::vector<uint8_t> crosses = CrossingVariables();
    std::vector<std::pair<int32_t, int32_t>> definitions;  // variable, block
    // The entry dominates all blocks, so what only it defines, as parameters, meets nothing.
    for (int32_t b = IsLeftAtEnd(0) ? 1 : 0; b < graph_.block_count(); ++b) {
      if (!graph_.is_reached(b)) continue;
      for (int32_t i = graph_.event_begins[At(b)]; i < graph_.event_begins[At(b) + 1]; ++i) {
        const SsaEvent& event = graph_.events[At(i)];
        if (IsDefinition(event.action) && crosses[At(event.variable)] != 0) {
          definitions.emplace_back(event.variable, b);
        }
      }
    }
    phi_begins_.assign(At(graph_.block_count()) + 1, 0);
    if (definitions.empty()) return;
    const Lists frontiers = DominanceFrontiers(graph_);
    const Lists blocks(graph_.variable_count, definitions);
    std::vector<std::pair<int32_t, int32_t>> placed;  // block, variable
    std::vector<int32_t> has_phi(At(graph_.block_count()), -1), open;
    for (int32_t v = 0; v < graph_.variable_count; ++v) {
      const auto place = [&](int32_t block) {
        if (has_phi[At(block)] == v) return;
        has_phi[At(block)] = v;
        placed.emplace_back(block, v);
        open.push_back(block);
      };
      const auto place_frontier = [&](int32_t block) {
        for (int32_t i = frontiers.begins[At(block)]; i < frontiers.begins[At(block) + 1]; ++i) {
          place(frontiers.items[At(i)]);
        }
      };
      for (int32_t i = blocks.begins[At(v)]; i < blocks.begins[At(v) + 1]; ++i) {
        const int32_t block = blocks.items[At(i)];
        if (i > blocks.begins[At(v)] && block == blocks.items[At(i) - 1]) continue;
        place_frontier(block);
        for (int32_t e = graph_.edge_begins[At(block)]; e < graph_.edge_begins[At(block) + 1];
             ++e) {
          if (graph_.taken[At(e)] != ssa_edge::kAtEnd) place(graph_.targets[At(e)]);
        }
      }
      while (!open.empty()) {
        const int32_t block = open.back();
        open.pop_back();
        place_frontier(block);
      }
    }
    const Lists by_block(graph_.block_count(), placed);
    phi_begins_ = by_block.begins;
    for (int32_t b = 0; b < graph_.block_count(); ++b) {
      for (int32_t i = phi_begins_[At(b)]; i < phi_begins_[At(b) + 1]; ++i) {
        form_.phis.push_back({b, by_block.items[At(i)]});
      }
    }
  }

  void Rename() {
    std::vector<std::pair<int32_t, int32_t>> below;
    for (int32_t b = 1; b < graph_.block_count(); ++b) {
      if (graph_.idom[At(b)] >= 0) below.emplace_back(graph_.idom[At(b)], b);
    }
    const Lists children(graph_.block_count(), below);
    struct Visit {
      int32_t next;      // child
      size_t undo_size;  // before the block
      int32_t block;
    };
    current_.assign(At(graph_.variable_count), kUnbound);
    std::vector<Visit> open;
    const auto enter = [&](int32_t block) {
      open.push_back({children.begins[At(block)], undo_.size(), block});
      RenameBlock(block);
    };
    enter(0);
    while (!open.empty()) {
      Visit& visit = open.back();
      if (visit.next < children.begins[At(visit.block) + 1]) {
        enter(children.items[At(visit.next++)]);
        continue;
      }
      for (; undo_.size() > visit.undo_size; undo_.pop_back()) {
        current_[At(undo_.back().first)] = undo_.back().second;
      }
      open.pop_back();
    }
  }

  void Set(int32_t variable, int32_t value) {
    undo_.emplace_back(variable, current_[At(variable)]);
    current_[At(variable)] = value;
  }

  void RenameBlock(int32_t block) {
    const auto first_phi = static_cast<int32_t>(graph_.events.size());
    for (int32_t p = phi_begins_[At(block)]; p < phi_begins_[At(block) + 1]; ++p) {
      Set(form_.phis[At(p)].variable, first_phi + p);
    }
    for (int32_t i = graph_.event_begins[At(block)]; i < graph_.event_begins[At(block) + 1]; ++i) {
      const SsaEvent& event = graph_.events[At(i)];
      if (event.action == SsaAction::kRaise) continue;
      form_.values[At(i)] = current_[At(event.variable)];
      if (IsDefinition(event.action)) Set(event.variable, i);
    }
    for (int32_t e = graph_.edge_begins[At(block)]; e < graph_.edge_begins[At(block) + 1]; ++e) {
      const int32_t target = graph_.targets[At(e)];
      for (int32_t p = phi_begins_[At(target)]; p < phi_begins_[At(target) + 1]; ++p) {
        AddOperands(block, e, p);
      }
    }
  }

  // The values of the phi's variable with which control may take the edge, last one first.
  void AddOperands(int32_t block, int32_t edge, int32_t phi) {
    const uint8_t taken = graph_.taken[At(edge)];
    const int32_t begin = graph_.event_begins[At(block)];
    int32_t end = graph_.event_begins[At(block) + 1];
    int32_t value = current_[At(form_.phis[At(phi)].variable)];
    bool holds = (taken & ssa_edge::kAtEnd) != 0;
    if (taken == ssa_edge::kAtEnd) return operands_.push_back({phi, {value, edge}});
    for (;;) {
      const bool is_first = value < begin || value >= graph_.event_begins[At(block) + 1];
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

  void SortOperands() {
    for (const PhiOperand& o : operands_) ++form_.operand_begins[At(o.phi) + 1];
    for (size_t p = 0; p < form_.phis.size(); ++p) {
      form_.operand_begins[p + 1] += form_.operand_begins[p];
    }
    std::vector<int32_t> next(form_.operand_begins.begin(), form_.operand_begins.end() - 1);
    form_.operands.resize(operands_.size());
    for (const PhiOperand& o : operands_) form_.operands[At(next[At(o.phi)]++)] = o.operand;
    for (size_t p = 0; p < form_.phis.size(); ++p) {
      const auto first = form_.operands.begin();
      std::stable_sort(first + form_.operand_begins[p], first + form_.operand_begins[p + 1],
                       [](const SsaOperand& a, const SsaOperand& b) { return a.edge < b.edge; });
    }
  }

  void DropDeadPhis() {
    const auto first_phi = static_cast<int32_t>(graph_.events.size());
    std::vector<int32_t> renamed(form_.phis.size(), -1), open;
    const auto mark = [&](int32_t value) {
      if (value < first_phi || renamed[At(value - first_phi)] == 0) return;
      renamed[At(value - first_phi)] = 0;
      open.push_back(value - first_phi);
    };
    for (size_t i = 0; i < graph_.events.size(); ++i) {
      const SsaAction action = graph_.events[i].action;
      if (action == SsaAction::kUse || action == SsaAction::kUpdate) mark(form_.values[i]);
    }
    while (!open.empty()) {
      const auto p = At(open.back());
      open.pop_back();
      for (int32_t o = form_.operand_begins[p]; o < form_.operand_begins[p + 1]; ++o) {
        mark(form_.operands[At(o)].value);
      }
    }
    int32_t kept = 0;
    for (int32_t& name : renamed) name = name == 0 ? kept++ : kUnbound;
    const auto rename = [&](int32_t& value) {
      if (value < first_phi) return;
      const int32_t name = renamed[At(value - first_phi)];
      value = name < 0 ? kUnbound : first_phi + name;
    };
    for (int32_t& value : form_.values) rename(value);
    size_t operands = 0;
    for (size_t p = 0; p < renamed.size(); ++p) {
      if (renamed[p] < 0) continue;
      const auto to = At(renamed[p]);
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

  const SsaGraph& graph_;
  SsaForm form_;
  std::vector<int32_t> raises_;  // number of raises before each event
  std::vector<int32_t> phi_begins_;
  std::vector<int32_t> current_;
  std::vector<std::pair<int32_t, int32_t>> undo_;
  std::vector<PhiOperand> operands_;
};

}  // namespace

const SsaForm& SsaSolver::Build(const SsaGraph& graph) {
  if (const int32_t blocks = OneWay(graph); blocks > 0) {
    FollowOneWay(graph, blocks, current_, form_);
  } else {
    form_ = SsaBuilder(graph).Build();
  }
  return form_;
}

SsaForm BuildSsa(const SsaGraph& graph) { return SsaSolver().Build(graph); }

}  // namespace codeanatomy::flow
