// Vacuum: deletes data files that no version of a table needs that anybody may still read.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "storage/environment.h"

namespace codeanatomy::storage {

/// A week: what the protocol gives readers of older versions, and writers that have not committed.
inline constexpr int64_t kShortestRetentionHours = 168;

struct VacuumRequest {
  std::string root;  // the table's folder
  int64_t retention_hours = kShortestRetentionHours;
  bool dry_run = true;  // list only
  /// Refuse a shorter retention than the protocol's, and keep to the table's own
  /// (`delta.deletedFileRetentionDuration`) where that is longer.
  bool enforce_retention_duration = true;
  bool full = false;                           // also files that no log entry names
  std::set<int64_t> keep_versions = {};        // that stay readable, however old they are
  bool require_vacuum_protocol_check = false;  // refuse tables without that writer feature
};

struct VacuumReport {
  std::vector<std::string> files;  // relative to the table, sorted
  uint64_t bytes = 0;              // of them
  bool is_dry_run = true;
};

/// A file goes if the latest version and those to be kept do not have it, if its removal, and the
/// time at which it was written, are both longer ago than the retention, and if it lies in the
/// table's folder and is not hidden (`_…`, `.…`). Its name may come back, by a writer who has not
/// committed: that writer wrote it anew.
///
/// Errors InvalidArgument: a retention below a week, while that is enforced; a table without the
///        writer feature vacuumProtocolCheck, where it is required; DeltaFeatureUnsupported: a
///        feature we lack, which may need files that we do not know of; those of Snapshot::Load, of
///        every version to be kept. Nothing is deleted then.
/// Cost   reads the whole log, asks for the status of every file that may go.
Result<VacuumReport> Vacuum(const Environment& environment, const VacuumRequest& request);

}  // namespace codeanatomy::storage
