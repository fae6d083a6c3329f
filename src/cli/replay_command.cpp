// replay: does a run bundle still give what it says?
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/progress_display.h"
#include "cli/version.h"
#include "driver/spec_run/replay.h"
#include "storage/file_system.h"

namespace codeanatomy::cli {
namespace {

struct ReplayOptions {
  std::string bundle;
  std::string build;
  std::string profile;
  std::string format = "text";
  std::string report_path;
  std::shared_ptr<driver::TextSettings> settings;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy replay .codeanatomy/run_bundles/RUN\n"
    "  codeanatomy replay RUN --build out --format json --report-path replay.json\n"
    "\n"
    "Exit status: 0 all is equal, 14 something differs, 20 an input is no longer there.";

/// A folder, or the id of a run of the build.
std::string BundleFolder(const ReplayOptions& options) {
  std::error_code failed;
  if (std::filesystem::is_directory(options.bundle, failed)) return options.bundle;
  const std::string build = options.build.empty() ? ".codeanatomy" : options.build;
  return fmt::format("{}/run_bundles/{}", build, options.bundle);
}

void PrintText(const driver::ReplayReport& report) {
  const auto print = [](const char* title, const std::vector<driver::ReplayComparison>& list) {
    size_t equal = 0;
    for (const driver::ReplayComparison& one : list) equal += one.matches();
    fmt::print("{:<10}{} of {} equal\n", title, equal, list.size());
    for (const driver::ReplayComparison& one : list) {
      if (one.matches()) continue;
      fmt::print("  {}\n    bundle {}\n    now    {}\n", one.name, one.expected, one.actual);
    }
  };
  print("inputs", report.inputs);
  print("hashes", report.hashes);
  print("plans", report.plans);
  print("tables", report.tables);
  for (const driver::ReplayComparison& one : report.settings_changed)
    fmt::print("setting   {}: {} in the bundle, {} now\n", one.name, one.expected, one.actual);
  if (!report.engine_version.matches())
    fmt::print("engine    {} in the bundle, {} now: plans are not compared\n",
               report.engine_version.expected, report.engine_version.actual);
}

Result<int> RunReplay(const GlobalOptions& global, const ReplayOptions& options) {
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  CA_ASSIGN_OR_RETURN(const std::vector<engine::Plugin> plugins,
                      engine::OpenPlugins(config.GetList("engine.plugins")));
  Result<driver::ReplayReport> report = [&] {
    ProgressDisplay display(global);
    driver::Recorder recorder(
        [&display](std::string_view stage, std::string_view unit, uint64_t done, uint64_t total) {
          display.Update(stage, unit, done, total);
        });
    return driver::Replay({.bundle = BundleFolder(options),
                           .build_dir = options.build,
                           .profile = options.profile,
                           .plugins = plugins,
                           .program_version = std::string(kProgramVersion),
                           .recorder = &recorder,
                           .cancel = &CatchSignals()});
  }();
  if (!report) return std::move(report.error());
  if (options.format == "json") {
    fmt::print("{}", report->ToJson());
  } else if (!global.quiet) {
    PrintText(*report);
  }
  if (!options.report_path.empty()) {
    const auto files = storage::OpenPosixFileSystem();
    CA_RETURN_IF_ERROR(files->WriteFile(options.report_path, report->ToJson()));
  }
  if (const size_t drift = report->CountDrift(); drift > 0) {
    return Error(ErrorCode::kReplayDrift,
                 fmt::format("{} values are not those of the bundle", drift), options.bundle);
  }
  return 0;
}

}  // namespace

void AddReplayCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("replay", "Execute a run bundle again and compare, publishing nothing");
  command->footer(kFooter);
  const auto options = std::make_shared<ReplayOptions>();
  command->add_option("RUN_BUNDLE", options->bundle, "Folder of the bundle, or the run's id")
      ->required()
      ->type_name("");
  command
      ->add_option("--build", options->build,
                   "Output folder with the inputs [default: the one the bundle names]")
      ->type_name("OUT");
  command->add_option("--engine-profile", options->profile, "Profile instead of its settings")
      ->type_name("PROFILE");
  static constexpr std::string_view kKeys[] = {"engine.plugins"};
  options->settings = AddConfigOptions(*command, kKeys);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  command->add_option("--report-path", options->report_path, "Write the report as JSON there, too")
      ->type_name("FILE");
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunReplay(invocation.global, *options); };
  });
}

}  // namespace codeanatomy::cli
