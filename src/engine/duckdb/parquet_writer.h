// WriteParquet: the rows of a SELECT as one Parquet file, named by its content.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/connection.h"

namespace codeanatomy::engine {

struct ParquetOptions {
  uint64_t row_group_rows = 32768;  // small, so that row group statistics prune
  int compression_level = 1;        // of zstd
};

/// Statistics of one leaf column. Minimum and maximum as the engine prints them: integers in decimal,
/// text verbatim, timestamps ISO. Absent where the file has none.
struct ColumnStatistics {
  std::string column;  // "bstart", for fields of structs "span.bstart"
  std::optional<std::string> min, max;
  std::optional<int64_t> null_count;  // absent for elements of lists
};

struct DataFile {
  std::string name;  // 32 hex digits of the file's SHA-256, then ".parquet"; relative to the folder
  uint64_t size = 0;
  uint64_t rows = 0;
  std::string sha256;  // of the whole file, 64 hex digits
  std::vector<ColumnStatistics> columns;
};

/// Writes the rows of `select_sql` in their order below `folder`, which exists. Nothing for no rows.
/// Content and name depend on the rows alone, not on threads or memory. The file is complete and on
/// disk (fsync) under its name on return; on an error nothing is left behind.
///
/// Errors those of Connection; NoSpace and IoError name the folder.
/// Cost   1 to 2 M rows/s per core of evidence tables.
Result<std::vector<DataFile>> WriteParquet(Connection& connection, std::string_view select_sql,
                                           const std::string& folder,
                                           const ParquetOptions& options = {});

}  // namespace codeanatomy::engine
