#include "driver/config/config_file.h"

#include <fmt/format.h>
#define TOML_EXCEPTIONS 0
#include <filesystem>

#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "source/read_file.h"

namespace codeanatomy::driver {
namespace {

namespace fs = std::filesystem;
using Settings = std::map<std::string, FileSetting>;

Error Invalid(std::string message, const std::string& where) {
  return Error(ErrorCode::kInvalidConfig, std::move(message), where,
               "see codeanatomy config show for the keys");
}

bool IsSection(const std::string& name) {
  for (const OptionInfo& option : Options()) {
    if (option.key.starts_with(name + ".")) return true;
  }
  return false;
}

Result<std::vector<std::string>> ListOf(const nlohmann::json& value, const std::string& where) {
  std::vector<std::string> items;
  for (const auto& item : value) {
    if (!item.is_string()) return Invalid("expected a list of texts", where);
    items.push_back(item.get<std::string>());
  }
  return items;
}

/// A leaf as it stands; of what is nested, however deep, only what it is.
std::string Shown(const nlohmann::json& value) {
  if (value.is_structured()) return fmt::format("an {}", value.type_name());
  return fmt::format("'{}'", value.dump());
}

/// A JSON leaf as the option's type; numbers and texts go through the one text parser.
Result<ConfigValue> LeafValue(const OptionInfo& option, const nlohmann::json& value,
                              const std::string& where) {
  if (option.type == OptionType::kTextList) {
    if (!value.is_array()) return Invalid("expected a list of texts", where);
    CA_ASSIGN_OR_RETURN(auto items, ListOf(value, where));
    return ConfigValue(std::move(items));
  }
  const bool fits = option.type == OptionType::kBool  ? value.is_boolean()
                    : option.type == OptionType::kInt ? value.is_number_integer()
                    : option.type == OptionType::kSize
                        ? value.is_number_integer() || value.is_string()
                        : value.is_string();
  if (!fits)
    return Invalid(fmt::format("{} has the wrong type for {}", Shown(value), option.key), where);
  return ParseSetting(option, {value.is_string() ? value.get<std::string>() : value.dump()},
                      ErrorCode::kInvalidConfig, where);
}

/// Takes the sections of `document` that `settings` does not hold yet. A file that was found, in a
/// repository perhaps that nobody has read, loads no
/// code and sends nothing.
Result<void> Merge(const nlohmann::json& document, const std::string& file, bool is_named,
                   Settings& settings) {
  Settings found;
  for (const auto& [section, keys] : document.items()) {
    const std::string where = fmt::format("{}: {}", file, section);
    if (!keys.is_object()) return Invalid("a key outside any section", where);
    bool taken = false;
    for (const auto& [key, ignored] : settings) taken |= key.starts_with(section + ".");
    for (const auto& [name, value] : keys.items()) {
      const std::string key = fmt::format("{}.{}", section, name);
      const OptionInfo* option = FindOption(key);
      if (option == nullptr)
        return Invalid(fmt::format("unknown key {}", key), fmt::format("{}: {}", file, key));
      if (!option->not_where_found.empty() && !is_named) {
        return Error(ErrorCode::kInvalidConfig,
                     fmt::format("{} {}, which a configuration that was found may not", key,
                                 option->not_where_found),
                     fmt::format("{}: {}", file, key),
                     fmt::format("name the file with --config, or use {}", option->flag));
      }
      CA_ASSIGN_OR_RETURN(auto parsed, LeafValue(*option, value, fmt::format("{}: {}", file, key)));
      if (!taken) found[key] = {std::move(parsed), fmt::format("{}: {}", file, key)};
    }
    if (keys.empty() && !IsSection(section)) return Invalid("unknown section", where);
  }
  settings.merge(found);
  return {};
}

nlohmann::json LeafFromToml(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto integer = node.value_exact<int64_t>()) return *integer;
  if (const auto flag = node.value_exact<bool>()) return *flag;
  if (const auto number = node.value_exact<double>()) return *number;
  return nullptr;
}

nlohmann::json FromToml(const toml::table& root) {
  nlohmann::json document;
  // What is still to be copied, and where to; members and, once sized, elements stay in place.
  std::vector<std::pair<const toml::node*, nlohmann::json*>> open{{&root, &document}};
  while (!open.empty()) {
    const auto [node, value] = open.back();
    open.pop_back();
    if (const auto* table = node->as_table()) {
      *value = nlohmann::json::object();
      for (const auto& [key, child] : *table) {
        open.emplace_back(&child, &(*value)[std::string(key.str())]);
      }
    } else if (const auto* array = node->as_array()) {
      *value = nlohmann::json::array_t(array->size());
      for (size_t i = 0; i < array->size(); ++i) open.emplace_back(array->get(i), &(*value)[i]);
    } else {
      *value = LeafFromToml(*node);
    }
  }
  return document;
}

Result<nlohmann::json> ReadDocument(const std::string& file) {
  auto bytes = source::ReadBytes(file);
  if (!bytes) return Invalid(bytes.error().message(), file);
  if (file.ends_with(".json")) {
    auto document = nlohmann::json::parse(*bytes, nullptr, false);
    if (!document.is_object()) return Invalid("not a JSON object", file);
    return document;
  }
  const toml::parse_result parsed = toml::parse(*bytes);
  if (!parsed) {
    return Invalid(std::string(parsed.error().description()),
                   fmt::format("{}:{}", file, parsed.error().source().begin.line));
  }
  nlohmann::json document = FromToml(parsed.table());
  if (fs::path(file).filename() == "pyproject.toml") {
    const nlohmann::json::json_pointer ours("/tool/codeanatomy");
    document = document.contains(ours) ? document.at(ours) : nlohmann::json::object();
    if (!document.is_object()) return Invalid("[tool.codeanatomy] is not a table", file);
  }
  return document;
}

}  // namespace

Result<Settings> LoadConfigFiles(const std::string& directory,
                                 const std::optional<std::string>& explicit_file) {
  Settings settings;
  std::vector<std::string> files;
  if (explicit_file) {
    if (!fs::exists(*explicit_file)) {
      return Error(ErrorCode::kInvalidArgument, "the configuration file does not exist",
                   *explicit_file);
    }
    files.push_back(*explicit_file);
  } else {
    for (const char* name : {"codeanatomy.toml", "pyproject.toml"}) {
      std::error_code ignored;
      for (fs::path at = directory; !at.empty(); at = at.parent_path()) {
        if (fs::is_regular_file(at / name, ignored)) {
          files.push_back((at / name).string());
          break;
        }
        if (at == at.root_path()) break;
      }
    }
  }
  for (const std::string& file : files) {
    CA_ASSIGN_OR_RETURN(const nlohmann::json document, ReadDocument(file));
    CA_RETURN_IF_ERROR(Merge(document, file, explicit_file.has_value(), settings));
  }
  return settings;
}

}  // namespace codeanatomy::driver
