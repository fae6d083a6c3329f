// debug cfg: control flow between statements, as far as it is normal, and the definitions that
// reach each read of a fast local.
//
// The graphs are over expressions. Here each node stands for its statement, except clause or case;
// blocks that evaluate none are passed through.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/line_index.h"
#include "cli/debug_lines.h"
#include "flow/reaching_definitions.h"

namespace codeanatomy::cli {
namespace {

using flow::BlockId;
using flow::BlockKind;
using flow::ControlFlow;
using parse::NodeId;
using parse::SyntaxTree;

// Pairs of a file that are listed; one function of n statements may have n²/2.
constexpr size_t kMaxPrintedPairs = 1'000'000;

// Ends of edges beside the nodes, which are the values from 0 on.
constexpr int32_t kEntry = -1, kExit = -2;

class StatementGraph {
 public:
  StatementGraph(const SyntaxTree& tree, const ControlFlow& graph)
      : tree_(tree),
        graph_(graph),
        onward_(static_cast<size_t>(graph.block_count())),
        units_(static_cast<size_t>(tree.size())),
        seen_(static_cast<size_t>(graph.block_count())) {
    for (NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
      const AstSort sort = GetAstKindInfo(tree.kind(n)).sort;
      const bool is_unit =
          sort == AstSort::kStmt || sort == AstSort::kExceptHandler || sort == AstSort::kMatchCase;
      units_[n.index()] = is_unit || n == tree.root() ? n : units_[tree.parent(n).index()];
    }
  }

  /// The statement, clause or case that a node belongs to.
  NodeId Unit(NodeId n) const { return units_[n.index()]; }

  /// Pairs of units, kEntry, kExit; each once, sorted.
  std::vector<std::pair<int32_t, int32_t>> Edges(flow::FlowScopeId scope) {
    std::vector<std::pair<int32_t, int32_t>> edges;
    const BlockId entry = graph_.entry(scope);
    for (BlockId b = entry; b != graph_.blocks_end(scope); ++b.value) {
      if (!graph_.is_reachable(b)) continue;
      const std::vector<int32_t> units = UnitsOf(b);
      for (size_t i = 1; i < units.size(); ++i) edges.emplace_back(units[i - 1], units[i]);
      if (units.empty() && b != entry) continue;
      const int32_t last = units.empty() ? kEntry : units.back();
      if (b == entry && !units.empty()) edges.emplace_back(kEntry, units.front());
      for (const int32_t next : Successors(b)) {
        if (next != last) edges.emplace_back(last, next);
      }
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
  }

 private:
  std::vector<int32_t> UnitsOf(BlockId b) const {
    std::vector<int32_t> units;
    if (graph_.kind(b) == BlockKind::kEntry) return units;  // parameters
    const auto nodes = graph_.nodes(b);
    const auto flags = graph_.node_flags(b);
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (!IsShown(nodes[i], flags[i])) continue;
      const int32_t unit = units_[nodes[i].index()].value;
      if (units.empty() || units.back() != unit) units.push_back(unit);
    }
    return units;
  }

  // Leaving a `with` or the clause of a name has no place of its own.
  bool IsShown(NodeId node, uint8_t flags) const {
    return (flags & flow::flow_node_flag::kImplicit) == 0 ||
           GetAstKindInfo(tree_.kind(node)).sort == AstSort::kExpr;
  }

  // The units that control reaches first behind the block.
  std::vector<int32_t> Successors(BlockId block) {
    std::vector<int32_t> found;
    std::vector<BlockId> open{block};
    ++round_;
    while (!open.empty()) {
      const BlockId b = open.back();
      open.pop_back();
      for (flow::EdgeId e = graph_.edges_begin(b); e != graph_.edges_end(b); ++e.value) {
        if (graph_.is_exceptional(e)) continue;
        const BlockId target = Onward(graph_.target(e));
        if (seen_[target.index()] == round_) continue;
        seen_[target.index()] = round_;
        if (graph_.kind(target) == BlockKind::kExit) {
          found.push_back(kExit);
        } else if (const auto units = UnitsOf(target); !units.empty()) {
          found.push_back(units.front());
        } else {
          open.push_back(target);
        }
      }
    }
    return found;
  }

  // Where the only way leads on from a block that shows nothing, through others like it: the ends
  // of nested statements are such.
  BlockId Onward(BlockId b) {
    passed_.clear();
    while (!onward_[b.index()].valid()) {
      const flow::EdgeId edge = graph_.edges_begin(b);
      const bool has_one = graph_.edges_end(b).value - edge.value == 1;
      const bool leads_on =
          has_one && !graph_.is_exceptional(edge) && graph_.target(edge) > b && UnitsOf(b).empty();
      if (!leads_on) {
        onward_[b.index()] = b;
        break;
      }
      passed_.push_back(b);
      b = graph_.target(edge);
    }
    for (const BlockId p : passed_) onward_[p.index()] = onward_[b.index()];
    return onward_[b.index()];
  }

  const SyntaxTree& tree_;
  const ControlFlow& graph_;
  std::vector<BlockId> onward_, passed_;  // onward_ by block
  std::vector<NodeId> units_;
  std::vector<int32_t> seen_;  // round in which a block was visited
  int32_t round_ = 0;
};

bool IsShownScope(AstKind kind) { return IsScopeDeclaration(kind) && kind != AstKind::kLambda; }

class CfgPrinter {
 public:
  CfgPrinter(const SyntaxTree& tree, const symbols::SymbolTable& symbols, const ControlFlow& graph)
      : tree_(tree),
        symbols_(symbols),
        graph_(graph),
        lines_(tree.text()),
        statements_(tree, graph),
        sparse_(flow::FindDefinitions(tree, symbols, graph, flow::ComputeDominatorTrees(graph))),
        reaching_(sparse_),
        reads_(static_cast<size_t>(graph.scope_count())) {
    for (flow::UseId u{0}; u.index() < sparse_.uses.size(); ++u.value) {
      if (IsFastRead(sparse_.uses[u.index()])) {
        const flow::Variable& variable =
            sparse_.variables[sparse_.uses[u.index()].variable.index()];
        reads_[variable.scope.index()].push_back(u);
      }
    }
  }

