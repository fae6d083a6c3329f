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
  explicit SnapshotCache(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// As Snapshot::Load. Without a version the log is listed each time: tables move on.
  /// Of what is kept the one that was asked for longest ago goes first.
  Result<std::shared_ptr<const Snapshot>> Load(const Environment& environment,
                                               const std::string& root,
                                               std::optional<int64_t> version = {});

  CacheCounts counts() const;
  uint64_t limit_bytes() const { return limit_bytes_; }

 private:
  using Key = std::pair<std::string, int64_t>;
  struct Entry {
    Key key;
    std::shared_ptr<const Snapshot> snapshot;
    uint64_t bytes = 0;
  };
  std::shared_ptr<const Snapshot> Find(const Key& key);
  void Keep(Entry entry);

  const uint64_t limit_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // asked for last first
  std::map<Key, std::list<Entry>::iterator> index_;
  uint64_t bytes_ = 0;
  CacheCounts counts_;
};

}  // namespace codeanatomy::storage
