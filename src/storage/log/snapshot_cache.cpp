#include "storage/log/snapshot_cache.h"

#include <iterator>

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
  const int64_t now = environment.clock.NowMilliseconds();
  const bool is_latest = !version;
  if (is_latest) version = LatestOf(root, now);
  if (version) {
    if (auto kept = Find({root, *version}, now)) return kept;
    if (is_latest) version.reset();
  }
  CA_ASSIGN_OR_RETURN(Snapshot loaded, Snapshot::Load(environment, root, version));
  Entry entry{{root, loaded.version()}, nullptr, BytesOf(loaded), now};
  entry.snapshot = std::make_shared<const Snapshot>(std::move(loaded));
  std::shared_ptr<const Snapshot> snapshot = entry.snapshot;
  Keep(std::move(entry), is_latest);
  return snapshot;
}

bool SnapshotCache::IsOver(int64_t read_at, int64_t now) const {
  return ttl_seconds_ && (now - read_at) / 1000 >= *ttl_seconds_;
}

std::optional<int64_t> SnapshotCache::LatestOf(const std::string& root, int64_t now) {
  if (!ttl_seconds_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto at = latest_.find(root);
  if (at == latest_.end() || IsOver(at->second.second, now)) return std::nullopt;
  return at->second.first;
}

std::shared_ptr<const Snapshot> SnapshotCache::Find(const Key& key, int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto at = index_.find(key);
  if (at == index_.end()) return nullptr;
  if (IsOver(at->second->read_at, now)) {
    Drop(at->second);
    return nullptr;
  }
  ++counts_.hits;
  entries_.splice(entries_.begin(), entries_, at->second);
  return at->second->snapshot;
}

void SnapshotCache::Keep(Entry entry, bool is_latest) {
  const std::lock_guard lock(mutex_);
  ++counts_.misses;
  if (is_latest) latest_[entry.key.first] = {entry.key.second, entry.read_at};
  if (entry.bytes > limit_bytes_ || index_.contains(entry.key)) return;
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
  index_[entries_.front().key] = entries_.begin();
  while (bytes_ > limit_bytes_) Drop(std::prev(entries_.end()));
}

void SnapshotCache::Drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->key);
  entries_.erase(entry);
  ++counts_.evictions;
}

CacheCounts SnapshotCache::counts() const {
  const std::lock_guard lock(mutex_);
  CacheCounts counts = counts_;
  counts.entries = entries_.size();
  return counts;
}

}  // namespace codeanatomy::storage
