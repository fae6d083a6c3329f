// Retention: deletes what no readable build needs any more. Run at the start of a build, under its
// lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/current.h"

namespace codeanatomy::storage {

struct RetentionReport {
  uint64_t files_removed = 0;    // data files, of old versions and of builds that died
  uint64_t commits_removed = 0;  // log entries and checkpoints below the oldest readable version
  uint64_t tables_removed = 0;   // that no readable build has
};

/// Cleans `out`: keeps what the current and the superseded builds reference and the latest version
/// of each of their tables; removes other data files, unfinished temporary files, old log entries
/// behind a checkpoint, and whole tables that no readable build names. Idempotent; safe to
/// interrupt anywhere. Only files that this program names so are touched: `<32 hex>*.parquet`, our
/// temporary names, log files. Without CURRENT only temporary files are removed. Errors IoError;
/// DeltaCorrupt of a table is not an error here: that table is left alone.
Result<RetentionReport> CleanOutput(const Environment& environment, const std::string& out);

/// Removes log entries of one table that no version from `oldest` on needs. Returns their number.
Result<uint64_t> CleanLog(const Environment& environment, const std::string& root, int64_t oldest);

}  // namespace codeanatomy::storage
