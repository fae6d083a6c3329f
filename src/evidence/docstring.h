// Docstrings: which constant is one, and how it is cleaned.
#pragma once

#include <string>
#include <string_view>

#include "parse/syntax_tree.h"

namespace codeanatomy::evidence {

/// The Constant node of a Module's, class's or function's docstring; none where it has none.
parse::NodeId DocstringOf(const parse::SyntaxTree& tree, parse::NodeId owner);

/// As inspect.cleandoc: tabs expanded, common margin and blank edges removed.
std::string CleanDocstring(std::string_view text);

}  // namespace codeanatomy::evidence
