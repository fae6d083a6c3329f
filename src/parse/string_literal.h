// Decoding of string literals: prefixes, escapes, line ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/python_version.h"

namespace codeanatomy::parse {

/// A string token taken apart; offsets into the token's text.
struct StringParts {
  bool raw = false, bytes = false, format = false, interpolation = false, unicode = false;
  uint32_t quote_size = 1;
  uint32_t body_begin = 0, body_end = 0;
};

/// `token` begins with prefix letters and quotes; for the start token of a 3.12+ format string the
/// body is empty.
StringParts SplitString(std::string_view token);

/// True if the value is `body` as it stands: no escapes to decode, no line ends to normalize.
bool IsVerbatim(std::string_view body, bool raw, bool has_carriage_returns);

/// Appends the value of a str body: escapes decoded unless `raw`, \r\n and \r as \n, code points as
/// UTF-8, surrogates as three bytes. Returns CPython's message, empty if the body is fine.
/// `verbatim_names`: inside format strings of 3.12+ doubled braces stand for one.
std::string AppendStr(std::string_view body, bool raw, bool halve_braces, PythonVersion version,
                      std::string& out);

/// Appends the value of a bytes body.
std::string AppendBytes(std::string_view body, bool raw, std::string& out);

void AppendUtf8(char32_t cp, std::string& out);

}  // namespace codeanatomy::parse
