// What CPython raises for a file that it cannot read as text.
#pragma once

#include <optional>
#include <string>

#include "catalog/python_version.h"
#include "parse/syntax_tree.h"
#include "source/source_file.h"

namespace codeanatomy::cli {

/// An exception of compile(); without a line where CPython tells none.
struct SourceError {
  std::string type = "SyntaxError", message;
  std::optional<int64_t> line, offset, end_line, end_offset;
};

/// nullopt where the file is readable text, or where the parser's own error comes first. Before
/// 3.14 text that is declared to be UTF-8 is decoded token by token, later line by line.
std::optional<SourceError> FindSourceError(const source::SourceFile& file,
                                           const parse::SyntaxTree& tree);

/// Appends the object without its closing brace: type, msg, lineno, offset.
void AppendSourceError(std::string& out, const SourceError& error);
/// Appends the rest of it: end_lineno, end_offset.
void AppendSourceErrorEnd(std::string& out, const SourceError& error);

}  // namespace codeanatomy::cli
