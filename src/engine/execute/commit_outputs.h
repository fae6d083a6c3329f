// CommitOutputs: files that were written and checked become versions of their tables.
#pragma once

#include <vector>

#include "engine/execute/execute_spec.h"
#include "engine/execute/output_checks.h"
#include "storage/log/commit_all.h"

namespace codeanatomy::engine {

struct CommitRequest {
  const spec::Spec& spec;
  const BuildPaths& paths;
  const ExecuteOptions& options;
  Session& session;
};

/// The columns of an output as its table stores them.
storage::Schema StoredSchema(const PlannedOutput& output);

/// What a commit says that went through and yet lacks something, its checkpoint, as a warning.
void AddCommitWarning(std::string_view table, const storage::CommitOutcome& outcome,
                      std::vector<Warning>& warnings);

/// Commits each output to the log of its own table, side by side, since a commit waits for the
/// disk; versions and digests go into the report, whose hashes go into the commits. Nothing is
/// committed before every output is ready and its rows fulfil the table's constraints. Errors those
/// of storage::Transaction and FindViolatingRow, of the first output in order that has one;
/// OutputContractViolation, naming constraint and row.
Result<void> CommitOutputs(const std::vector<WrittenOutput>& outputs, const CommitRequest& request,
                           ExecutionReport& report);

}  // namespace codeanatomy::engine
