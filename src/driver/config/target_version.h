// Which Python grammar a repository wants.
#pragma once

#include <optional>
#include <string_view>

#include "catalog/python_version.h"

namespace codeanatomy::driver {

/// The newest supported version that satisfies a PEP 440 specifier set such as ">=3.9,<3.13" or
/// "~=3.10", or a constraint of Poetry such as "^3.9 || ~3.12"; the newest of all where none does
/// or the text is neither.
PythonVersion NewestVersionFor(std::string_view requires_python);

}  // namespace codeanatomy::driver
