// Semi-NCA. Terms: nodes are numbered in preorder of a depth-first search; the *semidominator* of w
// is the least v with a way v → … → w whose inner nodes are all numbered above w.
//
// Semidominators come from a pass in reverse preorder, with a forest of the nodes already passed
// whose paths are compressed (`Forest::Least`). The immediate dominator of w is then the nearest
// common ancestor, in the dominator tree so far, of w's parent and its semidominator: a walk
// upwards in a pass in preorder. Unlike the iteration of Cooper, Harvey and Kennedy it does not
// suffer from a function with thousands of returns, whose exit would walk the whole tree for each
// of them.
#include "flow/dominators.h"

#include <algorithm>

#include "flow/grouping.h"

namespace codeanatomy::flow {
namespace {

struct Preorder {
  std::vector<int32_t> nodes;    // by number
  std::vector<int32_t> numbers;  // by node, -1 if not reached
  std::vector<int32_t> parents;  // by number, as number
};

struct Visit {
  int32_t node, number, next;
};

void Search(const Digraph& graph, int32_t root, Preorder& order, std::vector<Visit>& open) {
  order.nodes.clear();
  order.parents.clear();
  order.numbers.assign(static_cast<size_t>(graph.size()), -1);
  const auto enter = [&](int32_t node, int32_t parent) {
    const auto number = static_cast<int32_t>(order.nodes.size());
    order.numbers[static_cast<size_t>(node)] = number;
    order.nodes.push_back(node);
    order.parents.push_back(parent);
    open.push_back({node, number, graph.begins[static_cast<size_t>(node)]});
  };
  enter(root, 0);
  while (!open.empty()) {
    Visit& visit = open.back();
    if (visit.next == graph.begins[static_cast<size_t>(visit.node) + 1]) {
      open.pop_back();
      continue;
    }
    const int32_t target = graph.targets[static_cast<size_t>(visit.next++)];
    if (order.numbers[static_cast<size_t>(target)] < 0) enter(target, visit.number);
  }
}

// Nodes by number; those from `linked` on hang below their parents.
class Forest {
 public:
  void Plant(const std::vector<int32_t>& parents) {
    semi_.resize(parents.size());
    label_.resize(parents.size());
    ancestor_ = parents;
    for (size_t i = 0; i < parents.size(); ++i) semi_[i] = label_[i] = static_cast<int32_t>(i);
  }
  int32_t& semi(int32_t v) { return semi_[static_cast<size_t>(v)]; }

  /// The least semidominator on the way from v up to the root of its tree, without that root.
  int32_t Least(int32_t v, int32_t linked) {
    path_.clear();
    while (ancestor(v) >= linked) {
      path_.push_back(v);
      v = ancestor(v);
    }
    int32_t above = v;
    for (; !path_.empty(); path_.pop_back()) {
      v = path_.back();
      ancestor(v) = ancestor(above);
      if (semi(label(above)) < semi(label(v))) label(v) = label(above);
      above = v;
    }
    return semi(label(above));
  }

 private:
  int32_t& label(int32_t v) { return label_[static_cast<size_t>(v)]; }
  int32_t& ancestor(int32_t v) { return ancestor_[static_cast<size_t>(v)]; }
  std::vector<int32_t> semi_, label_, ancestor_;
  std::vector<int32_t> path_;
};

// The blocks of one scope as a graph, with one further node as the common end of all ways.
void FillScopeGraph(const ControlFlow& graph, FlowScopeId s, Raises raises, Digraph& out) {
  const int32_t first = graph.blocks_begin(s).value;
  out.targets.clear();
  out.begins.assign(1, 0);
  for (BlockId b = graph.blocks_begin(s); b != graph.blocks_end(s); ++b.value) {
    if (graph.is_reachable(b)) {
      for (EdgeId e = graph.edges_begin(b); e != graph.edges_end(b); ++e.value) {
        if (raises == Raises::kExplicit && graph.has(e, flow_edge_flag::kImplicitRaise)) continue;
        out.targets.push_back(graph.target(e).value - first);
      }
    }
    out.begins.push_back(static_cast<int32_t>(out.targets.size()));
  }
}

// Nodes from which a new way to the common end begins: those without successors, and of each set of
// nodes that reach one another and nothing else (a loop that no way leaves) the last.
class EndFinder {
 public:
  EndFinder(const Digraph& graph, const Digraph& reversed)
      : graph_(graph), reversed_(reversed), seen_(static_cast<size_t>(graph.size()), 0) {}

