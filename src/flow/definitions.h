// SparseDefinitions: what each scope of a file binds and reads, and which definition or phi reaches
// each use. See definitions.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "flow/cfg.h"
#include "flow/dominators.h"

namespace codeanatomy::flow {

using VariableId = Id<struct FlowVariableTag>;
using DefinitionId = Id<struct DefinitionTag>;
using PhiId = Id<struct PhiTag>;
using UseId = Id<struct UseTag>;

enum class DefinitionKind : uint8_t {
  kEntry,  // holds when the scope begins: a captured or global variable
  kParam,
  kAssign,
  kAugmented,
  kAnnotated,
  kWalrus,
  kFor,
  kWith,
  kExcept,
  kImport,
  kDef,
  kClass,
  kMatch,
  kDelete  // `del`, and the end of an except clause: the variable is unbound from here
};
inline constexpr std::string_view kDefinitionKindNames[] = {
    "entry", "param",  "assign", "augmented", "annotated", "walrus", "for",
    "with",  "except", "import", "def",       "class",     "match",  "delete"};

enum class UseKind : uint8_t {
  kLoad,
  kDelete,
  kAugmented,
  kReturn,  // the name is what a return statement returns
  kClosure  // an inner scope captures the variable
};
inline constexpr std::string_view kUseKindNames[] = {"load", "delete", "augmented", "return",
                                                     "closure"};

/// A definition or a phi: definitions come first, phi p is definitions.size() + p. None = unbound.
using ReachingId = Id<struct ReachingTag>;

struct Variable {
  FlowScopeId scope;
  symbols::SymbolId symbol;  // of the scope that owns the binding
};
struct Definition {
  NodeId node;
  NodeId value;  // the expression assigned as a whole; none if there is none
  VariableId variable;
  BlockId block;
  ReachingId prior;  // of a weak one: what may hold on beside it
  DefinitionKind kind;
  bool is_strong;  // kills what was there before
};
struct Use {
  NodeId node;
  VariableId variable;
  BlockId block;
  ReachingId reaching;
  UseKind kind;
  bool may_be_unbound;
};
struct Phi {
  VariableId variable;
  BlockId block;
  int32_t operands_begin, operands_end;
};
struct PhiOperand {
  ReachingId reaching;
  EdgeId edge;  // an exceptional edge may bring several values, each once
};

/// Names of a scope are the variables that the scope binds, and those it captures. Names that it
/// only reads from module scope or from builtins have no flow in it and no row.
struct SparseDefinitions {
  std::vector<Variable> variables;  // by scope
  std::vector<Definition> definitions;
  std::vector<Use> uses;
  std::vector<Phi> phis;
  std::vector<PhiOperand> operands;

  bool is_phi(ReachingId r) const { return r.index() >= definitions.size(); }
  const Definition& definition(ReachingId r) const { return definitions[r.index()]; }
  PhiId phi(ReachingId r) const {
    return PhiId{r.value - static_cast<int32_t>(definitions.size())};
  }
};

/// Definitions and uses stand in the order of their blocks, inside a block in evaluation order.
/// Total. Cost: near linear in nodes, edges and operands of phis; no scope is skipped.
/// Source  Cytron et al. 1991 (flow/ssa.h); Python Language Reference 4.2.
SparseDefinitions FindDefinitions(const parse::SyntaxTree& tree,
                                  const symbols::SymbolTable& symbols, const ControlFlow& graph,
                                  const DominatorTrees& trees);

/// The definitions behind the phi or definition that a use names: the direct pairs of a use.
class ReachingDefinitions {
 public:
  explicit ReachingDefinitions(const SparseDefinitions& sparse)
      : sparse_(sparse), seen_(sparse.definitions.size() + sparse.phis.size(), -1) {}

  /// Ascending, deletions left out; valid until the next call. Cost: the phis and definitions
  /// behind, at most `limit` of both together; where there are more, is_complete() is false and
  /// none is given.
  const std::vector<DefinitionId>& Of(ReachingId reaching, size_t limit = SIZE_MAX);
  bool is_complete() const { return is_complete_; }

 private:
  const SparseDefinitions& sparse_;
  ReachingId last_;
  bool is_complete_ = true;
  int32_t round_ = 0;
  std::vector<int32_t> seen_;  // by ReachingId: the last round that met it
  std::vector<ReachingId> open_;
  std::vector<DefinitionId> found_;
};

}  // namespace codeanatomy::flow
