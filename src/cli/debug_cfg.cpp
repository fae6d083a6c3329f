// debug cfg: control flow between statements, as far as it is normal.
//
// The graphs are over expressions. Here each node stands for its statement, except clause or case;
// blocks that evaluate none are passed through.
#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/line_index.h"
#include "cli/debug_lines.h"
#include "flow/cfg.h"

namespace codeanatomy::cli {
namespace {

using flow::BlockId;
using flow::BlockKind;
using flow::ControlFlow;
using parse::NodeId;
using parse::SyntaxTree;

// Ends of edges beside the nodes, which are the values from 0 on.
constexpr int32_t kEntry = -1, kExit = -2;

class StatementGraph {
 public:
  StatementGraph(const SyntaxTree& tree, const ControlFlow& graph)
      : tree_(tree),
        graph_(graph),
        units_(static_cast<size_t>(tree.size())),
        seen_(static_cast<size_t>(graph.block_count())) {
    for (NodeId n = tree.root(); n.value < tree.size(); ++n.value) {
      const AstSort sort = GetAstKindInfo(tree.kind(n)).sort;
      const bool is_unit =
          sort == AstSort::kStmt || sort == AstSort::kExceptHandler || sort == AstSort::kMatchCase;
      units_[n.index()] = is_unit || n == tree.root() ? n : units_[tree.parent(n).index()];
    }
  }

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
        const BlockId target = graph_.target(e);
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

  const SyntaxTree& tree_;
  const ControlFlow& graph_;
  std::vector<NodeId> units_;
  std::vector<int32_t> seen_;  // round in which a block was visited
  int32_t round_ = 0;
};

bool IsShownScope(AstKind kind) { return IsScopeDeclaration(kind) && kind != AstKind::kLambda; }

}  // namespace

std::string CfgLine(const source::SourceFile& file, PythonVersion version) {
  const SyntaxTree tree = parse::ParseModule(file.text(), {.version = version});
  const symbols::SymbolTable symbols = symbols::BuildSymbolTable(tree);
  const ControlFlow graph = flow::BuildControlFlow(tree, symbols);
  const LineIndex lines(tree.text());
  StatementGraph statements(tree, graph);
  std::string out = "{";
  AppendPath(out, file);
  out += ", \"scopes\": [";
  const auto append_place = [&](NodeId n) {
    if (tree.kind(n) == AstKind::kMatchCase) n = tree.Child(n, AstField::kPattern);
    uint32_t begin = tree.span(n).begin;
    const LineColumn at = lines.Find(begin);
    fmt::format_to(std::back_inserter(out), "\"{}:{}\"", at.line, at.column);
  };
  const auto append_end = [&](int32_t end) {
    if (end == kEntry) {
      out += "\"entry\"";
    } else if (end == kExit) {
      out += "\"exit\"";
    } else {
      append_place(NodeId{end});
    }
  };
  bool separate_scope = false;
  for (flow::FlowScopeId s{0}; s.value < graph.scope_count(); ++s.value) {
    const NodeId node = graph.scope_node(s);
    if (!IsShownScope(tree.kind(node))) continue;
    out += separate_scope ? ", {\"scope\": " : "{\"scope\": ";
    separate_scope = true;
    if (node == tree.root()) {
      out += "\"module\"";
    } else {
      append_place(node);
    }
    out += ", \"edges\": [";
    bool separate = false;
    for (const auto& [from, to] : statements.Edges(s)) {
      out += separate ? ", [" : "[";
      separate = true;
      append_end(from);
      out += ", ";
      append_end(to);
      out += ']';
    }
    out += "]}";
  }
  return out + "]}";
}

}  // namespace codeanatomy::cli
