// CleanupLog: deletes log entries that are older than a table keeps them, behind a checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "storage/environment.h"

namespace codeanatomy::storage {

struct CleanupLogRequest {
  std::string root;                      // the table's folder
  std::set<int64_t> keep_versions = {};  // that stay readable, however old they are
};

struct CleanupLogReport {
  uint64_t files_removed = 0;             // entries, and checkpoints older than the one that stays
  std::optional<int64_t> oldest_version;  // readable from now on; absent: nothing was removed
  bool is_forbidden = false;              // by the table: `delta.enableExpiredLogCleanup` = false
};

/// Entries older than `delta.logRetentionDuration` (30 days) go, up to the newest checkpoint from
/// which the version of that time, the versions to be kept and all later ones can still be read.
/// The checkpoint is read before anything goes. Oldest entries go first, so that a stop in between
/// leaves a table that reads as before. Without such a checkpoint nothing is removed.
///
/// Errors NotFound: no table; DeltaCorrupt: the checkpoint is not readable;
/// DeltaFeatureUnsupported:
///        a writer feature we lack; IoError.
Result<CleanupLogReport> CleanupLog(const Environment& environment,
                                    const CleanupLogRequest& request);

}  // namespace codeanatomy::storage
