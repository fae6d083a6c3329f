#include <algorithm>
#include <iterator>

#include "lex/unicode/tables.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::lex::unicode {

namespace {

// The zeros of the decimal systems beyond ASCII; the other nine digits follow each.
constexpr char32_t kZeros[] = {
    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
    0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
    0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
    0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950,
    0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec,
    0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
};

bool IsDecimalDigit(char32_t cp) {
  const auto* above = std::upper_bound(std::begin(kZeros), std::end(kZeros), cp);
  return above != std::begin(kZeros) && cp - above[-1] < 10;
}

}  // namespace

bool IsXidStart(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).id_start, version);
}

bool IsXidContinue(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).id_continue, version);
}

bool IsWord(char32_t cp, PythonVersion version) {
  if (cp < 0x80) return IsXidContinue(cp, version);
  if (IsXidStart(cp, version)) {
    return cp != 0x1885 && cp != 0x1886 && cp != 0x2118 && cp != 0x212e;
  }
  // Letters and digits that begin no identifier: of Thai, Lao, Ethiopic, Tai Lue, halfwidth forms.
  constexpr char32_t kOthers[] = {0xe33, 0xeb3, 0x19da, 0xff9e, 0xff9f};
  return IsDecimalDigit(cp) || (cp >= 0x1369 && cp <= 0x1371) ||
         std::find(std::begin(kOthers), std::end(kOthers), cp) != std::end(kOthers);
}

bool IsPrintable(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).printable, version);
}

}  // namespace codeanatomy::lex::unicode
