// SnapshotCache: snapshots of tables at versions, which never change, kept up to a number of bytes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/cache_counts.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::storage {

/// May be used from several threads. A snapshot lives as long as its reader, in the cache or not.
class SnapshotCache {
 public:
  /// `ttl_seconds` is how long after it was read a snapshot is kept; absent: without end.
  explicit SnapshotCache(uint64_t limit_bytes, std::optional<int64_t> ttl_seconds = {})
      : limit_bytes_(limit_bytes), ttl_seconds_(ttl_seconds) {}

  /// As Snapshot::Load. Without a version the log is listed each time, since tables move on; where
  /// there is a time to live, only when that is over. Of what is kept the one that was asked for
  /// longest ago goes first.
  Result<std::shared_ptr<const Snapshot>> Load(const Environment& environment,
                                               const std::string& root,
                                               std::optional<int64_t> version = {});

  CacheCounts counts() const;
  uint64_t limit_bytes() const { return limit_bytes_; }
  std::optional<int64_t> ttl_seconds() const { return ttl_seconds_; }

 private:
  using Key = std::pair<std::string, int64_t>;
  struct Entry {
    Key key;
    std::shared_ptr<const Snapshot> snapshot;
    uint64_t bytes = 0;
    int64_t read_at = 0;  // milliseconds since 1970
  };
  using Entries = std::list<Entry>;
  /// The version that was the latest when it was last listed.
  std::optional<int64_t> LatestOf(const std::string& root, int64_t now);
  std::shared_ptr<const Snapshot> Find(const Key& key, int64_t now);
  void Keep(Entry entry, bool is_latest);
  bool IsOver(int64_t read_at, int64_t now) const;
  void Drop(Entries::iterator entry);

  const uint64_t limit_bytes_;
  const std::optional<int64_t> ttl_seconds_;
  mutable std::mutex mutex_;
  Entries entries_;  // asked for last first
  std::map<Key, Entries::iterator> index_;
  std::map<std::string, std::pair<int64_t, int64_t>> latest_;  // by root: version, when listed
  uint64_t bytes_ = 0;
  CacheCounts counts_;
};

}  // namespace codeanatomy::storage
