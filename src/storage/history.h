// History: what the log says about its own commits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// Who made the commits of a table: those whose commit info has a member of that name, and others.
/// An entry that is gone, or says nothing, is another's.
struct CommitAuthors {
  int64_t with = 0, others = 0;
  std::optional<int64_t> first_other;  // its version
};
/// Of the commits after version `after` up to `last`. Cost   reads those entries.
/// Errors DeltaCorrupt: an entry is not readable.
Result<CommitAuthors> FindAuthors(FileSystem& files, const std::string& root, int64_t after,
                                  int64_t last, std::string_view member);

}  // namespace codeanatomy::storage
