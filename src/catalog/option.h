// OptionInfo: one setting of a build, declared once. Command-line flag, environment variable,
// configuration key, default, `config show`, the help text and the reference page derive from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace codeanatomy {

enum class OptionType : uint8_t {
  kBool,
  kInt,       // signed 64-bit, at least `minimum`
  kSize,      // bytes; "64 MiB", "512MB", "1048576"
  kText,      // any text; empty: unset
  kChoice,    // one of `choices`
  kTextList,  // repeatable
};

/// Whether a setting can change table content (then it is part of the envelope) or only the run.
enum class OptionEffect : uint8_t { kContent, kRun };

struct OptionInfo {
  std::string_view key;  // in configuration files, "section.name"
  OptionType type;
  std::string_view default_value;  // in the textual form of `type`; lists: empty
  std::string_view flag;           // "--max-file-bytes"; booleans also have --no-…
  std::string_view short_flag;     // "-o" or empty
  std::string_view env;            // CODEANATOMY_…; empty: none
  OptionEffect effect;
  std::string_view summary;
  std::span<const std::string_view> choices;
  std::string_view value = {};  // "GLOB": what a list has one of, as help calls it
  int64_t minimum = 0;
  // What it does that no file may ask for that was found rather than named, "loads code"; empty:
  // all may.
  std::string_view not_where_found = {};
  bool names_file = false;  // the setting is what the file holds, wherever it lies: what reads it
                            // hashes that (spec, planning surface), and the path enters no hash
};

/// All options, sorted by key.
std::span<const OptionInfo> Options();
/// nullptr where no option has that key.
const OptionInfo* FindOption(std::string_view key);

}  // namespace codeanatomy
