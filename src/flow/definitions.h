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
  kDelete,  // `del`, and the end of an except clause: the variable is unbound from here
  kAttribute,
  kSubscript,
  kCallEffect  // what is called, awaited or iterated may have stored to the variable
};
inline constexpr std::string_view kDefinitionKindNames[] = {
    "entry", "param",  "assign",    "augmented", "annotated",  "walrus",
    "for",   "with",   "except",    "import",    "def",        "class",
    "match", "delete", "attribute", "subscript", "call_effect"};

enum class UseKind : uint8_t {
  kLoad,
  kDelete,
  kAugmented,
  kReturn,   // the name is what a return statement returns
  kClosure,  // an inner scope captures the variable
  kAttribute,
  kSubscript
};
inline constexpr std::string_view kUseKindNames[] = {"load",    "delete",    "augmented", "return",
                                                     "closure", "attribute", "subscript"};

/// A definition or a phi: definitions come first, phi p is definitions.size() + p. None = unbound.
using ReachingId = Id<struct ReachingTag>;

struct Variable {
  FlowScopeId scope;
  symbols::SymbolId symbol;  // of the scope that owns the binding
  NodeId access = {};        // of a field (flow/field_variables.h): an Attribute or Subscript
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

/// Variables of a scope are the names that it binds, those it captures, and the fields of either
/// that it both stores and reads. Names that it only reads from module scope or from builtins have
/// no flow in it and no row. What a field held before the scope began counts as unbound.
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

/// Names of a scope that functions rebind by `nonlocal` or `global` and that are variables; further
/// ones, in the order of the symbol table, have no rows in it. Limited, since each call defines
/// all.
inline constexpr size_t kMaxReboundNames = 64;

/// Definitions and uses stand in the order of their blocks, inside a block in evaluation order.
/// Total. Cost: near linear in nodes, edges and operands of phis, of which a join has one for each
/// way and variable that is used behind it: n variables bound in n cases give n * n. No scope is
/// skipped. Source  Cytron et al. 1991 (flow/ssa.h); Python Language Reference 4.2.
SparseDefinitions FindDefinitions(const parse::SyntaxTree& tree,
                                  const symbols::SymbolTable& symbols, const ControlFlow& graph,
                                  const DominatorTrees& trees);

}  // namespace codeanatomy::flow
