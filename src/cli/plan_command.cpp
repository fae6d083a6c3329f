// plan: the compiled plan of a build, materializing nothing.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iterator>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/config_options.h"
#include "cli/warning_lines.h"
#include "driver/build/compile_decisions.h"
#include "driver/build/semantic_model.h"
#include "driver/config/session_options.h"
#include "driver/run/plan_diff.h"
#include "driver/run/row_counts.h"
#include "driver/spec_run/scan_plan.h"
#include "engine/decision/plan_decisions.h"
#include "engine/plan/describe.h"
#include "engine/plan/lineage_report.h"
#include "engine/plan/plan_warnings.h"
#include "engine/session/feature_gates.h"
#include "semantics/analysis/view_schema.h"
#include "semantics/compile_model.h"
#include "semantics/emit/explain.h"
#include "spec/spec_schema.h"
#include "storage/file_system.h"

namespace codeanatomy::cli {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  codeanatomy plan\n"
    "  codeanatomy plan --output-format json --output-file plan.json\n"
    "  codeanatomy plan --spec .codeanatomy/run_bundles/RUN/spec.json --output-format dot | dot "
    "-Tsvg > plan.svg\n";

struct PlanOptions {
  std::string repository = ".";
  std::string spec;
  std::string build;  // empty: the repository's
  std::string format = "text";
  std::string output;
  bool validate = false;
  bool print_spec = false;
  bool print_schema = false;
  bool explain = false;
  bool scans = false;
  std::string lineage;            // a view
  std::vector<std::string> diff;  // two run bundles, or their plan.json
  std::shared_ptr<driver::TextSettings> settings;
};

Result<spec::Spec> ReadSpec(const PlanOptions& options) {
  const auto files = storage::OpenPosixFileSystem();
  CA_ASSIGN_OR_RETURN(const std::string text,
                      files->ReadFile(options.spec == "-" ? "/dev/stdin" : options.spec));
  auto spec = spec::ParseSpec(text);
  if (!spec) return std::move(spec.error()).WithSubject(options.spec);
  return spec;
}

/// What a build of the repository would execute, and the declarations it comes from.
struct Compiled {
  semantics::Model model;
  semantics::Compilation compilation;
};

Result<Compiled> CompileRepository(const GlobalOptions& global, const PlanOptions& options) {
  std::error_code failed;
  if (!std::filesystem::is_directory(options.repository, failed)) {
    return Error(ErrorCode::kNotADirectory, "the repository is not a directory",
                 options.repository);
  }
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  Compiled compiled;
  CA_ASSIGN_OR_RETURN(const std::vector<engine::Plugin> plugins,
                      engine::OpenPlugins(config.GetList("engine.plugins")));
  CA_ASSIGN_OR_RETURN(compiled.model, driver::LoadModel(config, options.repository, plugins));
  semantics::CompileRequest request = driver::CompileRequestOf(config);
  request.fingerprints = options.explain;
  CA_ASSIGN_OR_RETURN(compiled.compilation, semantics::CompileModel(compiled.model, request));
  return compiled;
}

Result<void> WriteText(const std::string& path, const std::string& text) {
  std::FILE* file = path.empty() ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr) return ErrnoError(errno, "write", path);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  const int failure = errno;
  if (file != stdout) std::fclose(file);
  if (!written) return ErrnoError(failure, "write", path.empty() ? "standard output" : path);
  return {};
}

std::string BuildFolder(const PlanOptions& options) {
  return options.build.empty() ? options.repository + "/.codeanatomy" : options.build;
}

/// Rows that the build before has counted; none where there is no build: costs are then unknown.
Result<engine::KnownRows> KnownRowsOf(const GlobalOptions& global, const PlanOptions& options,
                                      const spec::Spec& spec) {
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  CA_ASSIGN_OR_RETURN(const engine::FeatureGates features,
                      engine::FeatureGates::Parse(config.GetList("engine.features")));
  const auto files = storage::OpenPosixFileSystem();
  const std::string folder = BuildFolder(options);
  engine::KnownRows known{.tables = driver::CountedRows(*files, folder, features)};
  CA_ASSIGN_OR_RETURN(known.views, driver::PastViewRows(*files, folder, features, spec));
  return known;
}

Result<int> Explain(const PlanOptions& options, const Compiled& compiled,
                    engine::PlanFormat format) {
  if (!options.spec.empty()) {
    return Error(ErrorCode::kInvalidArgument, "a spec does not say what its views were made of",
                 "--explain", "explain a repository, without --spec");
  }
  if (format != engine::PlanFormat::kText && format != engine::PlanFormat::kJson)
    return Error(ErrorCode::kInvalidArgument, "explained as text or json", options.format);
  CA_RETURN_IF_ERROR(WriteText(options.output,
                               format == engine::PlanFormat::kJson
                                   ? semantics::ExplainJson(compiled.compilation, compiled.model)
                                   : semantics::ExplainText(compiled.compilation, compiled.model)));
  return 0;
}

Result<std::string> ReadPlanArtifact(const std::string& path) {
  const auto files = storage::OpenPosixFileSystem();
  std::error_code failed;
  return files->ReadFile(std::filesystem::is_directory(path, failed) ? path + "/plan.json" : path);
}

Result<int> Diff(const PlanOptions& options) {
  CA_ASSIGN_OR_RETURN(const std::string before, ReadPlanArtifact(options.diff[0]));
  CA_ASSIGN_OR_RETURN(const std::string after, ReadPlanArtifact(options.diff[1]));
  CA_ASSIGN_OR_RETURN(const driver::PlanDiff diff, driver::DiffPlans(before, after));
  std::string text = diff.ToJson();
  if (options.format == "text") {
    text = diff.is_equal() ? "equal plans\n" : "";
    for (const auto& [name, changed] : diff.members) text += changed ? name + "\n" : "";
    for (const std::string& line : diff.summary) text += line + "\n";
  }
  CA_RETURN_IF_ERROR(WriteText(options.output, text));
  return 0;
}

