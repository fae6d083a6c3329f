// Writing JSON strings, including text that UTF-8 cannot hold.
#pragma once

#include <string>
#include <string_view>

namespace codeanatomy {

/// Appends `text` as a JSON string literal with quotes. `text` is UTF-8 in which lone surrogates
/// may stand as three bytes; those become `\udXXX`. Bytes that are neither become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

/// The same for a path: each byte that is not part of well-formed UTF-8 becomes `\udc80`…`\udcff`,
/// as Python's surrogateescape, so every path survives.
void AppendJsonPath(std::string& out, std::string_view path);

}  // namespace codeanatomy
