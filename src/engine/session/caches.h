// SessionCaches: the caches of one session and what they count. `engine_caches()` shows them in
// SQL, the manifest of a run at its end; the engine's own caches are not among them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/duckdb/rows_function.h"
#include "storage/log/snapshot_cache.h"

namespace codeanatomy::engine {

/// Counts of a cache whose entries lie elsewhere. From any thread.
class CacheCounter {
 public:
  void Hit() { ++hits_; }
  /// What was asked for was made, and stays.
  void Miss() {
    ++misses_;
    ++entries_;
  }
  void Drop() { --entries_; }
  CacheCounts counts() const { return {entries_, hits_, misses_, 0}; }

 private:
  std::atomic<uint64_t> entries_ = 0, hits_ = 0, misses_ = 0;
};

struct CacheState {
  std::string_view name;
  CacheCounts counts;
  std::optional<uint64_t> limit_bytes;  // null: none
  std::optional<int64_t> ttl_seconds = {};
};

struct SessionCaches {
  SessionCaches(uint64_t snapshot_bytes, std::optional<int64_t> snapshot_seconds)
      : snapshots(snapshot_bytes, snapshot_seconds) {}

  CacheCounter plans;  // relations that statements name, rendered and registered once
  storage::SnapshotCache snapshots;
  CacheCounter staging;  // views that an execution keeps as temporary tables

  /// Sorted by name.
  std::vector<CacheState> Describe() const;
};

/// Registers `engine_caches()` with the database; `caches` outlives it.
/// Errors SessionInitializationFailed.
Result<void> InstallCacheFunction(Database& database, const SessionCaches& caches);

}  // namespace codeanatomy::engine
