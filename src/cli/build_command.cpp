#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/progress_display.h"
#include "cli/version.h"
#include "cli/warning_lines.h"
#include "driver/build/build.h"
#include "driver/run/run_id.h"
#include "driver/run/tuning.h"

namespace codeanatomy::cli {
namespace {

struct BuildArguments {
  std::string repository;
  std::string format = "text";
  std::shared_ptr<driver::TextSettings> settings;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy build .\n"
    "  codeanatomy build src --output-dir /tmp/graph --exclude-glob tests\n"
    "  codeanatomy build . --target-version 3.11 --edges full --format json\n";

std::string WithThousands(uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

void PrintText(const driver::BuildReport& report) {
  const auto line = [](std::string_view name, const std::string& value) {
    fmt::print("{:<12}{}\n", name, value);
  };
  line("repository", report.repository);
  line("output", report.output_dir);
  line("run", report.run_id);
  line("Python", std::string(PythonVersionName(report.target_version)));
  line("files", fmt::format("{} ({} with errors)", WithThousands(report.files),
                            WithThousands(report.failed_files)));
  line("lines", WithThousands(report.lines));
  line("nodes", WithThousands(report.nodes));
  uint64_t edges = 0;
  for (const auto& [kind, count] : report.edges) edges += count;
  line("edges", fmt::format("{} stored", WithThousands(edges)));
  for (const auto& [kind, count] : report.edges)
    fmt::print("  {:<20}{:>14}\n", kind, WithThousands(count));
  uint64_t diagnostics = 0;
  for (const auto& [code, count] : report.diagnostics) diagnostics += count;
  line("diagnostics", WithThousands(diagnostics));
  for (const auto& [code, count] : report.diagnostics)
    fmt::print("  {:<28}{:>6}\n", code, WithThousands(count));
  line("tables", fmt::format("{}", report.tables.size()));
  for (const engine::TunerHint& hint : report.tuner_hints)
    line("hint", driver::TunerHintText(hint));
  line("seconds", fmt::format("{:.2f}", report.seconds));
  line("peak memory", fmt::format("{} MiB", report.memory.peak_resident_bytes >> 20));
}

void PrintJson(const driver::BuildReport& report) {
  nlohmann::ordered_json tables = nlohmann::ordered_json::array();
  for (const driver::BuiltTable& table : report.tables) {
    tables.push_back({{"table_name", table.name},
                      {"path", table.path},
                      {"delta_version", table.version},
                      {"rows", table.rows},
                      {"files_added", table.files_added},
                      {"bytes_written", table.bytes_written},
                      {"content_digest", table.content_digest}});
  }
  const nlohmann::ordered_json document{
      {"run_id", report.run_id},
      {"repository", report.repository},
      {"output_dir", report.output_dir},
      {"target_version", PythonVersionName(report.target_version)},
      {"spec_hash", report.spec_hash},
      {"envelope_hash", report.envelope_hash},
      {"rulepack_fingerprint", report.rulepack_fingerprint},
      {"files", report.files},
      {"failed_files", report.failed_files},
      {"bytes", report.bytes},
      {"lines", report.lines},
      {"nodes", report.nodes},
      {"edges", report.edges},
      {"diagnostics", report.diagnostics},
      {"tables", tables},
      {"warnings", engine::WarningsJson(report.warnings)},
      {"tuner_hints", driver::TunerHintsJson(report.tuner_hints)},
      {"seconds", report.seconds},
      {"peak_memory_bytes", report.memory.peak_resident_bytes}};
  fmt::print("{}\n",
             document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

Result<int> Build(const GlobalOptions& global, const BuildArguments& arguments) {
  if (!global.run_id.empty() && !driver::IsRunId(global.run_id)) {
    return Error(ErrorCode::kInvalidArgument, "not a run id: 8 to 64 letters, digits, - and _",
                 global.run_id);
  }
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *arguments.settings));
  Result<driver::BuildReport> report = [&] {
    ProgressDisplay display(global);
    driver::Recorder recorder(
        [&display](std::string_view stage, std::string_view unit, uint64_t done, uint64_t total) {
          display.Update(stage, unit, done, total);
        });
    return driver::RunBuild({.repository = arguments.repository,
                             .run_id = global.run_id,
                             .program_version = std::string(kProgramVersion),
                             .config = &config,
                             .recorder = &recorder,
                             .cancel = &CatchSignals()});
  }();
  if (!report) return std::move(report.error());
  PrintWarnings(global, report->warnings);
  if (arguments.format == "json") {
    PrintJson(*report);
  } else if (!global.quiet) {
    PrintText(*report);
  }
  return 0;
}

}  // namespace

void AddBuildCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = app.add_subcommand("build", "Build the code property graph of a repository");
  command->alias("b");
  command->footer(kFooter);
  auto arguments = std::make_shared<BuildArguments>();
  command->add_option("REPO_ROOT", arguments->repository, "The repository's directory")
      ->required()
      ->type_name("");
  command->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  arguments->settings = AddConfigOptions(*command);
  command->callback([&invocation, arguments] {
    invocation.run = [&invocation, arguments] { return Build(invocation.global, *arguments); };
  });
}

}  // namespace codeanatomy::cli