  /// Uses whose pairs are not listed, since the limit is reached.
  size_t left_out() const { return left_out_; }

  void Print(std::string& out, flow::FlowScopeId s) {
    const NodeId node = graph_.scope_node(s);
    out += "{\"scope\": ";
    if (node == tree_.root()) {
      out += "\"module\"";
    } else {
      PrintPlace(out, node);
    }
    out += ", \"edges\": [";
    bool separate = false;
    for (const auto& [from, to] : statements_.Edges(s)) {
      out += separate ? ", [" : "[";
      separate = true;
      PrintEnd(out, from);
      out += ", ";
      PrintEnd(out, to);
      out += ']';
    }
    out += "], \"defuse\": [";
    PrintPairs(out, reads_[s.index()]);
    out += "]}";
  }

 private:
  // Compiled code has fast locals in functions alone, and reads them from cells where inner scopes
  // capture them; both are one here.
  bool IsFastRead(const flow::Use& use) const {
    const flow::Variable& variable = sparse_.variables[use.variable.index()];
    const bool is_read = use.kind == flow::UseKind::kLoad || use.kind == flow::UseKind::kReturn ||
                         use.kind == flow::UseKind::kAugmented;
    const symbols::ScopeId scope = symbols_.opened_by(graph_.scope_node(variable.scope));
    return is_read && symbols_.resolution(variable.symbol) == symbols::Resolution::kLocal &&
           scope.valid() && symbols_.is_optimized(scope);
  }

  void PrintPlace(std::string& out, NodeId n) const {
    if (tree_.kind(n) == AstKind::kMatchCase) n = tree_.Child(n, AstField::kPattern);
    const LineColumn at = lines_.Find(tree_.span(n).begin);
    fmt::format_to(std::back_inserter(out), "\"{}:{}\"", at.line, at.column);
  }

  void PrintEnd(std::string& out, int32_t end) const {
    if (end == kEntry) {
      out += "\"entry\"";
    } else if (end == kExit) {
      out += "\"exit\"";
    } else {
      PrintPlace(out, NodeId{end});
    }
  }

  // By use, then binding statement, parameters first; each once. A statement may bind a name twice.
  void PrintPairs(std::string& out, std::vector<flow::UseId>& reads) {
    const auto node = [&](flow::UseId u) { return sparse_.uses[u.index()].node; };
    std::sort(reads.begin(), reads.end(),
              [&](flow::UseId a, flow::UseId b) { return node(a) < node(b); });
    std::vector<NodeId> places;
    bool separate = false;
    for (const flow::UseId u : reads) {
      const flow::Use& use = sparse_.uses[u.index()];
      const auto found =
          pairs_left_ == 0 ? std::nullopt : reaching_.Of(use.reaching, kMaxPrintedPairs);
      if (!found || found->size() > pairs_left_) {
        ++left_out_;
        pairs_left_ = 0;
        continue;
      }
      pairs_left_ -= found->size();
      places.clear();
      for (const flow::DefinitionId d : *found) {
        const flow::Definition& definition = sparse_.definitions[d.index()];
        const bool is_param = definition.kind == flow::DefinitionKind::kParam;
        places.push_back(is_param ? NodeId{} : statements_.Unit(definition.node));
      }
      std::sort(places.begin(), places.end());
      places.erase(std::unique(places.begin(), places.end()), places.end());
      for (const NodeId place : places) {
        out += separate ? ", [" : "[";
        separate = true;
        AppendJsonString(out, symbols_.name(sparse_.variables[use.variable.index()].symbol));
        out += ", ";
        if (place.valid()) {
          PrintPlace(out, place);
        } else {
          out += "\"param\"";
        }
        out += ", ";
        PrintPlace(out, use.node);
        out += ']';
      }
    }
  }

  const SyntaxTree& tree_;
  const symbols::SymbolTable& symbols_;
  const ControlFlow& graph_;
  const LineIndex lines_;
  StatementGraph statements_;
  const flow::SparseDefinitions sparse_;
  flow::ReachingDefinitions reaching_;
  std::vector<std::vector<flow::UseId>> reads_;  // by scope
  size_t pairs_left_ = kMaxPrintedPairs, left_out_ = 0;
};

}  // namespace

std::string CfgLine(const source::SourceFile& file, PythonVersion version) {
  const SyntaxTree tree = parse::ParseModule(file.text(), {.version = version});
  const symbols::SymbolTable symbols = symbols::BuildSymbolTable(tree);
  const ControlFlow graph = flow::BuildControlFlow(tree, symbols);
  CfgPrinter printer(tree, symbols, graph);
  std::string out = "{";
  AppendPath(out, file);
  out += ", \"scopes\": [";
  bool separate = false;
  for (flow::FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    if (!IsShownScope(tree.kind(graph.scope_node(s)))) continue;
    if (separate) out += ", ";
    separate = true;
    printer.Print(out, s);
  }
  out += ']';
  if (printer.left_out() > 0) {
    fmt::format_to(std::back_inserter(out),
                   ", \"limit\": {{\"name\": \"max_printed_pairs\", \"value\": {}, "
                   "\"uses_left_out\": {}}}",
                   kMaxPrintedPairs, printer.left_out());
  }
  return out + '}';
}

}  // namespace codeanatomy::cli
