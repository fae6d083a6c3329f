// The flags of the declared options (catalog/option.h), for every command that resolves a Config.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/invocation.h"
#include "driver/config/config.h"

namespace CLI {
class App;
}

namespace codeanatomy::cli {

/// Adds a flag for every declared option to `command`; the texts given are in the returned map once
/// the line is parsed.
std::shared_ptr<driver::TextSettings> AddConfigOptions(CLI::App& command);

/// Adds --feature and --plugin, for commands that have a session and no configuration.
void AddSessionOptions(CLI::App& command, std::vector<std::string>& features,
                       std::vector<std::string>& plugins);

/// Flags, environment and configuration files of the working directory. Errors: InvalidConfig,
/// InvalidArgument.
Result<driver::Config> ResolveConfig(const GlobalOptions& global,
                                     const driver::TextSettings& flags);

}  // namespace codeanatomy::cli
