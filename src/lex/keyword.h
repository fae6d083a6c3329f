// FindKeyword: is this identifier a keyword?
#pragma once

#include <array>
#include <cstring>
#include <string_view>

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

struct KeywordEntry {
  std::array<char, kMaxKeywordLength> text{};
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
    for (size_t i = 0; i < text.size(); ++i) entry.text[i] = text[i];
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
  if (entry.length != length || std::memcmp(entry.text.data(), text, length) != 0) {
    return TokenKind::kName;
  }
  return entry.kind;
}

}  // namespace codeanatomy::lex
