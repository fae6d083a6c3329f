#include "lex/unicode/unicode.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include <doctest/doctest.h>

#include "base/hash.h"
#include "lex/unicode/tables.h"

namespace codeanatomy::lex::unicode {
namespace {

using enum PythonVersion;

/// SHA-256 per version of the interpreter's own answers, in order:
///   classes    a byte for every code point: start | continue << 1 | printable << 2
///   nfkc       NFKC of every code point but surrogates, a newline after each
///   sequences  NFKC of pseudo-random strings, a newline after each
///   names      lines "NAME;HEX", sorted, of all stored names and aliases
///   ideographs a byte for every code point: 1 if "CJK UNIFIED IDEOGRAPH-…" names it
struct Digests {
  std::string_view classes, nfkc, sequences, names, ideographs;
};
constexpr auto kDigests = std::to_array<Digests>({
#include "lex/unicode/digests.inc"
});
static_assert(kDigests.size() == kPythonVersionNames.size());

constexpr size_t Index(PythonVersion version) { return static_cast<size_t>(version); }

constexpr auto kVersions = std::to_array({k38, k39, k310, k311, k312, k313, k314});

std::string Utf8(char32_t cp) {
  std::string out;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (cp >> shift & 0x3F)); };
  if (cp < 0x80) return std::string(1, static_cast<char>(cp));
  if (cp < 0x800) {
    out += static_cast<char>(0xC0 | cp >> 6);
  } else if (cp < 0x10000) {
    out += static_cast<char>(0xE0 | cp >> 12);
    tail(6);
  } else {
    out += static_cast<char>(0xF0 | cp >> 18);
    tail(12);
    tail(6);
  }
  tail(0);
  return out;
}

std::string HexOf(char32_t cp) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04X", static_cast<unsigned>(cp));
  return buffer.data();
}

/// The strings of sequences() in scripts/generate_unicode.py.
std::vector<std::string> Sequences() {
  struct Range {
    uint32_t first, last;
  };
  constexpr auto kRanges = std::to_array<Range>(
      {{0x41, 0x17F},      {0x300, 0x36F},     {0x300, 0x36F},     {0x370, 0x4FF},
       {0x591, 0x6FF},     {0x900, 0xDFF},     {0xE00, 0xFFF},     {0x1100, 0x1112},
       {0x1160, 0x1176},   {0x11A6, 0x11C3},   {0x1A55, 0x1B44},   {0x1DC0, 0x1FFF},
       {0x2000, 0x20F0},   {0x2190, 0x22FF},   {0x3040, 0x30FF},   {0xA66F, 0xA6F1},
       {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFB00, 0xFFEF},   {0x105C0, 0x105FF},
       {0x10A00, 0x10F50}, {0x11000, 0x11FFF}, {0x16100, 0x16D70}, {0x1D100, 0x1D244},
       {0x1D400, 0x1D7FF}, {0x1E000, 0x1E94B}, {0x1F100, 0x1F2FF}, {0x2F800, 0x2FA1F},
       {0x315, 0x328}});
  uint64_t state = 1;
  const auto next_random = [&](size_t bound) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<uint32_t>((state >> 33) % bound);
  };
  std::vector<std::string> sequences(100000);
  for (std::string& text : sequences) {
    const size_t length = next_random(64) == 0 ? 60 : 1 + next_random(8);
    for (size_t i = 0; i < length; ++i) {
      const Range range = kRanges[next_random(kRanges.size())];
      text += Utf8(range.first + next_random(range.last - range.first + 1));
    }
  }
  return sequences;
}

}  // namespace

TEST_CASE("character classes equal the interpreter's for every code point") {
  for (const PythonVersion version : kVersions) {
    CAPTURE(PythonVersionName(version));
    std::string classes(kMaxCodePoint + 1, '\0');
    for (char32_t cp = 0; cp <= kMaxCodePoint; ++cp) {
      classes[cp] = static_cast<char>(IsXidStart(cp, version) | IsXidContinue(cp, version) << 1 |
                                      IsPrintable(cp, version) << 2);
    }
    CHECK(Hex(Sha256::Of(classes)) == kDigests[Index(version)].classes);
  }
}

TEST_CASE("NFKC equals the interpreter's for every code point") {
  for (const PythonVersion version : kVersions) {
    CAPTURE(PythonVersionName(version));
    Sha256 digest;
    for (char32_t cp = 0; cp <= kMaxCodePoint; ++cp) {
      if (cp < 0xD800 || cp > 0xDFFF) digest.Update(NormalizeNfkc(Utf8(cp), version) + "\n");
    }
    CHECK(Hex(digest.Finish()) == kDigests[Index(version)].nfkc);
  }
}

