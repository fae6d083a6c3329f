// Names of Python's builtins module, for calls whose callee nothing in the file binds.
#pragma once

#include <string_view>

namespace codeanatomy::evidence {

/// True for the public names of `builtins` in any supported version.
bool IsBuiltinName(std::string_view name);

}  // namespace codeanatomy::evidence
