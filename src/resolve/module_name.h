// Module names from paths: a pure function of the path, so that every stage names a file's module
// alike.
#pragma once

#include <string>
#include <string_view>

namespace codeanatomy::resolve {

struct ModuleName {
  std::string
      dotted;  // `pkg.mod`; of `pkg/__init__.py`: `pkg`; of a root `__init__.py`: `__init__`
  std::string package;  // the package the module's relative imports start from; empty at the top
  std::string search_root;  // "" or "src": the folder on the path that imports start from
  bool is_package = false;  // an __init__ file
};

/// Names the module relative to the repository root, or to `src/` where the path begins so.
ModuleName ModuleNameOf(std::string_view path);

}  // namespace codeanatomy::resolve
