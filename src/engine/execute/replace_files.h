// ReplaceFiles: what stays of a table when the rows of some source files are replaced.
//
// The file ids of the run are the column `file_id` of the input `param_file_ids`; deleted files
// stand there as well, they just bring no new rows. A data file that holds none of their rows stays
// as it is; one that does is written again without them. The new files, those rewritten and the
// removal of the old ones become visible in one commit.
#pragma once

#include <string>
#include <string_view>

#include "engine/duckdb/parquet_writer.h"
#include "engine/execute/execute_spec.h"
#include "engine/execute/output_checks.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {

struct ReplaceRequest {
  const BuildPaths& paths;
  const ScanText& scan;  // of the input param_file_ids
  ParquetOptions parquet;
};

/// Fills `output.rest` from the table as BaseOf tells it; `output.files`, which are written
/// already, hold only files of the run. Errors OutputContractViolation: a new row of another file,
/// or of none; DeltaSchemaMismatch: the
///        table has other columns; those of Snapshot, Connection and WriteParquet.
/// Cost   a read of `file_id` in the files that may hold rows of the run, by the log's bounds;
/// those
///        that do are written once.
Result<void> KeepOtherFiles(Connection& connection, WrittenOutput& output,
                            const ReplaceRequest& request);

/// In the commit info of every commit of a run, and of nobody else's.
inline constexpr std::string_view kRunMember = "codeanatomy.spec_hash";

/// The state of an output's table that a run goes on from.
struct BaseTable {
  std::optional<storage::Snapshot> snapshot;  // none where there is no table
  bool is_latest = true;                      // else commits of failed runs stand behind it
};
/// The latest, unless the paths say what readers of the build see: what runs committed since then
/// never became visible, since they failed, and does not count. What other writers committed since
/// then counts. Errors DeltaConflict: both did, and one commit cannot keep the one without the
/// other.
Result<BaseTable> BaseOf(const PlannedOutput& output, const BuildPaths& paths);

/// The error of a run that goes on from version `base` (-1: no table) and finds another's commit.
Error OtherWriter(const std::string& root, int64_t version, int64_t base);

}  // namespace codeanatomy::engine