  std::vector<int32_t> Find(int32_t reachable) {
    for (int32_t n = 0; n < reachable; ++n) {
      const auto at = static_cast<size_t>(n);
      if (graph_.begins[at] == graph_.begins[at + 1]) Add(n);
    }
    bool is_endless = false;
    for (int32_t n = 0; n < reachable && !is_endless; ++n) is_endless = !seen(n);
    if (is_endless) AddLoops(reachable);
    std::sort(ends_.begin(), ends_.end());
    return std::move(ends_);
  }

 private:
  bool seen(int32_t n) const { return seen_[static_cast<size_t>(n)] != 0; }

  // Calls `enter` with each target of n.
  template <typename Enter>
  static void Each(const Digraph& graph, int32_t n, const Enter& enter) {
    const auto at = static_cast<size_t>(n);
    for (int32_t i = graph.begins[at]; i < graph.begins[at + 1]; ++i) {
      enter(graph.targets[static_cast<size_t>(i)]);
    }
  }

  void Add(int32_t end) {
    ends_.push_back(end);
    Flood(reversed_, end, seen_);
  }

  // Marks what `from` reaches; the last of it in number.
  int32_t Flood(const Digraph& graph, int32_t from, std::vector<uint8_t>& marks) {
    int32_t last = from;
    const auto enter = [&](int32_t n) {
      if (marks[static_cast<size_t>(n)] != 0) return;
      marks[static_cast<size_t>(n)] = 1;
      last = std::max(last, n);
      open_.push_back(n);
    };
    enter(from);
    while (!open_.empty()) {
      const int32_t n = open_.back();
      open_.pop_back();
      Each(graph, n, enter);
    }
    return last;
  }

  // Sharir 1981: in a search of the reversed graph, what is left last is in a set that nothing
  // leaves, if what leads to earlier such sets is taken away.
  void AddLoops(int32_t reachable) {
    std::vector<uint8_t> entered = seen_, looped(seen_.size(), 0);
    std::vector<int32_t> left;
    std::vector<Visit> open;
    const auto enter = [&](int32_t n) {
      if (entered[static_cast<size_t>(n)] != 0) return;
      entered[static_cast<size_t>(n)] = 1;
      open.push_back({n, 0, reversed_.begins[static_cast<size_t>(n)]});
    };
    for (int32_t n = 0; n < reachable; ++n) {
      enter(n);
      while (!open.empty()) {
        Visit& visit = open.back();
        if (visit.next == reversed_.begins[static_cast<size_t>(visit.node) + 1]) {
          left.push_back(visit.node);
          open.pop_back();
        } else {
          enter(reversed_.targets[static_cast<size_t>(visit.next++)]);
        }
      }
    }
    for (; !left.empty(); left.pop_back()) {
      if (!seen(left.back())) Add(Flood(graph_, left.back(), looped));
    }
  }

  const Digraph& graph_;
  const Digraph& reversed_;
  std::vector<uint8_t> seen_;
  std::vector<int32_t> ends_, open_;
};

// Fills the trees where each block leads to the next one only, as in most functions.
bool FillOneWay(const ControlFlow& graph, FlowScopeId s, int32_t reachable, DominatorTrees& trees) {
  const int32_t first = graph.blocks_begin(s).value;
  for (int32_t b = first; b < first + reachable; ++b) {
    const EdgeId begin = graph.edges_begin(BlockId{b}), end = graph.edges_end(BlockId{b});
    const bool is_last = b + 1 == first + reachable;
    if (end.value - begin.value != (is_last ? 0 : 1)) return false;
    const bool leads_on = is_last || (graph.target(begin).value == b + 1 &&
                                      !graph.has(begin, flow_edge_flag::kImplicitRaise));
    if (!leads_on) return false;
  }
  for (int32_t b = first + 1; b < first + reachable; ++b) {
    trees.dominators[static_cast<size_t>(b)] = BlockId{b - 1};
    trees.post_dominators[static_cast<size_t>(b) - 1] = BlockId{b};
  }
  return true;
}

void TransposeInto(const Digraph& graph, Digraph& out) {
  Group(graph.size(), out.begins, out.targets, [&](const auto& visit) {
    for (int32_t n = 0; n < graph.size(); ++n) {
      const auto at = static_cast<size_t>(n);
      for (int32_t i = graph.begins[at]; i < graph.begins[at + 1]; ++i) {
        visit(graph.targets[static_cast<size_t>(i)], n);
      }
    }
  });
}

// Keeps its memory from one graph to the next: most are small.
class Solver {
 public:
  /// -1 for the root and for what it does not reach; valid until the next call.
  const std::vector<int32_t>& ImmediateDominators(const Digraph& graph, int32_t root) {
    Search(graph, root, order_, open_);
    TransposeInto(graph, reversed_);
    const auto count = static_cast<int32_t>(order_.nodes.size());
    forest_.Plant(order_.parents);
    for (int32_t w = count - 1; w > 0; --w) {
      int32_t least = order_.parents[static_cast<size_t>(w)];
      const auto node = static_cast<size_t>(order_.nodes[static_cast<size_t>(w)]);
      for (int32_t i = reversed_.begins[node]; i < reversed_.begins[node + 1]; ++i) {
        const auto source = static_cast<size_t>(reversed_.targets[static_cast<size_t>(i)]);
        const int32_t v = order_.numbers[source];
        if (v >= 0) least = std::min(least, forest_.Least(v, w + 1));
      }
      forest_.semi(w) = least;
    }
    std::vector<int32_t>& idom = order_.parents;
    found_.assign(static_cast<size_t>(graph.size()), -1);
    for (int32_t w = 1; w < count; ++w) {
      int32_t& candidate = idom[static_cast<size_t>(w)];
      while (candidate > forest_.semi(w)) candidate = idom[static_cast<size_t>(candidate)];
      found_[static_cast<size_t>(order_.nodes[static_cast<size_t>(w)])] =
          order_.nodes[static_cast<size_t>(candidate)];
    }
    return found_;
  }

