#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/utsname.h>

#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/version.h"

namespace codeanatomy::cli {
namespace {

int PrintVersion() {
  struct utsname system = {};
  uname(&system);
  std::string json = "{\n  \"codeanatomy\": ";
  AppendJsonString(json, kProgramVersion);
  json += ",\n  \"platform\": ";
  AppendJsonString(json, fmt::format("{} {}", system.sysname, system.machine));
  json += ",\n  \"build\": {\"compiler\": ";
  AppendJsonString(json, "g++ " __VERSION__);
  json += ", \"standard\": \"C++20\", \"commit\": ";
  AppendJsonString(json, kProgramCommit);
  json += '}';
  json += ",\n  \"dependencies\": {\"duckdb\": ";
  AppendJsonString(json, kDuckDbVersion.empty() ? "system" : kDuckDbVersion);
  fmt::print("{}}}\n}}\n", json);
  return 0;
}

}  // namespace

void AddVersionCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("version", "Print the versions of the program as JSON");
  command->alias("v");
  command->footer("Examples:\n  codeanatomy version\n  codeanatomy --version");
  command->callback([&invocation] { invocation.run = [] { return PrintVersion(); }; });
}

}  // namespace codeanatomy::cli
