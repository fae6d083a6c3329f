// DataFile: a Parquet file that has been written and is not yet part of a table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/schema.h"

namespace codeanatomy::storage {

/// Statistics of one leaf column, as the Parquet writer reports them: integers in decimal, text
/// verbatim, dates and timestamps ISO. Absent where the file has none.
struct ColumnStatistics {
  std::string column;  // "bstart"; for fields of structs "span.bstart"
  std::optional<std::string> min, max;
  std::optional<int64_t> null_count;
  bool has_nan = false;  // then min and max say nothing
};

/// Values of the partition columns as the log writes them; nothing stands for null.
using PartitionValues = std::map<std::string, std::optional<std::string>>;

struct DataFile {
  std::string path;    // relative to the table, as on disk: [partition folders/]<32 hex>.parquet
  std::string sha256;  // of the whole file, 64 hex digits; names the file
  uint64_t size = 0;   // bytes
  uint64_t rows = 0;
  std::vector<ColumnStatistics> columns;
  PartitionValues partition_values;
};

/// The `stats` of an add action as JSON: numRecords, minValues, maxValues, nullCount of the first
/// 32 leaf columns outside of lists and maps. Text bounds are cut to 32 code points, the upper one
/// rounded up; timestamps are widened to milliseconds; columns with NaN or unreadable bounds have
/// none.
std::string StatisticsJson(const Schema& schema, const DataFile& file);

}  // namespace codeanatomy::storage
