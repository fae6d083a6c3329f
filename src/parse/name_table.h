// NameTable: interns the identifiers of one file.
//
// Open addressing, linear probing. An entry holds what decides equality of a short name (up to
// seven bytes: the length and all bytes), so that its look-up touches one cache line and neither
// the list of names nor the text; of a longer name it holds the length, the hash and the last
// bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace codeanatomy::parse {

/// Ids are dense in order of first appearance. The table keeps views: the text must outlive it.
class NameTable {
 public:
  NameTable() : entries_(64) {}

  /// Id of `text`, new or known. Cost: constant on average.
  int32_t Intern(std::string_view text) {
    const Key key = KeyOf(text);
    size_t at = key.hash & (entries_.size() - 1);
    while (true) {
      const Entry& entry = entries_[at];
      if (entry.id < 0) break;
      if (entry.hash == key.hash && entry.rest == key.rest &&
          (text.size() < kWord || IsSame(names_[static_cast<size_t>(entry.id)], text))) {
        return entry.id;
      }
      at = (at + 1) & (entries_.size() - 1);
    }
    const auto id = static_cast<int32_t>(names_.size());
    names_.push_back(text);
    entries_[at] = {key.rest, key.hash, id};
    if (names_.size() * 2 > entries_.size()) Grow();
    return id;
  }

  const std::vector<std::string_view>& names() const { return names_; }
  std::vector<std::string_view>& names() { return names_; }

 private:
  static constexpr size_t kWord = 8;

  /// `rest`: the bytes behind the last full word, so all of a short text, and above them the length
  /// (at most 255).
  struct Key {
    uint64_t rest;
    uint32_t hash;
  };
  struct Entry {
    uint64_t rest = 0;
    uint32_t hash = 0;
    int32_t id = -1;
  };

  template <typename Word>
  static Word Load(const char* p) {
    Word word;
    std::memcpy(&word, p, sizeof word);
    return word;
  }

  static uint64_t Mix(uint64_t a, uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  static Key KeyOf(std::string_view text) {
    constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15, kSeed = 0xD6E8FEB86659FD93;
    const char* p = text.data();
    size_t n = text.size();
    uint64_t hash = n ^ kSeed;
    for (; n >= kWord; p += kWord, n -= kWord) hash = Mix(hash ^ Load<uint64_t>(p), kMultiplier);
    // Reads that overlap agree on the bytes they share.
    uint64_t rest = std::min<uint64_t>(text.size(), 255) << 56;
    if (n >= 4) {
      rest |= uint64_t{Load<uint32_t>(p + n - 4)} << 8 * (n - 4) | Load<uint32_t>(p);
    } else if (n > 0) {
      rest |= uint64_t{Load<uint8_t>(p)} | uint64_t{Load<uint8_t>(p + n / 2)} << 8 * (n / 2) |
              uint64_t{Load<uint8_t>(p + n - 1)} << 8 * (n - 1);
    }
    return {rest, static_cast<uint32_t>(Mix(hash ^ rest, kMultiplier))};
  }

  /// Equality of texts of at least a word; hardly ever false, since their keys are equal.
  static bool IsSame(std::string_view a, std::string_view b) {
    const size_t size = a.size();
    if (size != b.size()) return false;
    for (size_t i = 0; i + kWord < size; i += kWord) {
      if (Load<uint64_t>(a.data() + i) != Load<uint64_t>(b.data() + i)) return false;
    }
    return Load<uint64_t>(a.data() + size - kWord) == Load<uint64_t>(b.data() + size - kWord);
  }

  void Grow() {
    std::vector<Entry> grown(entries_.size() * 4);
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
