#include "engine/execute/id_set.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace codeanatomy::engine {
namespace {

constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;  // 2^64 / phi, Knuth 6.4
constexpr size_t kBatch = 64;                          // slots fetched ahead
constexpr uint64_t kBytesOfId = 32;                    // at most: half full, doubled

}  // namespace

uint64_t PartitionsFor(uint64_t ids, uint64_t bytes) {
  const uint64_t ids_of_set = std::max<uint64_t>(bytes / kBytesOfId, 1);
  return std::max<uint64_t>(1, (ids + ids_of_set - 1) / ids_of_set);
}

IdSet::IdSet(size_t expected) {
  const size_t capacity = std::bit_ceil(std::max<size_t>(expected * 2, 16));
  slots_.assign(capacity, 0);
  shift_ = 64 - std::countr_zero(capacity);
}

size_t IdSet::SlotOf(int64_t id) const {
  return static_cast<size_t>(static_cast<uint64_t>(id) * kGoldenRatio >> shift_);
}

bool IdSet::Insert(int64_t id) {
  if (id == 0) return !std::exchange(has_zero_, true) && ++size_ > 0;
  if (size_ * 2 >= slots_.size()) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = SlotOf(id);
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (slots_[slot] == id) return false;
  }
  slots_[slot] = id;
  ++size_;
  return true;
}

size_t IdSet::InsertUntilRepeated(std::span<const int64_t> ids) {
  for (size_t begin = 0; begin < ids.size(); begin += kBatch) {
    const size_t end = std::min(begin + kBatch, ids.size());
    for (size_t i = begin; i < end; ++i) __builtin_prefetch(&slots_[SlotOf(ids[i])], 1);
    for (size_t i = begin; i < end; ++i) {
      if (!Insert(ids[i])) return i;
    }
  }
  return ids.size();
}

void IdSet::Grow() {
  std::vector<int64_t> before = std::exchange(slots_, std::vector<int64_t>(slots_.size() * 2, 0));
  --shift_;
  const size_t mask = slots_.size() - 1;
  for (const int64_t id : before) {
    if (id == 0) continue;
    size_t slot = SlotOf(id);
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = id;
  }
}

bool IdSet::Contains(int64_t id) const {
  if (id == 0) return has_zero_;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = SlotOf(id); slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (slots_[slot] == id) return true;
  }
  return false;
}

size_t IdSet::FindMissing(std::span<const int64_t> ids) const {
  for (size_t begin = 0; begin < ids.size(); begin += kBatch) {
    const size_t end = std::min(begin + kBatch, ids.size());
    for (size_t i = begin; i < end; ++i) __builtin_prefetch(&slots_[SlotOf(ids[i])]);
    for (size_t i = begin; i < end; ++i) {
      if (!Contains(ids[i])) return i;
    }
  }
  return ids.size();
}

}  // namespace codeanatomy::engine
