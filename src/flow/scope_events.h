// ScopeEvents: what a flow scope does with its variables, block by block in evaluation order. See
// scope_events.cpp.
#pragma once

#include <unordered_map>
#include <vector>

#include "flow/definitions.h"
#include "flow/field_variables.h"
#include "flow/narrowing.h"
#include "flow/ssa.h"

namespace codeanatomy::flow {

struct ScopeEvents {
  struct Record {
    NodeId node, value;
    uint8_t kind;  // DefinitionKind or UseKind
  };
  SsaGraph graph;                   // blocks and edges of the scope, numbered from 0
  std::vector<Record> records;      // parallel to graph.events
  std::vector<VariableTest> tests;  // parallel to graph.narrowings
};

/// Collects the events of one scope after the other of a file.
class EventCollector {
 public:
  EventCollector(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols,
                 const ControlFlow& graph, const DominatorTrees& trees, SparseDefinitions& out);

  /// Appends the variables of the scope to those of `out`, and the limits it meets; variable v of
  /// the events is the v-th of them. Valid until the next call. Cost: linear in nodes, edges and
  /// captured names; what runs code counts once for each field and rebound name.
  const ScopeEvents& Collect(FlowScopeId scope);

  int32_t first_variable() const { return first_variable_; }

 private:
  void CollectBlocks();
  void CollectBlock(BlockId b, BlockId first);
  void AddEdge(EdgeId e, BlockId first);
  void AddNarrowings(BlockId b);
  void AddNarrowing(EdgeId e);
  void ForgetVariables();
  int32_t VariableOf(symbols::SymbolId y);
  void Define(NodeId node, symbols::SymbolId symbol, DefinitionKind kind, NodeId value = {},
              SsaAction action = SsaAction::kDefine);
  void Define(NodeId node, int32_t variable, DefinitionKind kind, NodeId value, SsaAction action);
  void AddUse(NodeId node, symbols::SymbolId symbol, UseKind kind);
  void AddUse(NodeId node, int32_t variable, UseKind kind);
  void MarkTaken();
  void CollectEntry();
  void LeaveOutRebound(symbols::ScopeId own);
  bool RunsCode(NodeId node) const;
  void StoreField(NodeId access, DefinitionKind kind, NodeId value);
  void CollectField(NodeId access);
  void CollectFields(NodeId node);
  void AddCallEffects(NodeId node);
  void CollectNode(NodeId node, uint8_t flags);
  void CollectName(NodeId node);
  void CollectCaptures(NodeId node);
  symbols::SymbolId BehindClass(symbols::SymbolId y);

  const parse::SyntaxTree& tree_;
  const symbols::SymbolTable& symbols_;
  const ControlFlow& graph_;
  const DominatorTrees& trees_;
  SparseDefinitions& out_;
  FieldVariables fields_;  // of the scope; the first variables of it
  ScopeEvents events_;
  std::vector<int32_t> variable_of_;  // by symbol; of an earlier scope if below first_variable_
  std::vector<int32_t> event_of_;     // by node: its last event in the scope it stands in
  FlowScopeId scope_;
  std::vector<uint8_t> takes_;            // by scope of symbols: it has names of other scopes
  std::vector<uint8_t> is_rebound_;       // by symbol
  std::vector<FlowScopeId> left_out_in_;  // by symbol
  std::vector<int32_t> rebound_;          // variables of the scope
  bool has_rebound_ = false;
  bool stores_field_ = false;
  bool raises_into_region_ = false;
  int32_t first_variable_ = 0;
  /// Names that a function or module binds, by scope; filled when a class hides one.
  std::vector<std::unordered_map<std::string_view, symbols::SymbolId>> bound_names_;
};

}  // namespace codeanatomy::flow
