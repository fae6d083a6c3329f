// flow_defs, flow_uses, flow_phis and flow_reaching_defs.
#include <algorithm>

#include "evidence/file_flow.h"

namespace codeanatomy::evidence {
namespace {

using flow::DefinitionId;
using flow::PhiId;
using flow::ReachingId;
using flow::UseId;
using flow::VariableId;

class DefinitionRows {
 public:
  DefinitionRows(const FileContext& context, const FileFlow& flow)
      : context_(context), flow_(flow), sparse_(flow.definitions) {
    for (const flow::Variable& variable : sparse_.variables) {
      // A field is shown as it stands first.
      names_.push_back(variable.access.valid()
                           ? context.ShortSourceOf(variable.access)
                           : context.Keep(context.symbols.name(variable.symbol)));
      binding_ids_.push_back(context.BindingId(variable.symbol));
      bases_.push_back(context.ids.InteriorBase(flow.graph.scope_node(variable.scope)));
    }
    definition_ids_ = Number("FLOW_DEF", sparse_.definitions, definition_ordinals_);
    use_ids_ = Number("FLOW_USE", sparse_.uses, use_ordinals_);
    std::vector<int32_t> ordinals;
    phi_ids_ = Number("FLOW_PHI", sparse_.phis, ordinals);
  }

  void AddDefinitions(TableList& tables) const;
  void AddUses(TableList& tables) const;
  void AddPhis(TableList& tables) const;
  void AddPairs(TableList& tables) const;

 private:
  flow::FlowScopeId scope(VariableId v) const { return sparse_.variables[v.index()].scope; }
  int64_t FunctionId(VariableId v) const { return flow_.function_ids[scope(v).index()]; }
  std::string_view NameOf(VariableId v) const { return names_[v.index()]; }
  int64_t IdOf(ReachingId r) const {
    if (!r.valid()) return 0;
    return sparse_.is_phi(r) ? phi_ids_[sparse_.phi(r).index()] : definition_ids_[r.index()];
  }

  // Rows stand scope by scope; each scope numbers its own.
  template <typename Row>
  std::vector<int64_t> Number(std::string_view kind, const std::vector<Row>& rows,
                              std::vector<int32_t>& ordinals) const {
    std::vector<int64_t> ids;
    ids.reserve(rows.size());
    ordinals.reserve(rows.size());
    flow::FlowScopeId last;
    int32_t next = 0;
    for (const Row& row : rows) {
      if (scope(row.variable) != last) next = 0;
      last = scope(row.variable);
      const int64_t base = bases_[row.variable.index()];
      ids.push_back(FileFlow::ScopedId(context_, kind, FunctionId(row.variable), base, next));
      ordinals.push_back(next++);
    }
    return ids;
  }

