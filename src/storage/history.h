// History: what the log says about its own commits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/environment.h"

namespace codeanatomy::storage {

struct CommitRecord {
  int64_t version = 0;
  std::string commit_info;  // JSON object as in the log; "{}" where the commit has none
};

/// The commits whose log entries are still there, newest first.
/// Errors NotFound: no table. DeltaCorrupt: an entry is not readable.
Result<std::vector<CommitRecord>> ReadHistory(FileSystem& files, const std::string& root);

}  // namespace codeanatomy::storage
