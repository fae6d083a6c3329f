// FindCompileErrors: what compile() refuses although text and scopes are right.
#pragma once

#include <vector>

#include "parse/syntax_tree.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::symbols {

/// SyntaxErrors of CPython's code generator: `return` outside of a function, `break` outside of a
/// loop, starred expressions out of place, patterns that bind a name twice, …, in the words and at
/// the places of tree.version().
///
/// Output  the first is the one that compile() raises, the others follow in text order. Empty for
///         every module that compiles. Meaningful where the parser and the table found nothing.
/// Cost    linear in nodes; iterative.
std::vector<parse::Diagnostic> FindCompileErrors(const parse::SyntaxTree& tree,
                                                 const SymbolTable& table);

/// The part of the above that ast.parse itself raises: before 3.9 the tree was built by code that
/// knew of repeated keyword arguments and of __debug__.
std::vector<parse::Diagnostic> FindTreeErrors(const parse::SyntaxTree& tree,
                                              const SymbolTable& table);

}  // namespace codeanatomy::symbols
