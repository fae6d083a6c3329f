#include "driver/config/config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/config/config_file.h"

namespace codeanatomy::driver {
namespace {

nlohmann::json ToJsonValue(const ConfigValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

ConfigValue DefaultValue(const OptionInfo& option) {
  if (option.default_value.empty() && option.type == OptionType::kChoice) return std::string();
  if (option.type == OptionType::kTextList) return std::vector<std::string>();
  auto value =
      ParseSetting(option, {std::string(option.default_value)}, ErrorCode::kInternal, "catalogue");
  CA_CHECK(value.has_value(), "a declared default is a value of its option");
  return *std::move(value);
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    if (const std::string_view part = text.substr(0, comma); !part.empty())
      parts.emplace_back(part);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

}  // namespace

Result<Config> Config::Resolve(const ConfigInputs& inputs) {
  Config config;
  for (const OptionInfo& option : Options()) {
    config.settings_.emplace(option.key, Setting{DefaultValue(option), ConfigSource::kDefault, ""});
  }
  CA_ASSIGN_OR_RETURN(const auto from_files,
                      LoadConfigFiles(inputs.working_directory, inputs.config_file));
  for (const auto& [key, entry] : from_files) {
    config.settings_.find(key)->second =
        Setting{entry.value, ConfigSource::kConfigFile, entry.location};
  }
  for (const OptionInfo& option : Options()) {
    const std::string name(option.env);
    const char* text =
        name.empty() || inputs.get_env == nullptr ? nullptr : inputs.get_env(name.c_str());
    if (text == nullptr || *text == '\0') continue;
    const auto texts = option.type == OptionType::kTextList
                           ? SplitList(text)
                           : std::vector<std::string>{std::string(text)};
    CA_ASSIGN_OR_RETURN(auto value, ParseSetting(option, texts, ErrorCode::kInvalidArgument, name));
    config.settings_.find(option.key)->second = Setting{std::move(value), ConfigSource::kEnv, name};
  }
  for (const auto& [key, texts] : inputs.cli) {
    const OptionInfo* option = FindOption(key);
    CA_CHECK(option != nullptr, "command-line settings are keyed by declared options");
    const std::string flag(option->flag);
    CA_ASSIGN_OR_RETURN(auto value,
                        ParseSetting(*option, texts, ErrorCode::kInvalidArgument, flag));
    config.settings_.find(key)->second = Setting{std::move(value), ConfigSource::kCli, flag};
  }
  return config;
}

const Setting& Config::Get(std::string_view key) const {
  const auto found = settings_.find(key);
  CA_CHECK(found != settings_.end(), "settings are asked for by declared keys");
  return found->second;
}

std::string Config::ToJson(bool with_sources) const {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [key, setting] : settings_) {
    const size_t dot = key.find('.');
    nlohmann::json& leaf = document[key.substr(0, dot)][key.substr(dot + 1)];
    leaf = ToJsonValue(setting.value);
    if (with_sources) {
      leaf = {{"value", leaf},
              {"source", kConfigSourceNames[static_cast<size_t>(setting.source)]},
              {"location", setting.location}};
    }
  }
  return document.dump(2);
}

std::string Config::ContentSettingsJson() const {
  nlohmann::json document = nlohmann::json::object();
  for (const OptionInfo& option : Options()) {
    if (option.effect == OptionEffect::kContent && !option.names_file)
      document[std::string(option.key)] = ToJsonValue(Get(option.key).value);
  }
  return document.dump();
}

}  // namespace codeanatomy::driver
