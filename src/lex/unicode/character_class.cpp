#include "lex/unicode/tables.h"
#include "lex/unicode/unicode.h"

namespace codeanatomy::lex::unicode {

bool IsXidStart(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).id_start, version);
}

bool IsXidContinue(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).id_continue, version);
}

bool IsPrintable(char32_t cp, PythonVersion version) {
  return cp <= kMaxCodePoint && Holds(GetCharacter(cp).printable, version);
}

}  // namespace codeanatomy::lex::unicode
