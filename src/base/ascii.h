// Letters of ASCII in lower case, whatever the locale: names of SQL, settings and encodings fold
// so.
#pragma once

#include <string>
#include <string_view>

namespace codeanatomy {

constexpr char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Other bytes stay as they are.
inline std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = AsciiLower(c);
  return lower;
}

}  // namespace codeanatomy
