// ReadChanges: which files' rows were added and which removed by the commits of a table, from its
// log alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/data_file.h"
#include "storage/environment.h"

namespace codeanatomy::storage {

struct ChangedFile {
  std::string path;        // on disk
  bool is_insert = false;  // its rows came; else they went
  int64_t version = 0;
  int64_t milliseconds = 0;  // of the commit, since 1970
  PartitionValues partition_values;
};

/// Both ends are part of the range; absent ones are the first and the last commit. Times are ISO,
/// in UTC, and choose the commits at or after the start, at or before the end.
struct ChangeRange {
  std::optional<int64_t> first, last;
  std::optional<std::string> since, until;
};

/// By version, removed files before added ones, each in the order of the log. Commits that change
/// no data give nothing.
/// Errors InvalidArgument: a time in another form;
///        NotFound: a version of the range is not in the log, or a file is no longer on disk,
/// named;
///        DeltaFeatureUnsupported: change data files, deletion vectors.
/// Cost   one read per commit of the range.
Result<std::vector<ChangedFile>> ReadChanges(const Environment& environment,
                                             const std::string& root, const ChangeRange& range);

}  // namespace codeanatomy::storage
