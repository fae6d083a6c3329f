// RenderLogRead: a part of a table's log as a query, its rows written out or its files scanned.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/plan/log_read.h"
#include "storage/environment.h"
#include "storage/log/snapshot_cache.h"

namespace codeanatomy::engine {

struct LogTable {
  std::string root;                      // folder of the table
  std::string location;                  // as the spec names it: what rows call it
  std::optional<int64_t> version;        // that was opened; nothing: the latest
  const expr::Schema* schema = nullptr;  // of the input
};

struct LogRows {
  std::string select;    // a query
  std::string identity;  // equal for equal rows, wherever the table lies
};

/// Errors those of Snapshot::Load and ReadChanges.
Result<LogRows> RenderLogRead(const LogRead& read, const LogTable& table,
                              const storage::Environment& environment,
                              storage::SnapshotCache& kept);

}  // namespace codeanatomy::engine
