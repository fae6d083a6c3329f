// flow_defs, flow_uses, flow_phis, flow_narrowings and flow_reaching_defs.
#include <algorithm>

#include "evidence/file_flow.h"

namespace codeanatomy::evidence {
namespace {

using flow::DefinitionId;
using flow::ReachingId;
using flow::VariableId;

// What all rows say of their variable.
struct VariableInfo {
  int64_t function_id, binding_id;
  std::string_view name;
};

class VariableColumns {
 public:
  explicit VariableColumns(BatchBuilder& builder)
      : function_id_(builder.Longs("function_id")),
        variable_(builder.Texts("variable")),
        binding_id_(builder.Longs("binding_id")) {}
  void Append(const VariableInfo& variable) {
    function_id_.Append(variable.function_id);
    variable_.Append(variable.name);
    binding_id_.Append(variable.binding_id);
  }

 private:
  Int64Column& function_id_;
  TextColumn& variable_;
  Int64Column& binding_id_;
};

class DefinitionRows {
 public:
  DefinitionRows(const FileContext& context, FileFlow& flow)
      : context_(context), flow_(flow), sparse_(flow.definitions) {
    variables_.reserve(sparse_.variables.size());
    for (const flow::Variable& variable : sparse_.variables) {
      // A field is shown as it stands first.
      const std::string_view name = variable.access.valid()
                                        ? context.ShortSourceOf(variable.access)
                                        : context.Keep(context.symbols.name(variable.symbol));
      variables_.push_back(
          {flow.function_ids[variable.scope.index()], context.BindingId(variable.symbol), name});
    }
    Number("FLOW_DEF", sparse_.definitions, definition_ids_, &definition_ordinals_);
    Number("FLOW_USE", sparse_.uses, use_ids_, &use_ordinals_);
    Number("FLOW_PHI", sparse_.phis, phi_ids_, nullptr);
    Number("FLOW_NARROWING", sparse_.narrowings, narrowing_ids_, nullptr);
  }

  void AddDefinitions(TableList& tables) const;
  void AddUses(TableList& tables) const;
  void AddPhis(TableList& tables) const;
  void AddNarrowings(TableList& tables) const;
  void AddPairs(TableList& tables);

 private:
  flow::FlowScopeId scope(VariableId v) const { return sparse_.variables[v.index()].scope; }
  const VariableInfo& info(VariableId v) const { return variables_[v.index()]; }
  int64_t IdOf(ReachingId r) const {
    if (!r.valid()) return 0;
    if (sparse_.is_definition(r)) return definition_ids_[r.index()];
    return sparse_.is_phi(r) ? phi_ids_[sparse_.phi(r).index()]
                             : narrowing_ids_[sparse_.narrowing(r).index()];
  }

  // Rows stand scope by scope; each scope numbers its own.
  template <typename Row>
  void Number(std::string_view kind, const std::vector<Row>& rows, std::vector<int64_t>& ids,
              std::vector<int32_t>* ordinals) const {
    ids.reserve(rows.size());
    if (ordinals != nullptr) ordinals->reserve(rows.size());
    for (size_t begin = 0; begin < rows.size();) {
      const flow::FlowScopeId s = scope(rows[begin].variable);
      const ScopedIds scoped(context_.scheme, kind, flow_.function_ids[s.index()],
                             flow_.bases[s.index()]);
      size_t i = begin;
      for (; i < rows.size() && scope(rows[i].variable) == s; ++i) {
        const auto ordinal = static_cast<int32_t>(i - begin);
        ids.push_back(scoped.Of(ordinal));
        if (ordinals != nullptr) ordinals->push_back(ordinal);
      }
      begin = i;
    }
  }

