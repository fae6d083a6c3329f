// IdSet: node ids, looked up by the thousand.
//
// Whether an edge ends on a node is asked some ten million times a build. A set of nothing but ids
// in one flat array (open addressing, linear probing, at most half full) answers a batch at the
// cost of one cache miss each, taken together: all slots of a batch are fetched before the first is
// read. A set holds one partition of the ids, so that memory has a bound however many there are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace codeanatomy::engine {

class IdSet {
 public:
  /// Room for `expected` ids; 16 to 32 bytes each.
  explicit IdSet(size_t expected);

  /// False if the id was there. Cost: amortized constant; the set grows by doubling.
  bool Insert(int64_t id);
  /// Inserts them in turn up to the first that was there; where that stands, or the size of `ids`.
  size_t InsertUntilRepeated(std::span<const int64_t> ids);
  bool Contains(int64_t id) const;
  /// The first of `ids` that the set does not have, or the size of `ids`.
  size_t FindMissing(std::span<const int64_t> ids) const;
  size_t size() const { return size_; }

 private:
  size_t SlotOf(int64_t id) const;
  void Grow();

  std::vector<int64_t> slots_;  // 0: free
  int shift_ = 0;
  size_t size_ = 0;
  bool has_zero_ = false;
};

/// Ids are hashes, so any of their bits divide them evenly.
struct IdPartition {
  uint64_t count = 1, index = 0;
  bool Has(int64_t id) const {
    return count == 1 || static_cast<uint64_t>(id) / kIdRun % count == index;
  }
  static constexpr uint64_t kIdRun = 4096;  // interior ids of a scope stay together
};

/// How many partitions keep a set of one of them below `bytes`.
uint64_t PartitionsFor(uint64_t ids, uint64_t bytes);
/// What a set may take where memory is not short.
inline constexpr uint64_t kIdSetBytes = 128 << 20;

}  // namespace codeanatomy::engine
