// The generated tables, and the few functions that read them. Private to lex/unicode.
//
// A `versions` mask has bit v set if the row holds for PythonVersion v, so one table serves all
// versions and later corrections of old code points need no special case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/python_version.h"

namespace codeanatomy::lex::unicode {

using VersionMask = uint8_t;
static_assert(kPythonVersionNames.size() <= 8);

constexpr bool Holds(VersionMask versions, PythonVersion version) {
  return (versions >> static_cast<unsigned>(version) & 1) != 0;
}

inline constexpr char32_t kMaxCodePoint = 0x10FFFF;

// character_data.cpp: code point -> record, through blocks of 128 code points.
struct CharacterRecord {
  VersionMask id_start, id_continue, printable;
  VersionMask decomposes;  // differs from its NFKD; Hangul syllables are not counted
  uint8_t combining_class;
  VersionMask combining_class_in;  // elsewhere the class is 0 (not yet assigned)
  bool inert;  // in no version decomposed, reordered or merged into the character before
};
extern const CharacterRecord kCharacterRecords[];
extern const uint16_t kCharacterBlock[];
extern const uint8_t kCharacterRecord[];

/// `cp` must be at most kMaxCodePoint.
inline const CharacterRecord& GetCharacter(char32_t cp) {
  return kCharacterRecords[kCharacterRecord[kCharacterBlock[cp >> 7] << 7 | (cp & 127)]];
}

// normalization_data.cpp: full NFKD of each decomposable code point, and the primary composites.
extern const size_t kDecompositionCount;
extern const uint32_t kDecompositionCode[];   // ascending
extern const uint16_t kDecompositionStart[];  // into the pool, one more than codes
extern const uint32_t kDecompositionPool[];

struct Composition {
  uint32_t first, second, composite;
  VersionMask versions;
};
extern const size_t kCompositionCount;
extern const Composition kCompositions[];  // by (first, second)

// name_data.cpp: a hash table of names, each spelled as a list of words.
struct IdeographRange {
  uint32_t first, last;
  VersionMask versions;
};
extern const size_t kIdeographRangeCount;
extern const IdeographRange kIdeographRanges[];

inline constexpr size_t kNameBucketCount = 16384;
extern const size_t kNameMaxLength;
extern const uint32_t kNameBucketStart[];  // into kNameRecords, one more than buckets
extern const uint32_t kNameWordStart[];    // into kNameWords
extern const char kNameWords[];
// Record: length of the rest; code point | since << 21 (3 bytes, little endian); word numbers, one
// byte below 128, else two bytes, big endian, 0x8000 | number - 128.
extern const char kNameRecords[];

struct NameRecord {
  char32_t cp;
  PythonVersion since;
  std::string_view words;
};

/// Decodes the record at `offset` and moves `offset` behind it.
NameRecord ReadNameRecord(size_t& offset);

/// The name in upper case.
std::string SpellName(const NameRecord& record);

}  // namespace codeanatomy::lex::unicode
