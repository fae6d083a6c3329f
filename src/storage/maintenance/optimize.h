// Optimize: many small files of a table become few; its rows, and their order, stay.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/log/table_change.h"

namespace codeanatomy::storage {

struct OptimizeRequest {
  std::string root;                          // the table's folder
  int64_t target_size = int64_t{512} << 20;  // bytes of a file, about
  std::vector<std::string> order = {};       // as FileRewrite::order; empty: rows as they stand
  uint64_t row_group_rows = 32768;           // of the files that are written
  std::map<std::string, std::string> metadata = {};  // further members of the commit info
};

struct OptimizeReport {
  ChangeOutcome change;
  uint64_t files_before = 0, files_after = 0;  // of the table
  uint64_t files_removed = 0, bytes_removed = 0;
  uint64_t files_added = 0, bytes_added = 0;
};

/// Files that follow one another, within a partition, become one file as long as their sizes come
/// to no more than the target; with an order the rows of the new file are sorted by it. One commit
/// without change of data: the table's rows are those before, and who follows its changes sees
/// none. Nothing is committed where no two files fit together. A file that stays, but stands behind
/// a new one, is named again to keep its place.
///
/// Errors InvalidArgument: an order column is not in the schema; DeltaConflict: another writer took
/// one of the files, or the schema changed; those of ParquetIo::Rewrite and CommitChange. The table
/// is the one before, and files that were written are removed.
/// Cost   reads and writes the files that are put together; memory bounded by ParquetIo.
Result<OptimizeReport> Optimize(const Environment& environment, const OptimizeRequest& request);

}  // namespace codeanatomy::storage
