#include "driver/config/config_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/option.h"

namespace codeanatomy::driver {
namespace {

std::string TomlValue(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::kBool:
    case OptionType::kInt:
      return std::string(option.default_value);
    case OptionType::kTextList:
      return "[]";
    case OptionType::kChoice:
      // Without a default the option is unset, which no value in a file can say: an example then.
      if (option.default_value.empty()) return fmt::format("\"{}\"", option.choices.back());
      [[fallthrough]];
    case OptionType::kSize:
    case OptionType::kText:
      return fmt::format("\"{}\"", option.default_value);
  }
  return {};
}

}  // namespace

std::string ConfigTemplate() {
  std::string text =
      "# Settings of codeanatomy. Keys are shown with their defaults; remove the # to change one.\n"
      "# The command line and the environment win over this file.\n";
  std::string_view section;
  for (const OptionInfo& option : Options()) {
    const size_t dot = option.key.find('.');
    if (option.key.substr(0, dot) != section) {
      section = option.key.substr(0, dot);
      text += fmt::format("\n[{}]\n", section);
    }
    text += fmt::format("# {}", option.summary);
    if (!option.choices.empty()) text += fmt::format(" ({})", fmt::join(option.choices, ", "));
    text += fmt::format("\n# {} = {}\n", option.key.substr(dot + 1), TomlValue(option));
  }
  return text;
}

}  // namespace codeanatomy::driver
