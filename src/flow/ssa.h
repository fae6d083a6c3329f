// Static single assignment over any flow graph: which definition or phi reaches each use.
#pragma once

#include <cstdint>
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

/// Blocks 0 … block_count()-1 with their events and edges in ranges, entered at 0, to which no edge
/// leads. A variable has no value at the entry.
struct SsaGraph {
  int32_t variable_count = 0;
  std::vector<int32_t> event_begins, edge_begins;  // block_count() + 1
  std::vector<SsaEvent> events;
  std::vector<int32_t> targets;
  std::vector<uint8_t> taken;  // bits of ssa_edge, by edge
  std::vector<int32_t> idom;   // immediate dominators, -1 for 0 and unreached blocks
  int32_t block_count() const { return static_cast<int32_t>(event_begins.size()) - 1; }
  bool is_reached(int32_t block) const {
    return block == 0 || idom[static_cast<size_t>(block)] >= 0;
  }
};

/// A value is the index of the event that defines it, or events.size() + the index of a phi, or
/// kUnbound.
inline constexpr int32_t kUnbound = -1;

struct SsaPhi {
  int32_t block, variable;
};
struct SsaOperand {
  int32_t value, edge;
};
struct SsaForm {
  /// Per event: for a use the value that reaches it; for a definition the one it replaces.
  std::vector<int32_t> values;
  std::vector<SsaPhi> phis;             // by block, then variable
  std::vector<int32_t> operand_begins;  // phis.size() + 1
  std::vector<SsaOperand> operands;     // by edge; the values of one edge differ
};

/// Pruned: a phi stands only where a use sees it. Events of unreached blocks see kUnbound.
/// Cost    linear in events, edges, dominance frontiers and operands.
/// Source  Cytron et al., "Efficiently Computing Static Single Assignment Form and the Control
///         Dependence Graph", 1991; Briggs et al., "Practical Improvements to the Construction and
///         Destruction of Static Single Assignment Form", 1998 (only names that cross blocks).
SsaForm BuildSsa(const SsaGraph& graph);

/// The same for many small graphs: those of one way, which are most, allocate nothing.
class SsaSolver {
 public:
  /// Valid until the next call.
  const SsaForm& Build(const SsaGraph& graph);

 private:
  SsaForm form_;
  std::vector<int32_t> current_;
};

}  // namespace codeanatomy::flow