Result<int> Scans(const GlobalOptions& global, const PlanOptions& options, const spec::Spec& spec,
                  engine::PlanFormat format) {
  if (format != engine::PlanFormat::kText && format != engine::PlanFormat::kJson)
    return Error(ErrorCode::kInvalidArgument, "scans are shown as text or json", options.format);
  CA_ASSIGN_OR_RETURN(const driver::Config config, ResolveConfig(global, *options.settings));
  driver::ScanPlanRequest request{.spec = &spec,
                                  .build_dir = BuildFolder(options),
                                  .as_json = format == engine::PlanFormat::kJson};
  CA_ASSIGN_OR_RETURN(request.session, driver::SessionOptionsOf(config));
  CA_ASSIGN_OR_RETURN(const std::string text, driver::DescribeScans(request));
  CA_RETURN_IF_ERROR(WriteText(options.output, text));
  return 0;
}

Result<int> RunPlan(const GlobalOptions& global, const PlanOptions& options) {
  if (!options.diff.empty()) return Diff(options);
  if (options.print_schema) {
    CA_RETURN_IF_ERROR(WriteText(options.output, spec::SpecJsonSchema()));
    return 0;
  }
  CA_ASSIGN_OR_RETURN(const engine::PlanFormat format, engine::ParsePlanFormat(options.format));
  Compiled compiled;
  engine::InputSchemas foreign;
  if (options.spec.empty()) {
    CA_ASSIGN_OR_RETURN(compiled, CompileRepository(global, options));
    for (const semantics::ForeignTable& table : compiled.model.tables)
      foreign.emplace(table.table.name, semantics::SchemaOfTable(table.table));
  } else {
    CA_ASSIGN_OR_RETURN(compiled.compilation.spec, ReadSpec(options));
  }
  const spec::Spec& spec = compiled.compilation.spec;
  if (options.scans) return Scans(global, options, spec, format);
  CA_ASSIGN_OR_RETURN(const engine::KnownRows known, KnownRowsOf(global, options, spec));
  CA_ASSIGN_OR_RETURN(const engine::Plan plan, engine::MakePlan(spec, foreign, known));
  if (options.explain) return Explain(options, compiled, format);
  if (!options.lineage.empty()) {
    CA_ASSIGN_OR_RETURN(const engine::Lineage lineage, engine::LineageOf(plan, options.lineage));
    CA_RETURN_IF_ERROR(WriteText(options.output, engine::LineageJson(lineage, options.lineage)));
    return 0;
  }
  const engine::TaskSchedule schedule = engine::MakeSchedule(plan, known.tables);
  std::vector<engine::Warning> warnings = engine::SemanticWarnings(plan);
  if (!options.print_spec && !options.validate)
    std::ranges::move(engine::ScheduleWarnings(schedule), std::back_inserter(warnings));
  const std::vector<engine::DecisionRecord> decisions = driver::WithCompilerDecisions(
      compiled.compilation.views, engine::PlanDecisions({plan, spec, schedule}));
  std::string text = engine::DescribePlan({plan, spec, schedule, warnings, decisions}, format);
  if (options.print_spec) text = spec::CanonicalJson(spec);
  if (options.validate) text = fmt::format("valid: {}\n", spec::SpecHash(spec));
  PrintWarnings(global, warnings);
  CA_RETURN_IF_ERROR(WriteText(options.output, text));
  return 0;
}

}  // namespace

void AddPlanCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command =
      app.add_subcommand("plan", "Show the compiled plan of a build without running it");
  command->footer(kExamples);
  const auto options = std::make_shared<PlanOptions>();
  command->add_option("REPO", options->repository, "The repository [default: .]")->type_name("");
  command->add_option("--spec", options->spec, "Plan this spec instead; - reads standard input")
      ->type_name("FILE");
  command
      ->add_option("--build", options->build,
                   "Output folder of the build whose row counts give the costs")
      ->type_name("OUT");
  command->add_option("--output-format", options->format, "text, json, mermaid or dot")
      ->envname("CODEANATOMY_PLAN_OUTPUT_FORMAT")
      ->check(CLI::IsMember({"text", "json", "mermaid", "dot"}).description(""))
      ->type_name("FORMAT");
  command->add_option("--output-file", options->output, "File instead of standard output")
      ->envname("CODEANATOMY_PLAN_OUTPUT_FILE")
      ->type_name("FILE");
  command->add_flag("--validate", options->validate,
                    "Only check the plan and print the spec's hash");
  command->add_flag("--explain", options->explain,
                    "For each view the declaration and rules that made it, and what was inferred");
  command->add_flag("--scans", options->scans,
                    "Files and row groups that the build's inputs would be read from, those that "
                    "cannot match, and why; text or json");
  command
      ->add_option("--diff", options->diff,
                   "In what two plans differ: run bundles or their plan.json; text or json")
      ->expected(2)
      ->type_name("OLD NEW");
  command
      ->add_option("--lineage", options->lineage,
                   "Tables, columns and filters that a view is made of, as JSON")
      ->type_name("VIEW");
  command->add_flag("--print-spec", options->print_spec,
                    "Print the spec's canonical form instead of the plan");
  command->add_flag("--print-schema", options->print_schema,
                    "Print the JSON Schema of specs instead of a plan");
  options->settings = AddConfigOptions(*command);
  command->callback([&invocation, options] {
    invocation.run = [&invocation, options] { return RunPlan(invocation.global, *options); };
  });
}

}  // namespace codeanatomy::cli
