#include "engine/execute/statement_record.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "engine/duckdb/engine_plan.h"
#include "engine/session/runtime_profile.h"

namespace codeanatomy::engine {

StatementRecord::StatementRecord(const spec::Spec& spec, Session& session, const ScanPruner& pruner,
                                 bool is_explained)
    : spec_(spec),
      knobs_(KnobsOf(spec, session)),
      session_(session),
      is_explained_(is_explained),
      pushdown_(pruner, knobs_.pushdown_filters.value_or(true)) {}

Result<ExplainTrace> StatementRecord::TraceOf(const std::string& sql, const expr::Schema& schema,
                                              const std::vector<EngineOperator>& operators) {
  Connection& connection = session_.connection();
  ExplainTrace trace;
  if (knobs_.show_schema.value_or(true)) trace.schema = schema;
  if (knobs_.show_statistics.value_or(false)) trace.statistics = operators;
  CA_ASSIGN_OR_RETURN(QueryResult rows, connection.Query("EXPLAIN " + sql));
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return trace;
    for (size_t row = 0; row < chunk->rows(); ++row) trace.text += chunk->column(1).Text(row);
  }
}

std::vector<EngineOperator> StatementRecord::Explain(WorkPosition at, std::string_view table,
                                                     const std::string& part,
                                                     const StatementText& statement,
                                                     const expr::Schema& schema) {
  const auto warn = [&](WarningCode code, const Error& error) {
    Warning warning = WarningOf(code, error);
    warning.context["table"] = table;
    warnings_[at].push_back(std::move(warning));
  };
  statements_[at] = statement.named;
  auto operators = ReadEnginePlan(session_.connection(), statement.sql);
  if (!operators) warn(WarningCode::kCompliancePushdownProbeFailed, operators.error());
  auto trace =
      TraceOf(statement.sql, schema, operators ? *operators : std::vector<EngineOperator>());
  if (trace) {
    trace->table = table;
    trace->part = part;
    trace->sql = statement.named;
    explains_[at] = *std::move(trace);
  } else {
    warn(WarningCode::kComplianceExplainCaptureFailed, trace.error());
  }
  return operators ? *std::move(operators) : std::vector<EngineOperator>();
}

Result<void> StatementRecord::CheckPushdown(size_t step, std::string_view reader,
                                            const std::vector<ExpectedScan>& expected,
                                            std::span<Relation* const> rendered,
                                            const std::vector<EngineOperator>& operators) {
  std::vector<PushdownProbe>& probes = probes_[step] =
      pushdown_.Check(reader, expected, rendered, operators);
  auto checked = CheckSatisfied(probes);
  if (checked || spec_.runtime.pushdown_enforcement_mode == spec::PushdownMode::kStrict)
    return checked;
  warnings_[{step, 0}].push_back(
      WarningOf(WarningCode::kPushdownContractViolation, checked.error()));
  return {};
}

void StatementRecord::MoveTo(ExecutionReport& report) {
  if (is_explained_) {
    Sha256 rendered;
    for (const auto& [at, statement] : statements_) rendered.Update(statement + "\n");
    report.p2 = Hex(rendered.Finish());
  }
  for (auto& [at, trace] : explains_) report.explains.push_back(std::move(trace));
  for (auto& [at, warnings] : warnings_)
    std::ranges::move(warnings, std::back_inserter(report.warnings));
  for (auto& [step, probes] : probes_)
    std::ranges::move(probes, std::back_inserter(report.pushdown));
}

}  // namespace codeanatomy::engine
