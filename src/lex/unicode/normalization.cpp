// NFKC: replace every character by its full compatibility decomposition, sort each run of
// combining marks by combining class, then merge characters with the marks that follow.
//
//   'ﬁ' + U+0323 + U+0307  ->  'f' 'i' U+0323 U+0307  ->  'f' 'ị' U+0307
//
// A version differs from the newest one only by characters it does not know yet: those stay as
// they are, have class 0 and are never the result of a merge.
//
// Cost: one decomposition has at most 18 characters; runs longer than a few marks are sorted by
// counting, so hostile runs (a letter with a million accents) stay linear.
#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "lex/unicode/tables.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::lex::unicode {
namespace {

// An ill-formed byte b travels as kRawByte + b: no table knows it, so it is left alone.
constexpr char32_t kRawByte = kMaxCodePoint + 1;

constexpr char32_t kSyllableBase = 0xAC00, kLeadBase = 0x1100, kVowelBase = 0x1161,
                   kTrailBase = 0x11A7;
constexpr uint32_t kLeadCount = 19, kVowelCount = 21, kTrailCount = 28;
constexpr uint32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;

struct Character {
  char32_t cp;
  uint8_t combining_class;
};

constexpr bool InRange(char32_t cp, char32_t first, uint32_t count) { return cp - first < count; }

/// Takes one character (or one ill-formed byte) off the front of `text`.
char32_t Decode(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t size = lead < 0x80   ? 1
                      : lead < 0xC2 ? 0
                      : lead < 0xE0 ? 2
                      : lead < 0xF0 ? 3
                      : lead < 0xF5 ? 4
                                    : 0;
  char32_t cp = size == 1 ? lead : lead & (0x7F >> size);
  bool valid = size != 0 && size <= text.size();
  for (size_t i = 1; valid && i < size; ++i) {
    valid = (byte(i) & 0xC0) == 0x80;
    cp = cp << 6 | (byte(i) & 0x3F);
  }
  // Overlong forms (two-byte ones have an invalid lead), surrogates, beyond U+10FFFF.
  if (size == 3) valid = valid && cp >= 0x800 && !InRange(cp, 0xD800, 0x800);
  if (size == 4) valid = valid && cp >= 0x10000 && cp <= kMaxCodePoint;
  text.remove_prefix(valid ? size : 1);
  return valid ? cp : kRawByte + lead;
}

void Encode(char32_t cp, std::string& out) {
  if (cp >= kRawByte) {
    out += static_cast<char>(cp - kRawByte);
  } else if (cp < 0x80) {
    out += static_cast<char>(cp);
  } else if (cp < 0x800) {
    out += {static_cast<char>(0xC0 | cp >> 6), static_cast<char>(0x80 | (cp & 0x3F))};
  } else if (cp < 0x10000) {
    out += {static_cast<char>(0xE0 | cp >> 12), static_cast<char>(0x80 | (cp >> 6 & 0x3F)),
            static_cast<char>(0x80 | (cp & 0x3F))};
  } else {
    out += {static_cast<char>(0xF0 | cp >> 18), static_cast<char>(0x80 | (cp >> 12 & 0x3F)),
            static_cast<char>(0x80 | (cp >> 6 & 0x3F)), static_cast<char>(0x80 | (cp & 0x3F))};
  }
}

bool IsInert(std::string_view text) {
  while (!text.empty()) {
    const char32_t cp = Decode(text);
    if (cp <= kMaxCodePoint && !GetCharacter(cp).inert) return false;
  }
  return true;
}

class Normalizer {
 public:
  explicit Normalizer(PythonVersion version) : version_(version) {}

  std::string Run(std::string_view text) {
    characters_.reserve(text.size());
    while (!text.empty()) AppendDecomposed(Decode(text));
    Reorder();
    Compose();
    std::string out;
    out.reserve(characters_.size() * 2);
    for (const Character& character : characters_) Encode(character.cp, out);
    return out;
  }

 private:
  void Append(char32_t cp) {
    uint8_t combining_class = 0;
    if (cp <= kMaxCodePoint) {
      const CharacterRecord& record = GetCharacter(cp);
      if (Holds(record.combining_class_in, version_)) combining_class = record.combining_class;
    }
    characters_.push_back({cp, combining_class});
  }

