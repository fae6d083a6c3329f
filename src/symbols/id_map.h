// IdMap: open-addressing hash map from 64-bit keys to int32, for keys made of two dense ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace codeanatomy::symbols {

/// Keys must not be ~0. Amortized constant time, one allocation per doubling.
class IdMap {
 public:
  static constexpr uint64_t Key(int32_t high, int32_t low) {
    return static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
  }

  /// The value, or -1.
  int32_t Find(uint64_t key) const {
    if (size_ == 0) return -1;
    for (size_t i = Slot(key);; i = (i + 1) & mask()) {
      if (slots_[i].first == key) return slots_[i].second;
      if (slots_[i].first == kEmpty) return -1;
    }
  }

  /// `key` must be absent.
  void Insert(uint64_t key, int32_t value) {
    if (2 * (size_ + 1) > slots_.size()) Grow();
    Place(key, value);
    ++size_;
  }

 private:
  static constexpr uint64_t kEmpty = ~uint64_t{0};
  size_t mask() const { return slots_.size() - 1; }
  size_t Slot(uint64_t key) const {
    key *= 0x9e3779b97f4a7c15;  // Fibonacci hashing: the high bits are well mixed
    return static_cast<size_t>(key >> 32) & mask();
  }
  void Place(uint64_t key, int32_t value) {
    size_t i = Slot(key);
    while (slots_[i].first != kEmpty) i = (i + 1) & mask();
    slots_[i] = {key, value};
  }
  void Grow() {
    std::vector<std::pair<uint64_t, int32_t>> old(slots_.empty() ? 64 : 2 * slots_.size(),
                                                  {kEmpty, -1});
    old.swap(slots_);
    for (const auto& [key, value] : old) {
      if (key != kEmpty) Place(key, value);
    }
  }

  std::vector<std::pair<uint64_t, int32_t>> slots_;
  size_t size_ = 0;
};

}  // namespace codeanatomy::symbols