  const FileContext& context_;
  const FileFlow& flow_;
  const flow::SparseDefinitions& sparse_;
  std::vector<std::string_view> names_;       // by variable
  std::vector<int64_t> binding_ids_, bases_;  // by variable
  std::vector<int64_t> definition_ids_, use_ids_, phi_ids_;
  std::vector<int32_t> definition_ordinals_, use_ordinals_;
};

void DefinitionRows::AddDefinitions(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_defs");
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& definition_id = builder.Longs("definition_id");
  Int64Column& node_id = builder.Longs("node_id");
  TextColumn& variable = builder.Texts("variable");
  Int64Column& binding_id = builder.Longs("binding_id");
  CodeColumn& kind = builder.Codes("kind", flow::kDefinitionKindNames);
  Int64Column& value_id = builder.Longs("value_id");
  BoolColumn& is_strong = builder.Bools("is_strong");
  Int64Column& prior_id = builder.Longs("prior_id");
  Int64Column& block_id = builder.Longs("block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  SpanColumns span(builder);
  for (size_t i = 0; i < sparse_.definitions.size(); ++i) {
    const flow::Definition& row = sparse_.definitions[i];
    function_id.Append(FunctionId(row.variable));
    definition_id.Append(definition_ids_[i]);
    node_id.Append(context_.ids.id(row.node));
    variable.Append(NameOf(row.variable));
    binding_id.Append(binding_ids_[row.variable.index()]);
    kind.Append(static_cast<uint16_t>(row.kind));
    AppendId(value_id, row.value.valid() ? context_.ids.id(row.value) : 0);
    is_strong.Append(row.is_strong);
    AppendId(prior_id, IdOf(row.prior));
    block_id.Append(flow_.block_ids[row.block.index()]);
    ordinal.Append(definition_ordinals_[i]);
    span.Append(context_, context_.tree.span(row.node));
  }
  AddTable(tables, context_, builder, sparse_.definitions.size());
}

void DefinitionRows::AddUses(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_uses");
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& use_id = builder.Longs("use_id");
  Int64Column& node_id = builder.Longs("node_id");
  TextColumn& variable = builder.Texts("variable");
  Int64Column& binding_id = builder.Longs("binding_id");
  CodeColumn& kind = builder.Codes("kind", flow::kUseKindNames);
  Int64Column& reaching_id = builder.Longs("reaching_id");
  BoolColumn& may_be_unbound = builder.Bools("may_be_unbound");
  Int64Column& block_id = builder.Longs("block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  SpanColumns span(builder);
  for (size_t i = 0; i < sparse_.uses.size(); ++i) {
    const flow::Use& row = sparse_.uses[i];
    function_id.Append(FunctionId(row.variable));
    use_id.Append(use_ids_[i]);
    node_id.Append(context_.ids.id(row.node));
    variable.Append(NameOf(row.variable));
    binding_id.Append(binding_ids_[row.variable.index()]);
    kind.Append(static_cast<uint16_t>(row.kind));
    AppendId(reaching_id, IdOf(row.reaching));
    may_be_unbound.Append(row.may_be_unbound);
    block_id.Append(flow_.block_ids[row.block.index()]);
    ordinal.Append(use_ordinals_[i]);
    span.Append(context_, context_.tree.span(row.node));
  }
  AddTable(tables, context_, builder, sparse_.uses.size());
}

void DefinitionRows::AddPhis(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_phis");
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& phi_id = builder.Longs("phi_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  Int64Column& block_id = builder.Longs("block_id");
  TextColumn& variable = builder.Texts("variable");
  Int64Column& binding_id = builder.Longs("binding_id");
  Int64Column& pred_block_id = builder.Longs("pred_block_id");
  Int64Column& reaching_id = builder.Longs("reaching_id");
  BoolColumn& via_exception = builder.Bools("via_exception");
  BoolColumn& via_back_edge = builder.Bools("via_back_edge");
  for (size_t p = 0; p < sparse_.phis.size(); ++p) {
    const flow::Phi& phi = sparse_.phis[p];
    for (int32_t o = phi.operands_begin; o < phi.operands_end; ++o) {
      const flow::PhiOperand& operand = sparse_.operands[static_cast<size_t>(o)];
      function_id.Append(FunctionId(phi.variable));
      phi_id.Append(phi_ids_[p]);
      ordinal.Append(o - phi.operands_begin);
      block_id.Append(flow_.block_ids[phi.block.index()]);
      variable.Append(NameOf(phi.variable));
      binding_id.Append(binding_ids_[phi.variable.index()]);
      pred_block_id.Append(flow_.block_ids[flow_.graph.source(operand.edge).index()]);
      AppendId(reaching_id, IdOf(operand.reaching));
      via_exception.Append(flow_.graph.is_exceptional(operand.edge));
      via_back_edge.Append(flow_.graph.has(operand.edge, flow::flow_edge_flag::kBack));
    }
  }
  AddTable(tables, context_, builder, sparse_.operands.size());
}

void DefinitionRows::AddPairs(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_reaching_defs");
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& definition_id = builder.Longs("definition_id");
  Int64Column& use_id = builder.Longs("use_id");
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  TextColumn& variable = builder.Texts("variable");
  BoolColumn& is_only = builder.Bools("is_only");
  flow::ReachingDefinitions reaching(sparse_);
  size_t rows = 0;
  std::vector<DefinitionId> found;
  for (size_t i = 0; i < sparse_.uses.size(); ++i) {
    const flow::Use& use = sparse_.uses[i];
    // Nodes that act in several places define as often, but are one end of an edge.
    found = reaching.Of(use.reaching, kMaxDirectValues);
    const auto node = [&](DefinitionId d) { return sparse_.definitions[d.index()].node; };
    std::ranges::stable_sort(found, {}, node);
    found.erase(std::ranges::unique(found, {}, node).begin(), found.end());
    for (const DefinitionId d : found) {
      ++rows;
      function_id.Append(FunctionId(use.variable));
      definition_id.Append(definition_ids_[d.index()]);
      use_id.Append(use_ids_[i]);
      src.Append(context_.ids.id(sparse_.definitions[d.index()].node));
      dst.Append(context_.ids.id(use.node));
      variable.Append(NameOf(use.variable));
      is_only.Append(found.size() == 1 && !use.may_be_unbound);
    }
  }
  AddTable(tables, context_, builder, rows);
}

}  // namespace

void AddDefinitionRows(const FileContext& context, const FileFlow& flow, TableList& tables) {
  const DefinitionRows rows(context, flow);
  rows.AddDefinitions(tables);
  rows.AddUses(tables);
  rows.AddPhis(tables);
  rows.AddPairs(tables);
}

}  // namespace codeanatomy::evidence
