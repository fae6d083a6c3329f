// Configuration files: codeanatomy.toml, pyproject.toml's [tool.codeanatomy], or JSON.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "driver/config/config.h"

namespace codeanatomy::driver {

struct FileSetting {
  ConfigValue value;
  std::string location;  // "<file>: section.key"
};

/// Settings by option key from `explicit_file`, or from the files found walking up from
/// `directory`. Errors: InvalidConfig naming file and key (syntax, unknown section or key, wrong
/// type).
Result<std::map<std::string, FileSetting>> LoadConfigFiles(
    const std::string& directory, const std::optional<std::string>& explicit_file);

}  // namespace codeanatomy::driver
