#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "driver/config/config.h"
#include "driver/config/config_template.h"

namespace codeanatomy::cli {
namespace {

namespace fs = std::filesystem;

Result<driver::Config> Resolve(const GlobalOptions& global) {
  driver::ConfigInputs inputs;
  std::error_code failed;
  inputs.working_directory = fs::current_path(failed).string();
  if (failed) return ErrnoError(failed.value(), "read", "the working directory");
  if (!global.config.empty()) inputs.config_file = global.config;
  inputs.get_env = [](const char* name) -> const char* { return std::getenv(name); };
  return driver::Config::Resolve(inputs);
}

Result<int> ShowConfig(const GlobalOptions& global, bool with_sources) {
  CA_ASSIGN_OR_RETURN(const driver::Config config, Resolve(global));
  fmt::print("{}\n", config.ToJson(with_sources));
  return 0;
}

Result<int> ValidateConfig(const GlobalOptions& global) {
  CA_ASSIGN_OR_RETURN(const driver::Config config, Resolve(global));
  size_t changed = 0;
  for (const OptionInfo& option : Options()) {
    const driver::Setting& setting = config.Get(option.key);
    if (setting.source == driver::ConfigSource::kDefault) continue;
    fmt::print("{}  {}\n", option.key, setting.location);
    ++changed;
  }
  fmt::print("valid, {} of {} settings given\n", changed, Options().size());
  return 0;
}

Result<int> InitConfig(const std::string& path, bool force) {
  // "x": two runs at once cannot overwrite each other's file unless they were told to.
  std::FILE* file = std::fopen(path.c_str(), force ? "wb" : "wbx");
  if (file == nullptr && errno == EEXIST) {
    return Error(ErrorCode::kAlreadyExists, "the file exists", path, "use --force to replace it");
  }
  if (file == nullptr) return ErrnoError(errno, "create", path);
  const std::string text = driver::ConfigTemplate();
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  if (std::fclose(file) != 0) return ErrnoError(errno, "write", path);
  if (!written) return ErrnoError(write_error, "write", path);
  fmt::print("{}\n", path);
  return 0;
}

struct ConfigOptions {
  bool with_sources = false;
  std::string path = "codeanatomy.toml";
  bool force = false;
};

}  // namespace

void AddConfigCommand(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ConfigOptions>();
  CLI::App* command = app.add_subcommand("config", "Show, check or create the configuration");
  command->alias("cfg");
  command->require_subcommand(1);

  CLI::App* show = command->add_subcommand("show", "Print the effective configuration as JSON");
  show->add_flag("--with-sources", options->with_sources,
                 "Say of each setting where it comes from");
  show->footer(
      "Examples:\n"
      "  codeanatomy config show\n"
      "  CODEANATOMY_THREADS=1 codeanatomy config show --with-sources\n"
      "  codeanatomy config show --config ci.toml");
  show->callback([options, &invocation] {
    invocation.run = [options, &invocation] {
      return ShowConfig(invocation.global, options->with_sources);
    };
  });

  CLI::App* validate =
      command->add_subcommand("validate", "Check configuration files and variables");
  validate->footer(
      "Examples:\n"
      "  codeanatomy config validate\n"
      "  codeanatomy config validate --config ci.toml\n"
      "\n"
      "Exit status: 0 valid, 4 a file or key is invalid, 3 a variable is.");
  validate->callback([&invocation] {
    invocation.run = [&invocation] { return ValidateConfig(invocation.global); };
  });

  CLI::App* init =
      command->add_subcommand("init", "Write a configuration file with all options as comments");
  init->add_option("--path", options->path, "Where to; default codeanatomy.toml")
      ->type_name("FILE");
  init->add_flag("--force", options->force, "Replace an existing file");
  init->footer(
      "Examples:\n"
      "  codeanatomy config init\n"
      "  codeanatomy config init --path ci.toml --force");
  init->callback([options, &invocation] {
    invocation.run = [options] { return InitConfig(options->path, options->force); };
  });

  command->footer(
      "Examples:\n"
      "  codeanatomy config show --with-sources\n"
      "  codeanatomy config validate\n"
      "  codeanatomy config init");
}

}  // namespace codeanatomy::cli
