// run: executes any spec over the tables of a build.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/progress_display.h"
#include "cli/version.h"
#include "cli/warning_lines.h"
#include "driver/config/session_options.h"
#include "driver/run/run_id.h"
#include "driver/run/tuning.h"
#include "driver/spec_run/run_spec.h"
#include "driver/trace/tracing_choice.h"
#include "storage/file_system.h"

namespace codeanatomy::cli {
namespace {

struct RunOptions {
  std::string spec;
  std::string build = ".codeanatomy";
  std::string output;
  std::string format = "text";
  std::shared_ptr<driver::TextSettings> settings;
};

constexpr const char* kFooter =
    "Examples:\n"
    "  codeanatomy run calls_of_tests.json --output-dir tests_graph\n"
    "  codeanatomy sql --build tests_graph \"FROM calls_of_tests\"\n"
    "  codeanatomy plan --spec calls_of_tests.json --validate\n";

void Print(const RunOptions& options, const driver::RunSpecReport& report) {
  if (options.format == "text") {
    for (const driver::BuiltTable& table : report.build.tables)
      fmt::print("{:<32}{:>12} rows  version {}\n", table.name, table.rows, table.version);
    for (const engine::MaintenanceReport& row : report.build.maintenance)
      fmt::print("{:<32}{}: {}\n", row.table, InfoOf(row.operation).name, row.message);
    for (const engine::TunerHint& hint : report.build.tuner_hints)
      fmt::print("{}\n", driver::TunerHintText(hint));
    return;
  }
  const auto tables = [](const std::vector<driver::BuiltTable>& list) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const driver::BuiltTable& table : list) {
      rows.push_back({{"table_name", table.name},
                      {"path", table.path},
                      {"delta_version", table.version},
                      {"rows", table.rows},
                      {"content_digest", table.content_digest}});
    }
    return rows;
  };
  const nlohmann::ordered_json document{
      {"run_id", report.build.run_id},
      {"output_dir", report.build.output_dir},
      {"spec_hash", report.build.spec_hash},
      {"envelope_hash", report.build.envelope_hash},
      {"rulepack_fingerprint", report.build.rulepack_fingerprint},
      {"inputs", tables(report.inputs)},
      {"tables", tables(report.build.tables)},
      {"maintenance_reports", engine::MaintenanceReportsJson(report.build.maintenance)},
      {"warnings", engine::WarningsJson(report.build.warnings)},
      {"tuner_hints", driver::TunerHintsJson(report.build.tuner_hints)},
      {"seconds", report.build.seconds}};
  fmt::print("{}\n",
             document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

Result<int> RunSpecFile(const GlobalOptions& global, const RunOptions& options) {
  if (!global.run_id.empty() && !driver::IsRunId(global.run_id)) {
    return Error(ErrorCode::kInvalidArgument, "not a run id: 8 to 64 letters, digits, - and _",
                 global.run_id);
  }
  const auto files = storage::OpenPosixFileSystem();
  CA_ASSIGN_OR_RETURN(const std::string text,
                      files->ReadFile(options.spec == "-" ? "/dev/stdin" : options.spec));
  auto spec = spec::ParseSpec(text);
  if (!spec) return std::move(spec.error()).WithSubject(options.spec);
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  CA_ASSIGN_OR_RETURN(const engine::SessionOptions session, driver::SessionOptionsOf(config));
  Result<driver::RunSpecReport> report = [&] {
    ProgressDisplay display(global);
    driver::Recorder recorder(
        [&display](std::string_view stage, std::string_view unit, uint64_t done, uint64_t total) {
          display.Update(stage, unit, done, total);
        });
    return driver::RunSpec(
        {.spec = &*spec,
         .input_dir = options.build,
         .output_dir = options.output,
         .run_id = global.run_id,
         .program_version = std::string(kProgramVersion),
         .session = session,
         .tuner_mode = config.GetText("engine.tuner_mode"),
         .tracing = driver::TracingChoiceOf(config),
         .compliance_retention_days = config.GetInt("engine.compliance_retention_days"),
         .recorder = &recorder,
         .cancel = &CatchSignals()});
  }();
  if (!report) return std::move(report.error());
  PrintWarnings(global, report->build.warnings);
  if (!global.quiet || options.format == "json") Print(options, *report);
  return 0;
}

}  // namespace

void AddRunCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("run", "Execute a spec over the tables of a build, into another folder");
  command->footer(kFooter);
  const auto options = std::make_shared<RunOptions>();
  command->add_option("SPEC", options->spec, "The spec's file; - reads standard input")
      ->required()
      ->type_name("");
  command->add_option("--build", options->build, "Folder of the inputs [default: .codeanatomy]")
      ->type_name("OUT");
  command->add_option("-o,--output-dir", options->output, "Folder of the outputs")
      ->required()
      ->type_name("DIR");
  std::vector<std::string_view> keys(std::begin(kSessionKeys), std::end(kSessionKeys));
  keys.emplace_back("engine.compliance_retention_days");
  keys.emplace_back("engine.tuner_mode");
  for (const std::string_view key : kTracingKeys) keys.push_back(key);
  options->settings = AddConfigOptions(*command, keys);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("FORMAT");
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunSpecFile(invocation.global, *options); };
  });
}

}  // namespace codeanatomy::cli