 private:
  Preorder order_;
  std::vector<Visit> open_;
  Digraph reversed_;
  Forest forest_;
  std::vector<int32_t> found_;
};

class TreeFinder {
 public:
  explicit TreeFinder(const ControlFlow& graph) : graph_(graph) {}

  DominatorTrees Find() {
    DominatorTrees trees;
    trees.dominators.resize(static_cast<size_t>(graph_.block_count()));
    trees.post_dominators.resize(trees.dominators.size());
    for (FlowScopeId s{0}; s.value < graph_.scope_count(); ++s.value) {
      const int32_t reachable = Reachable(s);
      if (FillOneWay(graph_, s, reachable, trees)) continue;
      FillScopeGraph(graph_, s, Raises::kAll, flow_);
      Place(solver_.ImmediateDominators(flow_, 0), s, reachable, trees.dominators);
      FindPostDominators(s, Raises::kExplicit, trees.post_dominators);
    }
    return trees;
  }

  void FindPostDominators(FlowScopeId s, Raises raises, std::vector<BlockId>& out) {
    const int32_t reachable = Reachable(s);
    FillScopeGraph(graph_, s, raises, flow_);
    TransposeInto(flow_, reversed_);
    const std::vector<int32_t> ends = EndFinder(flow_, reversed_).Find(reachable);
    reversed_.targets.insert(reversed_.targets.end(), ends.begin(), ends.end());
    reversed_.begins.push_back(static_cast<int32_t>(reversed_.targets.size()));
    Place(solver_.ImmediateDominators(reversed_, flow_.size()), s, reachable, out);
  }

 private:
  int32_t Reachable(FlowScopeId s) const {
    BlockId b = graph_.blocks_begin(s);
    while (b != graph_.blocks_end(s) && graph_.is_reachable(b)) ++b.value;
    return b.value - graph_.blocks_begin(s).value;
  }

  // What is beyond the blocks of the scope is its end, which is none.
  void Place(const std::vector<int32_t>& found, FlowScopeId s, int32_t reachable,
             std::vector<BlockId>& out) const {
    const int32_t first = graph_.blocks_begin(s).value;
    const int32_t size = graph_.blocks_end(s).value - first;
    for (int32_t b = 0; b < reachable; ++b) {
      const int32_t above = found[static_cast<size_t>(b)];
      if (above >= 0 && above < size) out[static_cast<size_t>(first + b)] = BlockId{first + above};
    }
  }

  const ControlFlow& graph_;
  Solver solver_;
  Digraph flow_, reversed_;
};

}  // namespace

Digraph Transpose(const Digraph& graph) {
  Digraph out;
  TransposeInto(graph, out);
  return out;
}

std::vector<int32_t> ImmediateDominators(const Digraph& graph, int32_t root) {
  return Solver().ImmediateDominators(graph, root);
}

DominatorTrees ComputeDominatorTrees(const ControlFlow& graph) { return TreeFinder(graph).Find(); }

std::vector<BlockId> ComputePostDominators(const ControlFlow& graph, Raises raises) {
  std::vector<BlockId> found(static_cast<size_t>(graph.block_count()));
  TreeFinder finder(graph);
  for (FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    finder.FindPostDominators(s, raises, found);
  }
  return found;
}

}  // namespace codeanatomy::flow
