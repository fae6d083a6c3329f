// SourceFile: one file of the repository as the stages read it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace codeanatomy::source {

/// How the bytes on disk relate to UTF-8 text. All spans of the system are offsets into `bytes`;
/// `text` is what the lexer reads. They are the same buffer for UTF-8 (a BOM is skipped through
/// `text_offset`); other encodings carry the decoded text and a map back.
struct SourceFile {
  std::string path;    // repository-relative, POSIX separators
  std::string bytes;   // exactly as stored on disk
  std::string encoding = "utf-8";  // PEP 263 name, as CPython normalizes it
  std::string decoded;             // UTF-8 text where `encoding` is not utf-8, else empty
  uint32_t text_offset = 0;        // bytes of a UTF-8 BOM, 0 or 3

  /// The UTF-8 text to lex: begins after a BOM. A lexer offset o is byte o + text_offset on disk when
  /// `decoded` is empty, else `decoded_to_disk` maps it.
  std::string_view text() const {
    return decoded.empty() ? std::string_view(bytes).substr(text_offset) : std::string_view(decoded);
  }
};

}  // namespace codeanatomy::source
