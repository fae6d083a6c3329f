// Config: the effective settings of a command, each with where it came from.
//
// Precedence: command line > environment > codeanatomy.toml (first found walking up from the
// working directory) > pyproject.toml [tool.codeanatomy] (contributes only sections the first file
// lacks) > defaults. `--config FILE` replaces the search. Unknown sections and keys are errors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "catalog/option.h"

namespace codeanatomy::driver {

using ConfigValue = std::variant<bool, int64_t, std::string, std::vector<std::string>>;

enum class ConfigSource : uint8_t { kDefault, kConfigFile, kEnv, kCli };
inline constexpr std::string_view kConfigSourceNames[] = {"default", "config_file", "env", "cli"};

struct Setting {
  ConfigValue value;  // sizes are int64 bytes
  ConfigSource source = ConfigSource::kDefault;
  std::string location;  // flag, variable, or file and key
};

/// Text given on the command line or in the environment, by option key. Lists hold every
/// occurrence.
using TextSettings = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ConfigInputs {
  TextSettings cli;                        // option key → texts as typed
  std::string working_directory;           // where the search begins
  std::optional<std::string> config_file;  // --config
  /// Reads a variable; nullptr when unset. Injectable for tests.
  const char* (*get_env)(const char*) = nullptr;
};

class Config {
 public:
  /// Errors: InvalidConfig (file, key, type; names file and key), InvalidArgument (flag, variable).
  static Result<Config> Resolve(const ConfigInputs& inputs);

  bool GetBool(std::string_view key) const { return std::get<bool>(Get(key).value); }
  int64_t GetInt(std::string_view key) const { return std::get<int64_t>(Get(key).value); }
  const std::string& GetText(std::string_view key) const {
    return std::get<std::string>(Get(key).value);
  }
  const std::vector<std::string>& GetList(std::string_view key) const {
    return std::get<std::vector<std::string>>(Get(key).value);
  }
  const Setting& Get(std::string_view key) const;

  /// JSON object of sections, sorted keys, indent 2. With sources each leaf becomes
  /// {"value", "source", "location"}.
  std::string ToJson(bool with_sources) const;
  /// Canonical JSON of the settings that can change table content by their value; options that
  /// name a file are not among them, see OptionInfo::names_file.
  std::string ContentSettingsJson() const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
};

/// The value of `text` as the option's type. Errors: `code`, naming `location`.
Result<ConfigValue> ParseSetting(const OptionInfo& option, const std::vector<std::string>& texts,
                                 ErrorCode code, const std::string& location);

}  // namespace codeanatomy::driver
