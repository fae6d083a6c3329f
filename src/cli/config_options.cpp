#include "cli/config_options.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/option.h"

namespace codeanatomy::cli {
namespace {

std::string HelpText(const OptionInfo& option) {
  std::string text(option.summary);
  if (!option.default_value.empty()) text += fmt::format(" [default: {}]", option.default_value);
  if (!option.env.empty()) text += fmt::format(" [env: {}]", option.env);
  return text;
}

std::string GroupOf(const OptionInfo& option) {
  std::string section(option.key.substr(0, option.key.find('.')));
  section[0] = static_cast<char>(section[0] - 'a' + 'A');
  return section + " options";
}

std::string TypeName(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::kInt:
      return "N";
    case OptionType::kSize:
      return "SIZE";
    case OptionType::kTextList:
      return std::string(option.value);
    default:
      return option.choices.empty() ? "TEXT" : fmt::format("{}", fmt::join(option.choices, "|"));
  }
}

const char* GetEnvironment(const char* name) { return std::getenv(name); }

}  // namespace

std::shared_ptr<driver::TextSettings> AddConfigOptions(CLI::App& command,
                                                       std::span<const std::string_view> keys) {
  auto settings = std::make_shared<driver::TextSettings>();
  for (const OptionInfo& option : Options()) {
    if (!keys.empty() && std::ranges::find(keys, option.key) == keys.end()) continue;
    const std::string key(option.key);
    const std::string flag(option.flag);
    if (option.type == OptionType::kBool) {
      const std::string names = fmt::format("{},!--no-{}", flag, flag.substr(2));
      const auto store = [settings, key](int64_t count) {
        (*settings)[key] = {count > 0 ? "true" : "false"};
      };
      command.add_flag_function(names, store, HelpText(option))->group(GroupOf(option));
      continue;
    }
    const std::string names =
        option.short_flag.empty() ? flag : fmt::format("{},{}", option.short_flag, flag);
    const auto store = [settings, key](const std::vector<std::string>& values) {
      (*settings)[key] = values;
      return true;
    };
    auto* added = command.add_option(names, store, HelpText(option));
    added->type_name(TypeName(option))->group(GroupOf(option))->type_size(1);
    if (option.type == OptionType::kTextList) {
      added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }
  return settings;
}

Result<driver::Config> ResolveConfig(const GlobalOptions& global,
                                     const driver::TextSettings& flags) {
  driver::ConfigInputs inputs{.cli = flags, .get_env = GetEnvironment};
  std::error_code failed;
  inputs.working_directory = std::filesystem::current_path(failed).string();
  if (!global.config.empty()) inputs.config_file = global.config;
  return driver::Config::Resolve(inputs);
}

}  // namespace codeanatomy::cli
