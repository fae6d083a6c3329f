// What is run on an input, and what must hold of the result besides that no sanitizer reports.
//
// Each returns what is wrong, empty if nothing is.
#pragma once

#include <string>
#include <string_view>

#include "catalog/python_version.h"

namespace codeanatomy::fuzz {

/// Tokens, tree, concrete tree, dump, symbols, errors and flow of one text: spans lie in the text
/// and in order, nodes nest, the concrete tree's pieces joined are the text.
std::string RunFrontEnd(std::string_view text, PythonVersion version);

/// The rows of a file of any bytes: the columns of a table have the same length.
std::string RunEvidence(std::string_view bytes, PythonVersion version);

/// A notebook's module parses; every cell lies in it, behind the one before.
std::string RunNotebook(std::string_view bytes);

/// Execution spec, Delta log and declarations: accepted or a typed error; an accepted spec's
/// canonical form is accepted and stays the same.
std::string RunDocument(std::string_view bytes);

}  // namespace codeanatomy::fuzz
