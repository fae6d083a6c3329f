// The program: parses the command line, runs one command, prints its error, returns its exit
// status.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/color.h>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/invocation.h"
#include "cli/version.h"

namespace codeanatomy::cli {
namespace {

constexpr const char* kDescription =
    "CodeAnatomy turns a Python repository into a code property graph that SQL can query.";
constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy build path/to/repository\n"
    "  codeanatomy sql \"SELECT kind, count(*) FROM cpg_nodes GROUP BY ALL\"\n"
    "  codeanatomy help debug\n"
    "\n"
    "Environment: NO_COLOR, CLICOLOR_FORCE\n"
    "Exit status: 0 success, 2 unreadable command line, 3 invalid argument; see the reference for "
    "more.";

/// Names of switches without the `{false}` by which the library says that `--no-x` turns x off.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, is_positional);
    constexpr std::string_view kNote = "{false}";
    for (size_t at; (at = name.find(kNote)) != std::string::npos;) name.erase(at, kNote.size());
    return name;
  }
};

void AddGlobalOptions(CLI::App& app, GlobalOptions& global) {
  const std::string group = "Global options";
  app.add_option("--config", global.config, "Configuration file instead of the search")
      ->type_name("PATH")
      ->group(group);
  app.add_option("--run-id", global.run_id, "Id of this run in logs and manifests")
      ->type_name("ID")
      ->group(group);
  app.add_option("--log-level", global.log_level, "DEBUG, INFO, WARNING or ERROR")
      ->check(CLI::IsMember({"DEBUG", "INFO", "WARNING", "ERROR"}).description(""))
      ->type_name("LEVEL")
      ->envname("CODEANATOMY_LOG_LEVEL")
      ->group(group);
  app.add_option("--color", global.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}).description(""))
      ->type_name("WHEN")
      ->group(group);
  app.add_option("--progress", global.progress, "auto or never")
      ->check(CLI::IsMember({"auto", "never"}).description(""))
      ->type_name("WHEN")
      ->group(group);
  app.add_flag("--quiet", global.quiet, "No progress, no summary")->group(group);
}

void AddHelpCommand(CLI::App& app, std::vector<std::string>& topic) {
  CLI::App* help = app.add_subcommand("help", "Explain the program or one command");
  help->add_option("COMMAND", topic, "The command's name, words apart")->type_name("");
}

Result<int> PrintHelp(CLI::App& app, const std::vector<std::string>& topic) {
  CLI::App* command = &app;
  std::string path;  // of the commands above
  for (const std::string& word : topic) {
    const auto named =
        command->get_subcommands([&](CLI::App* one) { return one->check_name(word); });
    if (named.empty()) return Error(ErrorCode::kInvalidArgument, "no such command", word);
    path += (path.empty() ? "" : " ") + command->get_name();
    command = named.front();
  }
  fmt::print("{}", command->help(path));
  return 0;
}

void PrintError(const GlobalOptions& global, std::string_view text) {
  const std::string line = fmt::format("codeanatomy: {}\n", text);
  if (UseColor(global, STDERR_FILENO)) {
    fmt::print(stderr, fmt::fg(fmt::terminal_color::red), "{}", line);
  } else {
    fmt::print(stderr, "{}", line);
  }
}

int Fail(const GlobalOptions& global, const Error& error) {
  PrintError(global, error.ToString());
  return ExitStatusOf(error);
}

Result<int> Run(const Invocation& invocation) {
  const std::string& config = invocation.global.config;
  std::error_code ignored;
  if (!config.empty() && !std::filesystem::is_regular_file(config, ignored)) {
    return Error(ErrorCode::kInvalidArgument, "the configuration file does not exist", config);
  }
  return invocation.run();
}

int Main(int argc, char** argv) {
  CLI::App app(kDescription, "codeanatomy");
  app.set_version_flag("-V,--version", "codeanatomy " + std::string(kProgramVersion));
  app.formatter(std::make_shared<HelpFormatter>());  // inherited by the sub-commands
  app.require_subcommand(1);
  app.fallthrough();  // inherited by the sub-commands: global options may follow them

  Invocation invocation;
  std::vector<std::string> topic;
  AddGlobalOptions(app, invocation.global);
  AddBuildCommand(app, invocation);
  AddSqlCommand(app, invocation);
  AddCatalogCommand(app, invocation);
  AddConfigCommand(app, invocation);
  AddDebugCommand(app, invocation);
  AddBootstrapCommand(app, invocation);
  AddDeltaCommand(app, invocation);
  AddExportCommand(app, invocation);
  AddPlanCommand(app, invocation);
  AddRunCommand(app, invocation);
  AddReplayCommand(app, invocation);
  AddVersionCommand(app, invocation);
  AddHelpCommand(app, topic);
  app.get_subcommand("help")->callback(
      [&] { invocation.run = [&] { return PrintHelp(app, topic); }; });

  app.footer(kFooter);  // last, since sub-commands inherit it

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& refused) {
    return Fail(invocation.global, Error(ErrorCode::kCommandLineInvalid, refused.what(), {},
                                         "see codeanatomy --help"));
  }
  Result<int> status = Run(invocation);
  if (!status) return Fail(invocation.global, status.error());
  if (std::fflush(stdout) != 0) {
    return Fail(invocation.global, ErrnoError(errno, "write", "standard output"));
  }
  return *status;
}

}  // namespace
}  // namespace codeanatomy::cli

// Nothing of ours throws; memory can run out, and a library can have a bug.
int main(int argc, char** argv) {
  try {
    return codeanatomy::cli::Main(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "codeanatomy: INTERNAL: %s\n", failure.what());
    return codeanatomy::GetErrorCodeInfo(codeanatomy::ErrorCode::kInternal).exit_status;
  }
}
