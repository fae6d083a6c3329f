// MaintainTables: what a spec's `maintenance` asks for, done to the outputs that were committed.
#pragma once

#include <string>
#include <vector>

#include "engine/execute/execute_spec.h"
#include "engine/plan/plan.h"

namespace codeanatomy::engine {

struct MaintainRequest {
  const spec::Spec& spec;
  const Plan& plan;
  Session& session;
  const BuildPaths& paths;
  const ExecuteOptions& options;
};

/// Per table: compact, checkpoint, vacuum, metadata cleanup, constraints; up to max_parallel_tables
/// side by side. Of each operation that was asked for the report gets a row, in the order of the
/// outputs; a failure is a warning beside it, and the operations behind it are tried. An output's
/// version moves on with commits of the maintenance, as long as nobody else committed in between:
/// what others wrote is not published. Does nothing without `maintenance`. Errors Interrupted
/// alone. Cost   that of the operations (storage/maintenance); one table at a time where the
/// session has little memory.
Result<void> MaintainTables(const MaintainRequest& request, ExecutionReport& report);

}  // namespace codeanatomy::engine
