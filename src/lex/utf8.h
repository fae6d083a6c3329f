// DecodeUtf8: one character of UTF-8.
#pragma once

#include <cstdint>

namespace codeanatomy::lex {

struct DecodedChar {
  char32_t cp = 0;
  uint32_t size = 0;  // bytes; 0 where they are malformed
};

/// The character at p, which must lie before `end`; nothing at or behind `end` is read.
DecodedChar DecodeUtf8(const char* p, const char* end);

}  // namespace codeanatomy::lex