  const FileContext& context_;
  FileFlow& flow_;
  const flow::SparseDefinitions& sparse_;
  std::vector<VariableInfo> variables_;
  std::vector<int64_t> definition_ids_, use_ids_, phi_ids_, narrowing_ids_;
  std::vector<int32_t> definition_ordinals_, use_ordinals_;
};

void DefinitionRows::AddDefinitions(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_defs", sparse_.definitions.size());
  VariableColumns variable(builder);
  Int64Column& definition_id = builder.Longs("definition_id");
  Int64Column& node_id = builder.Longs("node_id");
  CodeColumn& kind = builder.Codes("kind", flow::kDefinitionKindNames);
  Int64Column& value_id = builder.Longs("value_id");
  BoolColumn& is_strong = builder.Bools("is_strong");
  Int64Column& prior_id = builder.Longs("prior_id");
  Int64Column& block_id = builder.Longs("block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  SpanColumns span(builder);
  for (size_t i = 0; i < sparse_.definitions.size(); ++i) {
    const flow::Definition& row = sparse_.definitions[i];
    variable.Append(info(row.variable));
    definition_id.Append(definition_ids_[i]);
    node_id.Append(context_.ids.id(row.node));
    kind.Append(static_cast<uint16_t>(row.kind));
    AppendNodeId(context_, value_id, row.value);
    is_strong.Append(row.is_strong);
    AppendId(prior_id, IdOf(row.prior));
    block_id.Append(flow_.block_ids[row.block.index()]);
    ordinal.Append(definition_ordinals_[i]);
    span.Append(context_, context_.tree.span(row.node));
  }
  AddTable(tables, context_, builder, sparse_.definitions.size());
}

void DefinitionRows::AddUses(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_uses", sparse_.uses.size());
  VariableColumns variable(builder);
  Int64Column& use_id = builder.Longs("use_id");
  Int64Column& node_id = builder.Longs("node_id");
  CodeColumn& kind = builder.Codes("kind", flow::kUseKindNames);
  Int64Column& reaching_id = builder.Longs("reaching_id");
  BoolColumn& may_be_unbound = builder.Bools("may_be_unbound");
  Int64Column& block_id = builder.Longs("block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  SpanColumns span(builder);
  for (size_t i = 0; i < sparse_.uses.size(); ++i) {
    const flow::Use& row = sparse_.uses[i];
    variable.Append(info(row.variable));
    use_id.Append(use_ids_[i]);
    node_id.Append(context_.ids.id(row.node));
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
  BatchBuilder builder = context_.Begin("flow_phis", sparse_.operands.size());
  VariableColumns variable(builder);
  Int64Column& phi_id = builder.Longs("phi_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  Int64Column& block_id = builder.Longs("block_id");
  Int64Column& pred_block_id = builder.Longs("pred_block_id");
  Int64Column& reaching_id = builder.Longs("reaching_id");
  BoolColumn& via_exception = builder.Bools("via_exception");
  BoolColumn& via_back_edge = builder.Bools("via_back_edge");
  for (size_t p = 0; p < sparse_.phis.size(); ++p) {
    const flow::Phi& phi = sparse_.phis[p];
    for (int32_t o = phi.operands_begin; o < phi.operands_end; ++o) {
      const flow::PhiOperand& operand = sparse_.operands[static_cast<size_t>(o)];
      variable.Append(info(phi.variable));
      phi_id.Append(phi_ids_[p]);
      ordinal.Append(o - phi.operands_begin);
      block_id.Append(flow_.block_ids[phi.block.index()]);
      pred_block_id.Append(flow_.block_ids[flow_.graph.source(operand.edge).index()]);
      AppendId(reaching_id, IdOf(operand.reaching));
      via_exception.Append(flow_.graph.is_exceptional(operand.edge));
      via_back_edge.Append(flow_.graph.has(operand.edge, flow::flow_edge_flag::kBack));
    }
  }
  AddTable(tables, context_, builder, sparse_.operands.size());
}

void DefinitionRows::AddNarrowings(TableList& tables) const {
  BatchBuilder builder = context_.Begin("flow_narrowings", sparse_.narrowings.size());
  VariableColumns variable(builder);
  Int64Column& narrowing_id = builder.Longs("narrowing_id");
  Int64Column& node_id = builder.Longs("node_id");
  Int64Column& subject_id = builder.Longs("subject_id");
  CodeColumn& test = builder.Codes("test", flow::kTestKindNames);
  Int64Column& argument_id = builder.Longs("argument_id");
  BoolColumn& holds = builder.Bools("holds");
  Int64Column& reaching_id = builder.Longs("reaching_id");
  Int64Column& source_id = builder.Longs("source_id");
  Int64Column& src_block_id = builder.Longs("src_block_id");
  Int32Column& ordinal = builder.Ints("ordinal");
  for (size_t i = 0; i < sparse_.narrowings.size(); ++i) {
    const flow::Narrowing& row = sparse_.narrowings[i];
    const flow::BlockId from = flow_.graph.source(row.edge);
    variable.Append(info(row.variable));
    narrowing_id.Append(narrowing_ids_[i]);
    node_id.Append(context_.ids.id(row.condition));
    subject_id.Append(context_.ids.id(row.test.subject));
    test.Append(static_cast<uint16_t>(row.test.kind));
    AppendNodeId(context_, argument_id, row.test.argument);
    holds.Append(row.holds);
    reaching_id.Append(IdOf(row.reaching));
    source_id.Append(IdOf(row.source));
    src_block_id.Append(flow_.block_ids[from.index()]);
    ordinal.Append(row.edge.value - flow_.graph.edges_begin(from).value);
  }
  AddTable(tables, context_, builder, sparse_.narrowings.size());
}

void DefinitionRows::AddPairs(TableList& tables) {
  BatchBuilder builder = context_.Begin("flow_reaching_defs", sparse_.uses.size());
  Int64Column& function_id = builder.Longs("function_id");
  Int64Column& definition_id = builder.Longs("definition_id");
  Int64Column& use_id = builder.Longs("use_id");
  Int64Column& src = builder.Longs("src");
  Int64Column& dst = builder.Longs("dst");
  TextColumn& variable = builder.Texts("variable");
  BoolColumn& is_only = builder.Bools("is_only");
  constexpr auto kLimit = static_cast<size_t>(ValueOf(flow::FlowLimit::kDirectValues));
  std::vector<int32_t> left_out(static_cast<size_t>(flow_.graph.scope_count()), 0);
  flow::ReachingDefinitions reaching(sparse_);
  size_t rows = 0;
  std::vector<DefinitionId> found;
  const auto node = [&](DefinitionId d) { return sparse_.definitions[d.index()].node; };
  for (size_t i = 0; i < sparse_.uses.size(); ++i) {
    const flow::Use& use = sparse_.uses[i];
    const auto all = reaching.Of(use.reaching, kLimit);
    if (!all) {
      ++left_out[scope(use.variable).index()];
      continue;
    }
    // Nodes that act in several places define as often, but are one end of an edge.
    found.assign(all->begin(), all->end());
    if (found.size() > 1) {
      std::ranges::stable_sort(found, {}, node);
      found.erase(std::ranges::unique(found, {}, node).begin(), found.end());
    }
    for (const DefinitionId d : found) {
      ++rows;
      function_id.Append(info(use.variable).function_id);
      definition_id.Append(definition_ids_[d.index()]);
      use_id.Append(use_ids_[i]);
      src.Append(context_.ids.id(node(d)));
      dst.Append(context_.ids.id(use.node));
      variable.Append(info(use.variable).name);
      is_only.Append(found.size() == 1 && !use.may_be_unbound);
    }
  }
  for (flow::FlowScopeId s{0}; s.index() < left_out.size(); ++s.value) {
    if (left_out[s.index()] == 0) continue;
    flow_.definitions.limits.push_back({s, flow::FlowLimit::kDirectValues, left_out[s.index()]});
  }
  AddTable(tables, context_, builder, rows);
}

}  // namespace

void AddDefinitionRows(const FileContext& context, FileFlow& flow, TableList& tables) {
  DefinitionRows rows(context, flow);
  rows.AddDefinitions(tables);
  rows.AddUses(tables);
  rows.AddPhis(tables);
  rows.AddNarrowings(tables);
  rows.AddPairs(tables);
}

}  // namespace codeanatomy::evidence
