// The file `config init` writes.
#pragma once

#include <string>

namespace codeanatomy::driver {

/// codeanatomy.toml with every option as a comment: what it does, its default, its choices. As it
/// stands the file changes nothing.
std::string ConfigTemplate();

}  // namespace codeanatomy::driver