TEST_CASE("NFKC equals the interpreter's for pseudo-random strings") {
  const std::vector<std::string> sequences = Sequences();
  for (const PythonVersion version : kVersions) {
    CAPTURE(PythonVersionName(version));
    Sha256 digest;
    for (const std::string& text : sequences) digest.Update(NormalizeNfkc(text, version) + "\n");
    CHECK(Hex(digest.Finish()) == kDigests[Index(version)].sequences);
  }
}

TEST_CASE("names equal the interpreter's, and every one is found") {
  std::vector<std::pair<std::string, NameRecord>> names;
  for (size_t offset = 0; offset < kNameBucketStart[kNameBucketCount];) {
    const NameRecord record = ReadNameRecord(offset);
    names.emplace_back(SpellName(record), record);
  }
  std::ranges::sort(names, {}, [](const auto& entry) { return entry.first; });
  std::array<std::string, kVersions.size()> ideographs;
  ideographs.fill(std::string(kMaxCodePoint + 1, '\0'));
  for (char32_t cp = 0; cp <= kMaxCodePoint; ++cp) {
    const std::string name = "CJK UNIFIED IDEOGRAPH-" + HexOf(cp);
    for (const PythonVersion version : kVersions) {
      if (LookupName(name, version) == cp) ideographs[Index(version)][cp] = 1;
    }
  }
  for (const PythonVersion version : kVersions) {
    CAPTURE(PythonVersionName(version));
    std::string lines;
    size_t wrong = 0;
    for (const auto& [name, record] : names) {
      const std::optional<char32_t> found = LookupName(name, version);
      if (found && *found != record.cp) ++wrong;
      if (found) lines += name + ";" + HexOf(*found) + "\n";
    }
    CHECK(wrong == 0);
    CHECK(Hex(Sha256::Of(lines)) == kDigests[Index(version)].names);
    CHECK(Hex(Sha256::Of(ideographs[Index(version)])) == kDigests[Index(version)].ideographs);
  }
}

TEST_CASE("identifier characters at the boundaries") {
  CHECK(IsXidStart('_', k38));
  CHECK(IsXidStart(U'é', k314));
  CHECK_FALSE(IsXidStart('0', k314));
  CHECK(IsXidContinue('0', k314));
  CHECK_FALSE(IsXidContinue('$', k314));
  CHECK(IsXidContinue(U'·', k38));      // Other_ID_Continue
  CHECK(IsXidStart(0x2118, k38));       // Other_ID_Start
  CHECK_FALSE(IsXidStart(0x37A, k38));  // its NFKC starts with a space
  CHECK_FALSE(IsXidContinue(0xD800, k314));
  CHECK_FALSE(IsXidContinue(0x10FFFF, k314));
  CHECK_FALSE(IsXidStart(0x110000, k314));
  CHECK_FALSE(IsPrintable(0xFFFFFFFF, k314));
  // Katakana middle dots joined XID_Continue in Unicode 15.1.
  CHECK_FALSE(IsXidContinue(0x30FB, k312));
  CHECK(IsXidContinue(0x30FB, k313));
}

TEST_CASE("a character is unknown before its version") {
  // U+1C89 CYRILLIC CAPITAL LETTER TJE, Unicode 16.0
  CHECK_FALSE(IsXidStart(0x1C89, k313));
  CHECK(IsXidStart(0x1C89, k314));
  CHECK_FALSE(IsPrintable(0x1C89, k313));
  CHECK(LookupName("CYRILLIC CAPITAL LETTER TJE", k313) == std::nullopt);
  CHECK(LookupName("CYRILLIC CAPITAL LETTER TJE", k314) == 0x1C89);
}

TEST_CASE("printable characters") {
  CHECK(IsPrintable(' ', k38));
  CHECK_FALSE(IsPrintable('\n', k38));
  CHECK_FALSE(IsPrintable(0x7F, k38));
  CHECK_FALSE(IsPrintable(0xA0, k38));
  CHECK_FALSE(IsPrintable(0xE000, k314));
}

TEST_CASE("NFKC of chosen strings") {
  CHECK(NormalizeNfkc("", k314).empty());
  CHECK(NormalizeNfkc("plain_ascii", k38) == "plain_ascii");
  CHECK(NormalizeNfkc("ﬁnal", k38) == "final");
  CHECK(NormalizeNfkc("𝐱²", k38) == "x2");
  CHECK(NormalizeNfkc("e\u0301", k38) == "é");
  CHECK(NormalizeNfkc("\u1E9B\u0323", k38) == "\u1E69");
  CHECK(NormalizeNfkc("a\u0315\u0300", k38) == "à\u0315");
  CHECK(NormalizeNfkc("\u1100\u1161\u11A8", k38) == "각");
  CHECK(NormalizeNfkc("가\u11A7", k38) == "가\u11A7");  // U+11A7 is no trailing consonant
  // The composite of U+105D2 U+0307 came with Unicode 16.0.
  CHECK(NormalizeNfkc("\U000105D2\u0307", k313) == "\U000105D2\u0307");
  CHECK(NormalizeNfkc("\U000105D2\u0307", k314) == "\U000105C9");
}

