// WriteParquet: the rows of a SELECT as one Parquet file, named by its content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/connection.h"
#include "storage/data_file.h"

namespace codeanatomy::engine {

struct ParquetOptions {
  uint64_t row_group_rows = 32768;  // small, so that row group statistics prune
  int compression_level = 1;        // of zstd
  /// The statement ends in an ORDER BY over a total order, or only scans batches. Such rows reach
  /// the writer in full vectors, so row groups can be written in parallel and still not depend on
  /// the number of threads. Other statements are written on one thread.
  bool sorted = false;
  /// Off where floats must keep the sign of zero: DuckDB's dictionaries hold equal values once.
  bool dictionaries = true;
  /// Distinct values of a column per row group up to which it is dictionary-encoded. A column
  /// beyond that pays for a dictionary and then throws it away: half of the time of writing graph
  /// tables.
  uint64_t dictionary_limit = 2000;
  /// Delta and byte-stream-split encodings for what has no dictionary: smaller and quicker. Readers
  /// that know only the oldest encodings refuse them.
  bool delta_encodings = false;
};

/// Writes the rows of `select_sql` in their order below `folder`, which exists. Nothing for no
/// rows. Content and name (32 hex digits of its SHA-256, then ".parquet") depend on the rows and
/// their order alone, not on threads or memory. The file is complete under its name on return,
/// though not yet synced: a commit syncs what it names. On an error nothing is left behind.
/// Partition values are empty.
///
/// Errors those of Connection; NoSpace and IoError name the folder.
Result<std::vector<storage::DataFile>> WriteParquet(Connection& connection,
                                                    std::string_view select_sql,
                                                    const std::string& folder,
                                                    const ParquetOptions& options = {});

}  // namespace codeanatomy::engine
