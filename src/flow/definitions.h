// SparseDefinitions: what each scope of a file binds and reads, and which definition or phi reaches
// each use. See definitions.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "flow/cfg.h"
#include "flow/dominators.h"
#include "flow/narrowing.h"

namespace codeanatomy::flow {

using VariableId = Id<struct FlowVariableTag>;
using DefinitionId = Id<struct DefinitionTag>;
using PhiId = Id<struct PhiTag>;
using UseId = Id<struct UseTag>;
using NarrowingId = Id<struct NarrowingTag>;

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

/// A definition, phi or narrowing: definitions come first, then phis, then narrowings. None =
/// unbound.
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

/// What a test says of a variable on one of its two ways.
struct Narrowing {
  VariableTest test;
  NodeId condition;
  VariableId variable;
  EdgeId edge;          // the way
  ReachingId reaching;  // what is narrowed
  ReachingId source;    // the same below all narrowings: a definition or phi
  bool holds;           // the test does on this way
};

/// What bounds the rows of a scope, so that they are linear in its text. Further ones, in the order
/// of first occurrence, have none.
enum class FlowLimit : uint8_t {
  kFields,        // attributes and subscripts that are variables of a scope
  kReboundNames,  // names of a scope that functions rebind by `nonlocal` or `global`: each call
                  // defines all
  kPhiOperands,   // operands of phis for each event and edge of a scope
  kDirectValues   // definitions and phis behind a use whose pairs are listed
};
struct FlowLimitInfo {
  std::string_view name;
  int64_t value;
};
inline constexpr FlowLimitInfo kFlowLimits[] = {{"max_fields", 64},
                                                {"max_rebound_names", 64},
                                                {"max_phi_operands", 64},
                                                {"max_direct_values", 256}};
constexpr int64_t ValueOf(FlowLimit limit) { return kFlowLimits[static_cast<size_t>(limit)].value; }
struct LimitHit {
  FlowScopeId scope;
  FlowLimit limit;
  int32_t left_out;  // variables; of kDirectValues, uses
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
  std::vector<Narrowing> narrowings;
  std::vector<LimitHit> limits;  // by scope

  bool is_definition(ReachingId r) const { return r.index() < definitions.size(); }
  bool is_phi(ReachingId r) const {
    return !is_definition(r) && r.index() < definitions.size() + phis.size();
  }
  const Definition& definition(ReachingId r) const { return definitions[r.index()]; }
  PhiId phi(ReachingId r) const {
    return PhiId{r.value - static_cast<int32_t>(definitions.size())};
  }
  bool is_narrowing(ReachingId r) const { return r.index() >= definitions.size() + phis.size(); }
  NarrowingId narrowing(ReachingId r) const {
    return NarrowingId{r.value - static_cast<int32_t>(definitions.size() + phis.size())};
  }
  /// The definition or phi that a value is, narrowings passed through.
  ReachingId Source(ReachingId r) const {
    return r.valid() && is_narrowing(r) ? narrowings[narrowing(r).index()].source : r;
  }
};

/// Definitions and uses stand in the order of their blocks, inside a block in evaluation order.
/// Total. Cost: near linear in nodes and edges; a join has an operand for each way and variable
/// that is used behind it, up to FlowLimit::kPhiOperands. No scope is skipped. Source  Cytron et
/// al. 1991 (flow/ssa.h); Python Language Reference 4.2.
SparseDefinitions FindDefinitions(const parse::SyntaxTree& tree,
                                  const symbols::SymbolTable& symbols, const ControlFlow& graph,
                                  const DominatorTrees& trees);

}  // namespace codeanatomy::flow
