#include "storage/log/snapshot_cache.h"

namespace codeanatomy::storage {
namespace {

/// About what a snapshot takes: its texts, and the records that hold them.
uint64_t BytesOf(const Snapshot& snapshot) {
  uint64_t bytes = sizeof(Snapshot) + 2 * snapshot.metadata().schema_json.size();
  for (const AddFile& file : snapshot.files()) {
    bytes += sizeof(AddFile) + file.path.size() + (file.stats ? file.stats->size() : 0);
    for (const auto& [name, value] : file.partition_values)
      bytes += name.size() + (value ? value->size() : 0);
  }
  bytes += snapshot.tombstones().size() * sizeof(RemoveFile);
  return bytes;
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> SnapshotCache::Load(const Environment& environment,
                                                            const std::string& root,
                                                            std::optional<int64_t> version) {
  if (version) {
    if (auto kept = Find({root, *version})) return kept;
  }
  CA_ASSIGN_OR_RETURN(Snapshot loaded, Snapshot::Load(environment, root, version));
  Entry entry{{root, loaded.version()}, nullptr, BytesOf(loaded)};
  entry.snapshot = std::make_shared<const Snapshot>(std::move(loaded));
  std::shared_ptr<const Snapshot> snapshot = entry.snapshot;
  Keep(std::move(entry));
  return snapshot;
}

std::shared_ptr<const Snapshot> SnapshotCache::Find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto at = index_.find(key);
  if (at == index_.end()) return nullptr;
  ++counts_.hits;
  entries_.splice(entries_.begin(), entries_, at->second);
  return at->second->snapshot;
}

void SnapshotCache::Keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  ++counts_.misses;
  if (entry.bytes > limit_bytes_ || index_.contains(entry.key)) return;
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  index_[entries_.front().key] = entries_.begin();
  while (bytes_ > limit_bytes_) {
    bytes_ -= entries_.back().bytes;
    index_.erase(entries_.back().key);
    entries_.pop_back();
    ++counts_.evictions;
  }
}

CacheCounts SnapshotCache::counts() const {
  const std::lock_guard lock(mutex_);
  CacheCounts counts = counts_;
  counts.entries = entries_.size();
  return counts;
}

}  // namespace codeanatomy::storage
