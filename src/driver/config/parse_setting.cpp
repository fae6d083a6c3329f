// Text → typed value, one routine for flags, variables and files, so that `yes` means the same
// everywhere.
#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.h"
#include "driver/config/config.h"

namespace codeanatomy::driver {
namespace {

std::optional<bool> ParseBool(std::string_view text) {
  const std::string low = AsciiLower(text);
  if (low == "1" || low == "true" || low == "yes" || low == "on") return true;
  if (low == "0" || low == "false" || low == "no" || low == "off") return false;
  return std::nullopt;
}

std::optional<int64_t> ParseInt(std::string_view text) {
  int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int64_t> ParseSize(std::string_view text) {
  int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || number < 0) return std::nullopt;
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  struct Unit {
    std::string_view name;
    int64_t bytes;
  };
  static constexpr Unit kUnits[] = {
      {"", 1},         {"b", 1},         {"kb", 1000},   {"mb", 1000'000}, {"gb", 1000'000'000},
      {"k", 1 << 10},  {"kib", 1 << 10}, {"m", 1 << 20}, {"mib", 1 << 20}, {"g", 1 << 30},
      {"gib", 1 << 30}};
  const std::string low = AsciiLower(unit);
  for (const Unit& candidate : kUnits) {
    if (candidate.name != low) continue;
    if (number > INT64_MAX / candidate.bytes) return std::nullopt;
    return number * candidate.bytes;
  }
  return std::nullopt;
}

Error Refuse(const OptionInfo& option, std::string_view text, std::string_view expected,
             ErrorCode code, const std::string& location) {
  return Error(code,
               fmt::format("'{}' is no value for {}: expected {}", text, option.key, expected),
               location);
}

}  // namespace

Result<ConfigValue> ParseSetting(const OptionInfo& option, const std::vector<std::string>& texts,
                                 ErrorCode code, const std::string& location) {
  if (option.type == OptionType::kTextList) return ConfigValue(texts);
  const std::string text = texts.empty() ? std::string() : texts.back();
  switch (option.type) {
    case OptionType::kBool:
      if (const auto value = ParseBool(text)) return ConfigValue(*value);
      return Refuse(option, text, "true or false", code, location);
    case OptionType::kInt:
      if (const auto value = ParseInt(text); value && *value >= option.minimum)
        return ConfigValue(*value);
      return Refuse(option, text, fmt::format("an integer of at least {}", option.minimum), code,
                    location);
    case OptionType::kSize:
      if (const auto value = ParseSize(text)) return ConfigValue(*value);
      return Refuse(option, text, "a size such as 64MiB", code, location);
    case OptionType::kChoice:
      if (std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end()) {
        return ConfigValue(text);
      }
      return Refuse(option, text, fmt::format("one of {}", fmt::join(option.choices, ", ")), code,
                    location);
    case OptionType::kText:
    case OptionType::kTextList:
      break;
  }
  return ConfigValue(text);
}

}  // namespace codeanatomy::driver
