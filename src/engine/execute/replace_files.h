// ReplaceFiles: what stays of a table when the rows of some source files are replaced.
//
// The file ids of the run are the column `file_id` of the input `param_file_ids`; deleted files
// stand there as well, they just bring no new rows. A data file that holds none of their rows stays
// as it is; one that does is written again without them. The new files, those rewritten and the
// removal of the old ones become visible in one commit.
#pragma once

#include <string>

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

/// Fills `output.rest` from the version that readers of the build see, or from the latest where the
/// paths do not say which; `output.files`, which are written already, hold only files of the run.
/// Errors OutputContractViolation: a new row of another file, or of none; DeltaSchemaMismatch: the
///        table has other columns; those of Snapshot, Connection and WriteParquet.
/// Cost   a read of `file_id` in the files that may hold rows of the run, by the log's bounds;
/// those
///        that do are written once.
Result<void> KeepOtherFiles(Connection& connection, WrittenOutput& output,
                            const ReplaceRequest& request);

/// The state of an output's table that this run goes on from: the one that readers of the build
/// see, the latest where the paths do not tell, none where there is none.
Result<std::optional<storage::Snapshot>> BaseOf(const PlannedOutput& output,
                                                const BuildPaths& paths);

}  // namespace codeanatomy::engine