TEST_CASE("NFKC keeps ill-formed bytes") {
  for (const std::string_view bytes :
       {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xF0\x8F\xBF\xBF", "\xFF\xFE", "\xE2\x82", "\xF0\x9F\x98"}) {
    CHECK(NormalizeNfkc(bytes, k314) == bytes);
    const std::string mixed = "e\u0301" + std::string(bytes) + "\u0301";
    CHECK(NormalizeNfkc(mixed, k314) == "é" + std::string(bytes) + "\u0301");
  }
}

TEST_CASE("NFKC is linear in a hostile run of marks") {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i) text += i % 2 == 0 ? "\u0315" : "\u0323";
  const auto start = std::chrono::steady_clock::now();
  const std::string normal = NormalizeNfkc(text, k314);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  CHECK(normal.starts_with("ạ\u0323"));
  CHECK(normal.ends_with("\u0315"));
  CHECK(normal.size() == text.size());  // "a" and one U+0323 became U+1EA1, three bytes each
}

TEST_CASE("names as written in \\N{}") {
  CHECK(LookupName("LATIN SMALL LETTER A", k38) == U'a');
  CHECK(LookupName("latin Small letter a", k38) == U'a');
  CHECK(LookupName("LATIN SMALL LETTER GHA", k38) == 0x1A3);  // alias: correction
  CHECK(LookupName("alert", k38) == 7);                       // alias: control character
  CHECK(LookupName("ZWJ", k38) == 0x200D);                    // alias: abbreviation
  CHECK(LookupName("NUSHU CHARACTER-1B170", k38) == 0x1B170);
  CHECK(LookupName("egyptian hieroglyph-1346a", k313) == std::nullopt);
  CHECK(LookupName("egyptian hieroglyph-1346a", k314) == 0x1346A);
  for (const std::string_view unknown :
       {"", " ", "LATIN  SMALL LETTER A", "SPACE ", " SPACE", "KEYCAP DIGIT ONE", "é", "A",
        "LATIN SMALL LETTER", "TANGUT IDEOGRAPH-17000"}) {
    CHECK(LookupName(unknown, k314) == std::nullopt);
  }
  CHECK(LookupName(std::string(100000, 'A'), k314) == std::nullopt);
}

TEST_CASE("computed names") {
  CHECK(LookupName("HANGUL SYLLABLE GA", k38) == 0xAC00);
  CHECK(LookupName("HANGUL SYLLABLE A", k38) == 0xC544);
  CHECK(LookupName("HANGUL SYLLABLE HIH", k38) == 0xD7A3);
  CHECK(LookupName("HANGUL SYLLABLE ", k38) == std::nullopt);
  CHECK(LookupName("HANGUL SYLLABLE GAX", k38) == std::nullopt);
  CHECK(LookupName("hangul syllable ga", k314) == std::nullopt);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-4E00", k38) == 0x4E00);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-04E00", k38) == 0x4E00);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-004E00", k38) == std::nullopt);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-4e00", k38) == std::nullopt);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-F900", k38) == std::nullopt);
  CHECK(LookupName("CJK COMPATIBILITY IDEOGRAPH-F900", k38) == 0xF900);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-2EBF0", k312) == std::nullopt);
  CHECK(LookupName("CJK UNIFIED IDEOGRAPH-2EBF0", k313) == 0x2EBF0);
}

TEST_CASE("every Hangul syllable is found by its name") {
  constexpr auto kLeads =
      std::to_array<std::string_view>({"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS",
                                       "", "J", "JJ", "C", "K", "T", "P", "H"});
  constexpr auto kVowels = std::to_array<std::string_view>(
      {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
       "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"});
  constexpr auto kTrails = std::to_array<std::string_view>(
      {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D",  "L", "LG", "LM", "LB", "LS", "LT",
       "LP", "LH", "M",  "B",  "BS", "S",  "SS", "NG", "J", "C",  "K",  "T",  "P",  "H"});
  char32_t expected = 0xAC00;
  size_t wrong = 0;
  for (const auto lead : kLeads) {
    for (const auto vowel : kVowels) {
      for (const auto trail : kTrails) {
        const std::string name =
            std::string("HANGUL SYLLABLE ").append(lead).append(vowel).append(trail);
        if (LookupName(name, k314) != expected++) ++wrong;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(expected == 0xD7A4);
}

}  // namespace codeanatomy::lex::unicode
