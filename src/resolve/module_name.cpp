#include "resolve/module_name.h"

#include <algorithm>

namespace codeanatomy::resolve {

ModuleName ModuleNameOf(std::string_view path) {
  ModuleName result;
  if (path.starts_with("src/")) {
    result.search_root = "src";
    path.remove_prefix(4);
  }
  for (std::string_view suffix : {".py", ".pyi", ".pyw", ".ipynb"}) {
    if (path.ends_with(suffix)) {
      path.remove_suffix(suffix.size());
      break;
    }
  }
  result.dotted = path;
  std::ranges::replace(result.dotted, '/', '.');
  if (path.ends_with("/__init__")) {
    result.is_package = true;
    result.dotted.resize(result.dotted.size() - std::string_view("/__init__").size());
    result.package = result.dotted;
  } else {
    result.is_package = path == "__init__";
    const size_t dot = result.dotted.rfind('.');
    result.package = dot == std::string::npos ? "" : result.dotted.substr(0, dot);
  }
  return result;
}

}  // namespace codeanatomy::resolve
