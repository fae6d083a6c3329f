// Names are spelled from about 14 000 words ("LATIN ", "SMALL ", …) and stored in a hash table of
// 16 384 buckets, so a look-up compares two or three candidates word by word and nothing is built
// at run time. Hangul syllables and CJK ideographs have computed names.
#include <algorithm>
#include <array>
#include <span>

#include "lex/unicode/tables.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::lex::unicode {
namespace {

constexpr std::string_view kHangulPrefix = "HANGUL SYLLABLE ";
constexpr std::string_view kIdeographPrefix = "CJK UNIFIED IDEOGRAPH-";

constexpr auto kLeads =
    std::to_array<std::string_view>({"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "",
                                     "J", "JJ", "C", "K", "T", "P", "H"});
constexpr auto kVowels = std::to_array<std::string_view>(
    {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
     "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"});
constexpr auto kTrails = std::to_array<std::string_view>(
    {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
     "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"});

/// Index of the longest syllable part `text` starts with, which it takes off; nullopt if none.
std::optional<size_t> TakeLongest(std::string_view& text, std::span<const std::string_view> parts) {
  std::optional<size_t> best;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (text.starts_with(parts[i]) && (!best || parts[i].size() > parts[*best].size())) best = i;
  }
  if (best) text.remove_prefix(parts[*best].size());
  return best;
}

std::optional<char32_t> FindHangulSyllable(std::string_view syllable) {
  const auto lead = TakeLongest(syllable, kLeads);
  const auto vowel = TakeLongest(syllable, kVowels);
  const auto trail = TakeLongest(syllable, kTrails);
  if (!lead || !vowel || !trail || !syllable.empty()) return std::nullopt;
  const size_t index = (*lead * kVowels.size() + *vowel) * kTrails.size() + *trail;
  return static_cast<char32_t>(0xAC00 + index);
}

/// Four or five upper-case hex digits; CPython also takes "04E00".
std::optional<char32_t> FindIdeograph(std::string_view digits, PythonVersion version) {
  if (digits.size() != 4 && digits.size() != 5) return std::nullopt;
  char32_t cp = 0;
  for (const char digit : digits) {
    if (digit >= '0' && digit <= '9') {
      cp = cp << 4 | static_cast<char32_t>(digit - '0');
    } else if (digit >= 'A' && digit <= 'F') {
      cp = cp << 4 | static_cast<char32_t>(digit - 'A' + 10);
    } else {
      return std::nullopt;
    }
  }
  for (const IdeographRange& range : std::span(kIdeographRanges, kIdeographRangeCount)) {
    if (cp >= range.first && cp <= range.last && Holds(range.versions, version)) return cp;
  }
  return std::nullopt;
}

/// Takes one word number off a record's word list.
std::string_view TakeWord(std::string_view& words) {
  size_t number = static_cast<unsigned char>(words[0]);
  if (number < 128) {
    words.remove_prefix(1);
  } else {
    number = 128 + ((number & 0x7F) << 8 | static_cast<unsigned char>(words[1]));
    words.remove_prefix(2);
  }
  const uint32_t start = kNameWordStart[number];
  return {kNameWords + start, kNameWordStart[number + 1] - start};
}

bool Matches(const NameRecord& record, std::string_view name) {
  std::string_view words = record.words;
  while (!words.empty()) {
    const std::string_view word = TakeWord(words);
    if (!name.starts_with(word)) return false;
    name.remove_prefix(word.size());
  }
  return name.empty();
}

/// As name_hash of scripts/generate_unicode.py.
size_t BucketOf(std::string_view name) {
  uint32_t hash = 2166136261;
  for (const char byte : name) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
  return (hash ^ hash >> 15) & (kNameBucketCount - 1);
}

}  // namespace

NameRecord ReadNameRecord(size_t& offset) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(kNameRecords[offset + i]));
  };
  const size_t length = byte(0);
  const uint32_t head = byte(1) | byte(2) << 8 | byte(3) << 16;
  const NameRecord record = {static_cast<char32_t>(head & 0x1FFFFF),
                             static_cast<PythonVersion>(head >> 21),
                             std::string_view(kNameRecords + offset + 4, length - 3)};
  offset += 1 + length;
  return record;
}

std::string SpellName(const NameRecord& record) {
  std::string name;
  for (std::string_view words = record.words; !words.empty();) name += TakeWord(words);
  return name;
}

std::optional<char32_t> LookupName(std::string_view name, PythonVersion version) {
  if (name.starts_with(kHangulPrefix)) {
    return FindHangulSyllable(name.substr(kHangulPrefix.size()));
  }
  if (name.starts_with(kIdeographPrefix)) {
    return FindIdeograph(name.substr(kIdeographPrefix.size()), version);
  }
  if (name.size() > kNameMaxLength) return std::nullopt;
  std::string upper(name);
  for (char& letter : upper) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  const size_t bucket = BucketOf(upper);
  for (size_t offset = kNameBucketStart[bucket]; offset < kNameBucketStart[bucket + 1];) {
    const NameRecord record = ReadNameRecord(offset);
    if (Matches(record, upper)) {
      return version >= record.since ? std::optional(record.cp) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace codeanatomy::lex::unicode
