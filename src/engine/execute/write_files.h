// WriteFiles: the rows of an output as files; of a partitioned one a file for each combination of
// partition values, in the folders that Delta readers know: `column=value/<hash>.parquet`.
#pragma once

#include <string>
#include <vector>

#include "engine/duckdb/parquet_writer.h"
#include "engine/execute/output_checks.h"
#include "engine/render/sorted_select.h"
#include "storage/file_system.h"

namespace codeanatomy::engine {

struct FileWrite {
  const SortedSelect& select;
  const PlannedOutput& output;
  const std::string& folder;  // of the table
  const ParquetOptions& parquet;
  storage::FileSystem& files;
};

/// Partitions in the order of their values, rows in each in the order of the output. Partition
/// columns stand in the log alone and are constants of the file. Errors InvalidArgument: an empty
/// text, which Delta would read as null; those of WriteParquet. Cost   of partitions: the rows once
/// into a temporary table, sorted, and once out of it.
Result<std::vector<WrittenFile>> WriteFiles(Connection& connection, const FileWrite& write);

/// Whether no two rows of different partitions can have one key.
bool PartitionsAreKey(const PlannedOutput& output);

}  // namespace codeanatomy::engine
