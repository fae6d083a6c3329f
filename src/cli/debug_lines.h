// What `debug` prints of one file: docs/reference/debug.md states the formats.
#pragma once

#include <string>

#include "catalog/python_version.h"
#include "parse/syntax_tree.h"
#include "source/source_file.h"

namespace codeanatomy::cli {

/// Each gives one JSON object without the line end. `file` may be unreadable or broken.
std::string AstLine(const source::SourceFile& file, PythonVersion version);
std::string SymtableLine(const source::SourceFile& file, PythonVersion version);
std::string TokensLine(const source::SourceFile& file, PythonVersion version);
std::string ErrorsLine(const source::SourceFile& file, PythonVersion version);
std::string CstLine(const source::SourceFile& file, PythonVersion version);
std::string CfgLine(const source::SourceFile& file, PythonVersion version);
/// The same with the positions of all nodes, not only of definitions, imports and calls.
std::string CstLineWithAllSpans(const source::SourceFile& file, PythonVersion version);

/// Appends `"path": …`.
void AppendPath(std::string& out, const source::SourceFile& file);
/// Appends CPython's exception as an object: type, msg, lineno, offset.
void AppendError(std::string& out, std::string_view text, const parse::Diagnostic& problem);

/// Offset in `text` → column in characters of its line, which begins at `line_start`.
uint32_t CharacterColumn(std::string_view text, uint32_t line_start, uint32_t offset);

}  // namespace codeanatomy::cli