  void AppendDecomposed(char32_t cp) {
    if (InRange(cp, kSyllableBase, kSyllableCount)) {
      const uint32_t index = cp - kSyllableBase;
      Append(kLeadBase + index / (kVowelCount * kTrailCount));
      Append(kVowelBase + index / kTrailCount % kVowelCount);
      if (index % kTrailCount != 0) Append(kTrailBase + index % kTrailCount);
      return;
    }
    if (cp > kMaxCodePoint || !Holds(GetCharacter(cp).decomposes, version_)) return Append(cp);
    const uint32_t* const found =
        std::lower_bound(kDecompositionCode, kDecompositionCode + kDecompositionCount, cp);
    const size_t row = static_cast<size_t>(found - kDecompositionCode);
    for (size_t i = kDecompositionStart[row]; i < kDecompositionStart[row + 1]; ++i) {
      Append(kDecompositionPool[i]);
    }
  }

  void Reorder() {
    for (size_t begin = 0; begin < characters_.size();) {
      size_t end = begin;
      while (end < characters_.size() && characters_[end].combining_class != 0) ++end;
      if (end - begin > 1) SortRun(std::span(characters_).subspan(begin, end - begin));
      begin = end + 1;
    }
  }

  void SortRun(std::span<Character> run) {
    if (run.size() <= kShortRun) {
      for (size_t i = 1; i < run.size(); ++i) {
        for (size_t j = i; j > 0 && run[j - 1].combining_class > run[j].combining_class; --j) {
          std::swap(run[j - 1], run[j]);
        }
      }
      return;
    }
    std::array<size_t, 257> position{};
    for (const Character& mark : run) ++position[mark.combining_class + 1];
    for (size_t i = 1; i < position.size(); ++i) position[i] += position[i - 1];
    const std::vector<Character> unsorted(run.begin(), run.end());
    for (const Character& mark : unsorted) run[position[mark.combining_class]++] = mark;
  }

  /// 0 if the two do not merge.
  char32_t FindComposite(char32_t first, char32_t second) const {
    if (InRange(first, kLeadBase, kLeadCount) && InRange(second, kVowelBase, kVowelCount)) {
      return kSyllableBase +
             ((first - kLeadBase) * kVowelCount + (second - kVowelBase)) * kTrailCount;
    }
    if (InRange(first, kSyllableBase, kSyllableCount) &&
        (first - kSyllableBase) % kTrailCount == 0 &&
        InRange(second, kTrailBase + 1, kTrailCount - 1)) {
      return first + (second - kTrailBase);
    }
    const auto key = std::pair<uint32_t, uint32_t>(first, second);
    const Composition* const end = kCompositions + kCompositionCount;
    const Composition* const row = std::lower_bound(
        kCompositions, end, key,
        [](const Composition& a, const auto& b) { return std::pair(a.first, a.second) < b; });
    const bool found = row != end && std::pair(row->first, row->second) == key;
    return found && Holds(row->versions, version_) ? row->composite : 0;
  }

  void Compose() {
    constexpr size_t kNone = static_cast<size_t>(-1);
    size_t size = 0;             // of the output, a prefix of characters_
    size_t starter = kNone;      // the last character of class 0 in it
    uint8_t previous_class = 0;  // of the last mark kept since; 0 if none was
    for (size_t i = 0; i < characters_.size(); ++i) {
      const Character character = characters_[i];
      const bool blocked = previous_class != 0 && previous_class >= character.combining_class;
      if (starter != kNone && !blocked) {
        const char32_t composite = FindComposite(characters_[starter].cp, character.cp);
        if (composite != 0) {
          characters_[starter].cp = composite;
          continue;
        }
      }
      if (character.combining_class == 0) starter = size;
      previous_class = character.combining_class;
      characters_[size++] = character;
    }
    characters_.resize(size);
  }

  static constexpr size_t kShortRun = 16;

  PythonVersion version_;
  std::vector<Character> characters_;
};

}  // namespace

std::string NormalizeNfkc(std::string_view text, PythonVersion version) {
  if (IsInert(text)) return std::string(text);
  return Normalizer(version).Run(text);
}

}  // namespace codeanatomy::lex::unicode
