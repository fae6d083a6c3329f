// Positions that CPython reports but that are not those of the text.
//
// Before 3.12 the expressions inside f-strings were tokenized apart from their file and shifted to
// where they were believed to stand, which is not always where they stand (format_string_legacy.cpp
// has the rules). The tree keeps the true spans, since text is read by them, and what CPython
// reports beside them. While such an expression is parsed, the spans of its tokens hold *places*:
// numbers from kPlaceBase on that name an entry of TreeBuilder's list. They compare like offsets.
#pragma once

#include <cstdint>

namespace codeanatomy::parse {

/// Above every offset of texts that get such positions; in larger ones the text's positions hold.
inline constexpr uint32_t kPlaceBase = 0x80000000;

constexpr bool IsPlace(uint32_t at) { return at >= kPlaceBase; }

/// One end of a token of a replacement field.
struct ReportedPlace {
  uint32_t offset;  // in the text
  uint32_t line;    // as reported
  uint32_t column;  // in its line of the field
  uint32_t shift;   // what is added to the column
};

}  // namespace codeanatomy::parse
