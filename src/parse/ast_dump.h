// The text of `ast.dump(tree, include_attributes=True)`, and Python's repr of literals.
#pragma once

#include <string>
#include <string_view>

#include "base/line_index.h"
#include "catalog/python_version.h"
#include "parse/syntax_tree.h"

namespace codeanatomy::parse {

/// What CPython of tree.version() prints for ast.dump(ast.parse(text), include_attributes=True),
/// byte for byte; lone surrogates of literals are escaped by repr, so the result is UTF-8. `lines`
/// indexes tree.text(). Cost: linear in tree and text. Iterative. Damaged regions print ERROR().
std::string DumpAst(const SyntaxTree& tree, const LineIndex& lines);

/// repr() of a literal's value. Integers of more decimal digits than CPython converts (4300) are
/// printed as their source text.
std::string ConstantRepr(const Constant& constant, PythonVersion version);

/// repr() of a str given as UTF-8 with lone surrogates as three bytes.
void AppendStrRepr(std::string& out, std::string_view text, PythonVersion version);

/// repr() of a bytes object.
void AppendBytesRepr(std::string& out, std::string_view bytes);

/// repr() of a float; `add_point` as for float ("1.0"), without as inside complex ("1").
void AppendFloatRepr(std::string& out, double value, bool add_point);

}  // namespace codeanatomy::parse
