// StatementRecord: what is taken down of statements before they run. The engine's explanation where
// it was asked for, how predicates fare on their way down, warnings; each under the position of its
// step, so that a report's order is that of the schedule.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/execute/execute_spec.h"
#include "engine/execute/work_queue.h"
#include "engine/scan/pushdown.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

struct StatementText {
  std::string sql;  // as executed
  /// The same over the names of relations. Of an output that is written in a file for each of its
  /// input's there are as many as those, and equal.
  std::string named;
};

class StatementRecord {
 public:
  /// All outlive it. `is_explained`: the engine is asked for its plan of every statement.
  StatementRecord(const spec::Spec& spec, Session& session, const ScanPruner& pruner,
                  bool is_explained);

  bool is_explained() const { return is_explained_; }

  /// What the scans of an expanded relation must keep to.
  std::vector<ExpectedScan> Expect(Relation& relation) const { return pushdown_.Expect(relation); }

  /// The engine's plan of a statement; call it where explanations are asked for. What it refuses to
  /// explain is executed all the same, and is a warning. Cost: one to two statements that are
  /// planned.
  std::vector<EngineOperator> Explain(WorkPosition at, std::string_view table,
                                      const std::string& part, const StatementText& statement,
                                      const expr::Schema& schema);

  /// Compares what was expected of a step's statements with what is rendered. A violation ends the
  /// run, or is a warning, as the spec says. Errors PushdownContractViolation.
  Result<void> CheckPushdown(size_t step, std::string_view reader,
                             const std::vector<ExpectedScan>& expected,
                             std::span<Relation* const> rendered,
                             const std::vector<EngineOperator>& operators);

  /// Hands all of it over, in the order of the schedule. Call it once, as the last.
  void MoveTo(ExecutionReport& report);

 private:
  Result<ExplainTrace> TraceOf(const std::string& sql, const expr::Schema& schema,
                               const std::vector<EngineOperator>& operators);

  const spec::Spec& spec_;
  const spec::RuntimeProfile knobs_;
  Session& session_;
  const bool is_explained_;
  const PushdownContract pushdown_;
  std::map<WorkPosition, ExplainTrace> explains_;
  std::map<WorkPosition, std::string> statements_;  // named
  std::map<WorkPosition, std::vector<Warning>> warnings_;
  std::map<size_t, std::vector<PushdownProbe>> probes_;  // by step
};

}  // namespace codeanatomy::engine
