// FindKeyword: is this identifier a keyword?
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "lex/token.h"

namespace codeanatomy::lex {

namespace internal {

inline constexpr int kKeywordCount =
    static_cast<int>(TokenKind::kYield) - static_cast<int>(TokenKind::kFalse) + 1;
inline constexpr size_t kMaxKeywordLength = 8;

/// Distinct for all keywords (checked below), so one comparison decides.
constexpr size_t KeywordSlot(const char* text, size_t length) {
  const auto c0 = static_cast<uint8_t>(text[0]);
  const auto c1 = static_cast<uint8_t>(text[1]);
  const auto cn = static_cast<uint8_t>(text[length - 1]);
  return (c0 * 45u + c1 * 62u + cn * 7u + length * 10u) & 127u;
}

/// First and last four bytes of a text of four or more, first and last two of a shorter one: with
/// the length, all of a keyword.
constexpr std::pair<uint32_t, uint32_t> KeywordEnds(const char* text, size_t length) {
  const auto load = [text](size_t at, size_t count) {
    uint32_t bytes = 0;
    for (size_t i = 0; i < count; ++i)
      bytes |= uint32_t{static_cast<uint8_t>(text[at + i])} << 8 * i;
    return bytes;
  };
  if (length >= 4) return {load(0, 4), load(length - 4, 4)};
  return {load(0, 2), load(length - 2, 2)};
}

struct KeywordEntry {
  std::pair<uint32_t, uint32_t> ends;
  uint8_t length = 0;
  TokenKind kind = TokenKind::kName;
};

constexpr int CountKeywordClashes() {
  std::array<int, 128> used{};
  int clashes = 0;
  for (int k = 0; k < kKeywordCount; ++k) {
    const auto text = kTokenTexts[static_cast<size_t>(TokenKind::kFalse) + k];
    if (used[KeywordSlot(text.data(), text.size())]++ > 0) ++clashes;
  }
  return clashes;
}
static_assert(CountKeywordClashes() == 0);

inline constexpr auto kKeywordTable = [] {
  std::array<KeywordEntry, 128> table{};
  for (int k = 0; k < kKeywordCount; ++k) {
    const auto kind = static_cast<TokenKind>(static_cast<int>(TokenKind::kFalse) + k);
    const auto text = TokenText(kind);
    auto& entry = table[KeywordSlot(text.data(), text.size())];
    entry.ends = KeywordEnds(text.data(), text.size());
    entry.length = static_cast<uint8_t>(text.size());
    entry.kind = kind;
  }
  return table;
}();

}  // namespace internal

/// The keyword's kind, kName where `text` is none. `text` is not empty.
inline TokenKind FindKeyword(const char* text, size_t length) {
  if (length < 2 || length > internal::kMaxKeywordLength) return TokenKind::kName;
  const auto& entry = internal::kKeywordTable[internal::KeywordSlot(text, length)];
  if (entry.length != length || entry.ends != internal::KeywordEnds(text, length)) {
    return TokenKind::kName;
  }
  return entry.kind;
}

}  // namespace codeanatomy::lex
