// Static single assignment over any flow graph: which definition, phi or narrowing reaches each
// use.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace codeanatomy::flow {

enum class SsaAction : uint8_t { kUse, kDefine, kUpdate, kRaise };

/// One thing a block does. kUpdate defines as kDefine does, but does not kill: what was there
/// before may hold on. kRaise: control may leave here by an exceptional edge; no variable.
struct SsaEvent {
  SsaAction action;
  int32_t variable = -1;
};

/// Where in its source block an edge is taken; bits.
namespace ssa_edge {
inline constexpr uint8_t kAtEnd = 1;
inline constexpr uint8_t kAtBegin = 2;
inline constexpr uint8_t kAtRaise = 4;  // at each event kRaise of the block
}  // namespace ssa_edge

/// An edge is taken only where a test of the variable has a certain outcome.
struct SsaNarrowing {
  int32_t variable;
  int32_t subject;  // the event that read or bound what is tested
};

/// Blocks 0 … block_count()-1 with their events and edges in ranges, entered at 0, to which no edge
/// leads. A variable has no value at the entry.
struct SsaGraph {
  int32_t variable_count = 0;
  std::vector<int32_t> event_begins, edge_begins;  // block_count() + 1
  std::vector<SsaEvent> events;
  std::vector<int32_t> targets;
  std::vector<uint8_t> taken;     // bits of ssa_edge, by edge
  std::vector<int32_t> idom;      // immediate dominators, -1 for 0 and unreached blocks
  std::vector<int32_t> ipostdom;  // immediate post-dominators, -1 for none
  std::vector<int32_t> narrowed;  // by edge: its narrowing, -1 for none; taken at the end
  std::vector<SsaNarrowing> narrowings;
  /// Operands of phis, those that no use sees counted, up to which variables are followed; a
  /// variable that would need more, and all behind it that need any, are left out.
  int64_t max_operands = INT64_MAX;

  int32_t block_count() const { return static_cast<int32_t>(event_begins.size()) - 1; }
  bool is_reached(int32_t block) const {
    return block == 0 || idom[static_cast<size_t>(block)] >= 0;
  }
  int32_t first_narrowing() const { return static_cast<int32_t>(events.size()); }
  int32_t first_phi() const { return static_cast<int32_t>(events.size() + narrowings.size()); }
};

/// A value is the index of the event that defines it, first_narrowing() + the index of a narrowing,
/// first_phi() + the index of a phi, or kUnbound.
inline constexpr int32_t kUnbound = -1;

struct SsaPhi {
  int32_t block, variable;
};
struct SsaOperand {
  int32_t value, edge;
};
struct SsaNarrowed {
  int32_t value = kUnbound;   // what reaches the edge; kUnbound: the test says nothing of it
  int32_t source = kUnbound;  // the same below all narrowings: an event or a phi
  bool is_seen = false;       // by a use, directly or through phis
};
struct SsaForm {
  /// Per event: for a use the value that reaches it; for a definition the one it replaces.
  std::vector<int32_t> values;
  std::vector<SsaNarrowed> narrowings;  // as those of the graph
  std::vector<SsaPhi> phis;             // by block, then variable
  std::vector<int32_t> operand_begins;  // phis.size() + 1
  std::vector<SsaOperand> operands;     // by edge; the values of one edge differ
  std::vector<uint8_t> is_left_out;     // by variable: beyond max_operands; empty: none is
};

/// Pruned: phis and narrowings stand only where a use sees them. Events of unreached blocks see
/// kUnbound. Keeps its memory from one graph to the next; graphs of one way, which are most, take a
/// short cut.
/// Cost    linear in events, edges, dominance frontiers and operands.
/// Source  Cytron et al., "Efficiently Computing Static Single Assignment Form and the Control
///         Dependence Graph", 1991; Briggs et al., "Practical Improvements to the Construction and
///         Destruction of Static Single Assignment Form", 1998 (only names that cross blocks);
///         Bodik, Gupta, Sarkar, "ABCD: Eliminating Array Bounds Checks on Demand", 2000 (names
///         renewed behind tests).
class SsaSolver {
 public:
  /// Valid until the next call.
  const SsaForm& Build(const SsaGraph& graph);

 private:
  struct PhiOperand {
    int32_t phi;
    SsaOperand operand;
  };
  struct Visit {
    int32_t next;      // child
    size_t undo_size;  // before the block
    int32_t block;
  };
  using Pairs = std::vector<std::pair<int32_t, int32_t>>;
  struct Lists {
    std::vector<int32_t> begins, items;
    void Fill(int32_t keys, const Pairs& pairs);
  };

  const SsaGraph& graph() const { return *graph_; }
  void FollowOneWay(int32_t blocks);
  void CountRaises();
  void FindCrossingVariables();
  void FindWaysIn();
  void FindFrontiers(bool open_alone);
  bool IsLeftAtEnd(int32_t block) const;
  bool Closes(int32_t join) const;
  void PlacePhis();
  bool PlacePhisOf(int32_t variable);
  bool Place(int32_t block, int32_t variable);
  void PlaceFrontier(int32_t block, int32_t variable, bool is_narrowing);
  void Rename();
  void RenameBlock(int32_t block);
  void Narrow(int32_t edge);
  void AddOperands(int32_t block, int32_t edge, int32_t phi);
  void SortOperands();
  void KeepSeen();
  void DropUnseen();
  void Set(int32_t variable, int32_t value);
  int32_t SourceOf(int32_t value) const;

  const SsaGraph* graph_ = nullptr;
  SsaForm form_;
  std::vector<int32_t> current_;
  std::vector<int32_t> raises_;   // number of raises before each event
  std::vector<uint8_t> crosses_;  // by variable: a block uses it before it defines it
  std::vector<int32_t> defined_in_;
  std::vector<int32_t> ways_in_, way_in_;  // by block: number of edges from reached blocks, one
  Lists in_, frontiers_, definitions_, narrowings_, by_block_, children_;
  Pairs sources_, frontier_pairs_, definition_pairs_, narrowing_pairs_, placed_, below_;
  std::vector<int32_t> last_, has_phi_, open_;
  int64_t operands_left_ = 0;
  std::vector<std::pair<int32_t, int32_t>> undo_;
  std::vector<Visit> visits_;
  std::vector<PhiOperand> operands_;
  std::vector<int32_t> renamed_;
};

/// One graph.
SsaForm BuildSsa(const SsaGraph& graph);

}  // namespace codeanatomy::flow
