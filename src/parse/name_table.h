// NameTable: interns the identifiers of one file.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace codeanatomy::parse {

/// Ids are dense in order of first appearance. The table keeps views: the text must outlive it.
class NameTable {
 public:
  NameTable() : entries_(64, Entry{0, -1}) {}

  /// Id of `text`, new or known. Cost: constant on average.
  int32_t Intern(std::string_view text) {
    const uint32_t hash = Hash(text);
    size_t at = hash & (entries_.size() - 1);
    while (true) {
      const Entry& entry = entries_[at];
      if (entry.id < 0) break;
      if (entry.hash == hash && IsSame(names_[static_cast<size_t>(entry.id)], text))
        return entry.id;
      at = (at + 1) & (entries_.size() - 1);
    }
    const auto id = static_cast<int32_t>(names_.size());
    names_.push_back(text);
    entries_[at] = {hash, id};
    if (names_.size() * 2 > entries_.size()) Grow();
    return id;
  }

  const std::vector<std::string_view>& names() const { return names_; }
  std::vector<std::string_view>& names() { return names_; }

 private:
  struct Entry {
    uint32_t hash;
    int32_t id;
  };

  static uint64_t Load(const char* p) {
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
  }

  /// Equality of two names whose hashes are equal, so hardly ever false; without a call.
  static bool IsSame(std::string_view a, std::string_view b) {
    const size_t size = a.size();
    if (size != b.size()) return false;
    if (size < 8) {
      for (size_t i = 0; i < size; ++i) {
        if (a[i] != b[i]) return false;
      }
      return true;
    }
    for (size_t i = 0; i + 8 < size; i += 8) {
      if (Load(a.data() + i) != Load(b.data() + i)) return false;
    }
    return Load(a.data() + size - 8) == Load(b.data() + size - 8);
  }

  static uint64_t Mix(uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  static uint32_t Hash(std::string_view text) {
    constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15, kSeed = 0xD6E8FEB86659FD93;
    const char* p = text.data();
    size_t n = text.size();
    uint64_t hash = n ^ kSeed;
    for (; n >= 8; p += 8, n -= 8) {
      hash = Mix(hash ^ Load(p), kMultiplier);
    }
    uint64_t rest = 0;
    if (n >= 4) {
      uint32_t low, high;
      std::memcpy(&low, p, 4);
      std::memcpy(&high, p + n - 4, 4);
      rest = static_cast<uint64_t>(high) << 32 | low;
    } else if (n > 0) {
      rest = static_cast<uint64_t>(static_cast<uint8_t>(p[0])) |
             static_cast<uint64_t>(static_cast<uint8_t>(p[n / 2])) << 8 |
             static_cast<uint64_t>(static_cast<uint8_t>(p[n - 1])) << 16;
    }
    return static_cast<uint32_t>(Mix(hash ^ rest, kMultiplier));
  }

  void Grow() {
    std::vector<Entry> grown(entries_.size() * 4, Entry{0, -1});
    for (const Entry& entry : entries_) {
      if (entry.id < 0) continue;
      size_t at = entry.hash & (grown.size() - 1);
      while (grown[at].id >= 0) at = (at + 1) & (grown.size() - 1);
      grown[at] = entry;
    }
    entries_ = std::move(grown);
  }

  std::vector<Entry> entries_;
  std::vector<std::string_view> names_;
};

}  // namespace codeanatomy::parse
