// FillForm: the form of an operator (catalog/operator.def) with its arguments in place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codeanatomy::engine {

/// {1} is an argument, {1*, } all from there on with what follows the star between them.
std::string FillForm(std::string_view form, const std::vector<std::string>& args);

}  // namespace codeanatomy::engine
