// PEP 263: which encoding a Python file is in, and its text as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "source/source_file.h"

namespace codeanatomy::source {

/// The encoding named by BOM or cookie (comment in the first two lines), normalized as CPython's
/// tokenizer does: `utf-8` and `iso-8859-1` spellings fold together. "utf-8" when nothing names
/// one. `has_bom` with another cookie is a problem that DecodeSource reports.
struct EncodingDeclaration {
  std::string name = "utf-8";
  bool has_bom = false;
  ByteSpan cookie;  // empty span: no cookie
};
EncodingDeclaration FindEncoding(std::string_view bytes);

/// Sets encoding, decoded text, offset map and problems of `file` from its bytes. Linear. Never
/// fails: undecodable bytes become U+FFFD and give one problem at the first of them; an unknown
/// encoding gives a problem and the file is read as UTF-8.
void DecodeSource(SourceFile& file);

/// True iff `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms); else sets
/// `invalid_at` to the first bad byte.
bool IsValidUtf8(std::string_view text, size_t* invalid_at);

/// What CPython's decoder says of the malformed character at `at`: "can't decode byte 0xf6 in
/// position 3: invalid start byte". Positions count from the begin of `bytes`, which is what is
/// decoded at once.
std::string DescribeUtf8Error(std::string_view bytes, size_t at);

}  // namespace codeanatomy::source
