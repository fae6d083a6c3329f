#include "driver/build/build.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/hash.h"
#include "driver/build/compile_decisions.h"
#include "driver/build/evidence_stage.h"
#include "driver/build/semantic_model.h"
#include "driver/config/config_file.h"
#include "driver/config/requires_python.h"
#include "driver/config/session_options.h"
#include "driver/config/target_version.h"
#include "driver/run/compliance_artifact.h"
#include "driver/run/plan_artifact.h"
#include "driver/run/row_counts.h"
#include "driver/run/run_bundle.h"
#include "driver/run/run_id.h"
#include "driver/run/tuning.h"
#include "driver/trace/run_tracing.h"
#include "driver/trace/trace_document.h"
#include "driver/trace/tracing_choice.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/execute/execute_spec.h"
#include "engine/session/capabilities.h"
#include "engine/session/session.h"
#include "semantics/compile_model.h"
#include "storage/current.h"
#include "storage/environment.h"
#include "storage/retention.h"

namespace codeanatomy::driver {
namespace {

namespace fs = std::filesystem;

PythonVersion TargetVersion(const Config& config, const std::string& repository) {
  if (const std::string& named = config.GetText("build.target_version"); !named.empty()) {
    const auto version = FindPythonVersion(named);
    CA_CHECK(version.has_value(), "the configuration accepts only versions there are");
    return *version;
  }
  const auto required = FindRequiresPython(repository);
  return required ? NewestVersionFor(*required) : kNewestPythonVersion;
}

source::ScanOptions ScanOptionsOf(const Config& config, const std::string& out) {
  return {.include_globs = config.GetList("source.include_globs"),
          .exclude_globs = config.GetList("source.exclude_globs"),
          .include_notebooks = config.GetBool("source.include_notebooks"),
          .include_untracked = config.GetBool("source.include_untracked"),
          .include_submodules = config.GetBool("source.include_submodules"),
          .include_worktrees = config.GetBool("source.include_worktrees"),
          .follow_symlinks = config.GetBool("source.follow_symlinks"),
          .max_files = static_cast<uint64_t>(config.GetInt("source.max_files")),
          .output_dir = out};
}

class BuildRun {
 public:
  explicit BuildRun(const BuildRequest& request)
      : request_(request),
        config_(*request.config),
        recorder_(*request.recorder),
        files_(storage::OpenPosixFileSystem()),
        clock_(storage::OpenSystemClock()) {
    report_.run_id = request.run_id.empty() ? NewRunId() : request.run_id;
  }

  Result<BuildReport> Run() {
    SpanScope span(recorder_, "build_orchestrator");
    span.Set("run_id", report_.run_id);
    auto status = RunSteps(span.id());
    report_.seconds = recorder_.Seconds();
    if (!status) span.Exception(status.error());
    FinishTracing(status, span.id());
    if (!status) {
      // The bundle of a failed run is what one looks at; its own failure must not hide the error.
      if (locked_ && WantsBundle()) {
        if (auto written = WriteRunBundle(Bundle(&status.error())); !written)
          span.Exception(written.error());
      }
      return std::move(status.error());
    }
    return std::move(report_);
  }

 private:
  /// What was traced of a build that ended before its bundle was written; a signal waits for
  /// nobody.
  void FinishTracing(const Result<void>& status, uint64_t span) {
    if (tracing_ == nullptr || is_traced_) return;
    if (!status && status.error().code() == ErrorCode::kInterrupted) return;
    is_traced_ = true;
    trace_files_ = tracing_->Finish(report_, span, request_.program_version, *clock_);
  }

  void Measure(engine::Session& session) {
    report_.seconds = recorder_.Seconds();
    report_.memory = MemoryUse::Of(session.memory());
  }

  bool WantsBundle() const { return config_.GetBool("build.include_run_bundle"); }

  RunBundle Bundle(const Error* error) const {
    return {.out = report_.output_dir,
            .report = &report_,
            .config = &config_,
            .recorder = &recorder_,
            .spec_json = spec_json_,
            .plan_json = plan_json_,
            .decisions = decisions_,
            .policy_json = policy_json_,
            .settings = settings_,
            .session = &session_,
            .caches = caches_,
            .compliance_json = compliance_,
            .statements_sql = statements_,
            .capabilities_json = capabilities_,
            .trace_files = trace_files_,
            .error = error};
  }

  Result<void> RunSteps(uint64_t span) {
    CA_RETURN_IF_ERROR(Prepare());
    CA_ASSIGN_OR_RETURN(const auto lock, storage::LockOutput(*files_, report_.output_dir));
    locked_ = true;
    CA_RETURN_IF_ERROR(WriteIgnoreFile());
    session_options_.temp_directory = report_.output_dir + "/cache/spill";
    session_options_.sink = &recorder_;
    session_options_.cancel = request_.cancel;
    CA_RETURN_IF_ERROR(files_->CreateDirectories(session_options_.temp_directory));
    CA_ASSIGN_OR_RETURN(const auto session, engine::Session::Create(session_options_));
    settings_ = session->SettingsSnapshot();
    session_ = session->identity();
    capabilities_ = engine::CapabilitiesJson(*session);
    auto made = MakeTables(*session, span);
    Measure(*session);
    CA_RETURN_IF_ERROR(std::move(made));
    FinishTracing({}, span);
    if (WantsBundle()) {
      CA_ASSIGN_OR_RETURN(const std::vector<engine::Warning> missing,
                          WriteRunBundle(Bundle(nullptr)));
      report_.warnings.insert(report_.warnings.end(), missing.begin(), missing.end());
    }
    return Publish();
  }

  Result<void> MakeTables(engine::Session& session, uint64_t span) {
    engine::DuckdbParquetIo parquet(session);
    const storage::Environment environment{tracing_->Watch(*files_, span), parquet, *clock_};
    CA_RETURN_IF_ERROR(storage::CleanOutput(environment, report_.output_dir));
    CA_RETURN_IF_ERROR(
        RemoveExpiredCaptures(*files_, report_.output_dir, clock_->NowMilliseconds()));
    CA_ASSIGN_OR_RETURN(EvidenceStageResult evidence, Extract(session, environment, span));
    CA_RETURN_IF_ERROR(Import(session, environment, evidence));
    CA_RETURN_IF_ERROR(Execute(session, environment, evidence, span));
    return session.CheckCancelled();
  }

  /// Finds out where everything is, before anything is written.
  Result<void> Prepare() {
    std::error_code failed;
    const fs::path repository = fs::canonical(request_.repository, failed);
    if (failed) {
      return Error(ErrorCode::kNotFound, "the repository does not exist", request_.repository,
                   "name an existing directory");
    }
    if (!fs::is_directory(repository)) {
      return Error(ErrorCode::kNotADirectory, "the repository root is not a directory",
                   request_.repository, "name the directory that holds the sources");
    }
    report_.repository = repository.string();
    const std::string& out = config_.GetText("build.output_dir");
    CA_ASSIGN_OR_RETURN(
        report_.output_dir,
        storage::CanonicalPath(out.empty() ? repository / ".codeanatomy" : repository / out));
    report_.target_version = TargetVersion(config_, report_.repository);
    CA_ASSIGN_OR_RETURN(session_options_, SessionOptionsOf(config_));
    CA_ASSIGN_OR_RETURN(model_, LoadModel(config_, report_.repository, session_options_.plugins));
    CA_ASSIGN_OR_RETURN(semantics::Compilation compiled,
                        semantics::CompileModel(model_, CompileRequestOf(config_)));
    spec_ = std::move(compiled.spec);
    views_ = std::move(compiled.views);
    CA_ASSIGN_OR_RETURN(spec::TracingConfig tracing,
                        TracingOf(spec_.runtime, TracingChoiceOf(config_)));
    tracing_ = std::make_unique<RunTracing>(std::move(tracing), recorder_);
    return {};
  }

  Result<void> WriteIgnoreFile() {
    const std::string path = report_.output_dir + "/.gitignore";
    return fs::exists(path) ? Result<void>() : files_->WriteFile(path, "*\n");
  }

  std::map<std::string, std::string> Provenance() const {
    return {{"codeanatomy.run_id", report_.run_id},
            {"codeanatomy.spec_hash", report_.spec_hash},
            {"codeanatomy.target_version", std::string(PythonVersionName(report_.target_version))}};
  }

  Result<EvidenceStageResult> Extract(engine::Session& session,
                                      const storage::Environment& environment, uint64_t span) {
    const EvidenceStageRequest request{
        .scan = ScanOptionsOf(config_, report_.output_dir),
        .extract = {.version = report_.target_version,
                    .include_cst = config_.GetBool("source.include_cst"),
                    .exceptional_dependence = config_.GetBool("flow.exceptional_dependence"),
                    .id_salt = config_.GetInt("graph.id_salt")},
        .repository = report_.repository,
        .out = report_.output_dir,
        .spill_folder = session_options_.temp_directory,
        .max_file_bytes = static_cast<uint64_t>(config_.GetInt("source.max_file_bytes")),
        .commit_metadata = Provenance()};
    CA_ASSIGN_OR_RETURN(auto evidence, RunEvidenceStage(request, session, environment, recorder_,
                                                        span, *request_.cancel));
    // The allocator keeps what trees and rows took; the engine's share of the budget needs it back.
    CA_RETURN_IF_ERROR(session.ReleaseFreed(session.connection()));
    CA_RETURN_IF_ERROR(session.ShareMemory());
    report_.files = evidence.file_count;
    report_.bytes = evidence.counts.bytes;
    report_.lines = evidence.counts.lines;
    report_.failed_files = evidence.failed_files;
    report_.diagnostics = evidence.diagnostics;
    if (config_.GetBool("build.strict") && evidence.failed_files > 0) {
      return Error(ErrorCode::kExtractionFailed,
                   fmt::format("{} of {} files could not be read or parsed", evidence.failed_files,
                               evidence.file_count),
                   report_.repository, "build without --strict and query the table diagnostics");
    }
    return evidence;
  }

  /// Evidence that declarations bring along stands beside the build's own.
  Result<void> Import(engine::Session& session, const storage::Environment& environment,
                      EvidenceStageResult& evidence) {
    for (const semantics::ForeignTable& foreign : model_.tables) {
      SpanScope span(recorder_, fmt::format("import {}", foreign.table.name));
      CA_ASSIGN_OR_RETURN(ImportedTable imported, ImportTable(model_, foreign, session, environment,
                                                              report_.output_dir, Provenance()));
      const std::string name(foreign.table.name);
      evidence.files[name] = std::move(imported.files);
      foreign_schemas_[name] = std::move(imported.schema);
      evidence.tables.push_back(std::move(imported.table));
    }
    return {};
  }

  Result<void> Execute(engine::Session& session, const storage::Environment& environment,
                       const EvidenceStageResult& evidence, uint64_t parent) {
    const SpanScope span(recorder_, "engine_execute", parent);
    SpanScope root(recorder_, kExecuteSpan, span.id());
    tracing_->Begin(root, spec_);
    tracing_->MoveOperations(root.id());
    auto done = ExecuteSpec(session, environment, evidence, root);
    tracing_->MoveOperations(parent);
    if (!done) root.Exception(done.error());
    return done;
  }

  Result<void> ExecuteSpec(engine::Session& session, const storage::Environment& environment,
                           const EvidenceStageResult& evidence, SpanScope& root) {
    std::map<std::string, std::string, std::less<>> digests;
    for (const BuiltTable& table : evidence.tables) digests[table.name] = table.content_digest;
    for (spec::InputRelation& input : spec_.input_relations) {
      const auto opened = digests.find(input.logical_name);
      if (opened != digests.end()) input.content_digest = opened->second;
    }
    spec_json_ = spec::CanonicalJson(spec_);
    report_.spec_hash = Hex(Sha256::Of(spec_json_));
    recorder_.Progress("graph", "tables", 0, spec_.output_targets.size());
    CA_ASSIGN_OR_RETURN(engine::RowCounts view_rows,
                        PastViewRows(*files_, report_.output_dir, session.features(), spec_));
    CA_ASSIGN_OR_RETURN(
        const engine::ExecutionReport executed,
        engine::ExecuteSpec(
            spec_, session,
            {environment, report_.output_dir, evidence.files, digests, foreign_schemas_},
            {.program_version = request_.program_version,
             .content_settings = fmt::format(R"({{"settings":{},"target_version":"{}"}})",
                                             config_.ContentSettingsJson(),
                                             PythonVersionName(report_.target_version)),
             .commit_metadata = Provenance(),
             .sink = &recorder_,
             .parent_span = root.id(),
             .capture_explain = WantsExplain(),
             .collect_metrics =
                 tracing_->measures() || IsObserved(spec_, config_.GetText("engine.tuner_mode")),
             .tracing = tracing_->config(),
             .row_counts =
                 CountedRows(*files_, report_.output_dir, session.features(), evidence.tables),
             .view_rows = std::move(view_rows)}));
    CA_RETURN_IF_ERROR(KeepViewRows(*files_, report_.output_dir, spec_, executed.view_rows));
    recorder_.Progress("graph", "tables", spec_.output_targets.size(), spec_.output_targets.size());
    report_.envelope_hash = executed.envelope_hash;
    report_.rulepack_fingerprint = executed.rulepack_fingerprint;
    report_.warnings = evidence.warnings;
    report_.warnings.insert(report_.warnings.end(), executed.warnings.begin(),
                            executed.warnings.end());
    report_.maintenance = executed.maintenance;
    ReportWarnings(recorder_, root.id(), report_.warnings);
    tracing_->Describe(root, executed);
    plan_json_ = PlanArtifactJson(executed);
    decisions_ = WithCompilerDecisions(views_, executed.decisions);
    policy_json_ = PolicyArtifactJson(executed, {decisions_, spec_, executed.envelope}, settings_,
                                      capabilities_, session_.knobs);
    statements_ = StatementsSql(executed);
    compliance_ = ComplianceJson(
        executed, spec_, settings_,
        {config_.GetInt("engine.compliance_retention_days"), clock_->NowMilliseconds()});
    CA_ASSIGN_OR_RETURN(report_.tuner_hints,
                        Observe(*files_, report_.output_dir, report_.run_id, spec_, executed));
    report_.tables = evidence.tables;
    for (const engine::OutputReport& output : executed.outputs) {
      report_.tables.push_back({output.table, output.location, output.version, output.rows,
                                output.files, output.bytes, output.content_digest});
      if (output.table == "cpg_nodes") report_.nodes = output.rows;
    }
    std::sort(report_.tables.begin(), report_.tables.end(),
              [](const BuiltTable& a, const BuiltTable& b) { return a.name < b.name; });
    report_.edges = executed.edges_by_kind;
    caches_ = session.caches().Describe();
    return {};
  }

  /// Writes the spec beside the tables it made and makes both visible with one rename.
  Result<void> Publish() {
    CA_RETURN_IF_ERROR(WriteSpec(*files_, report_.output_dir, report_.spec_hash, spec_json_));
    storage::BuildVersions build;
    build.run_id = report_.run_id;
    build.attributes = {{"spec_hash", report_.spec_hash},
                        {"envelope_hash", report_.envelope_hash},
                        {"rulepack_fingerprint", report_.rulepack_fingerprint},
                        {"repository", report_.repository},
                        {"target_version", std::string(PythonVersionName(report_.target_version))},
                        {"edges", config_.GetText("graph.edges")},
                        {"props", config_.GetText("graph.props")},
                        {"id_salt", fmt::format("{}", config_.GetInt("graph.id_salt"))}};
    for (const BuiltTable& table : report_.tables) {
      build.tables[table.name] = {table.path, table.version, static_cast<int64_t>(table.rows),
                                  table.content_digest};
    }
    return storage::PublishCurrent(*files_, report_.output_dir, build);
  }

  const BuildRequest& request_;
  const Config& config_;
  Recorder& recorder_;
  std::unique_ptr<storage::FileSystem> files_;
  std::unique_ptr<storage::Clock> clock_;
  BuildReport report_;
  semantics::Model model_;
  spec::Spec spec_;
  std::vector<semantics::View> views_;
  std::vector<engine::DecisionRecord> decisions_;
  std::map<std::string, expr::Schema, std::less<>> foreign_schemas_;
  std::string spec_json_, plan_json_, policy_json_, capabilities_, compliance_, statements_;
  engine::SessionOptions session_options_;
  engine::Settings settings_;
  engine::SessionIdentity session_;
  std::vector<engine::CacheState> caches_;
  std::unique_ptr<RunTracing> tracing_;
  std::vector<std::pair<std::string, std::string>> trace_files_;
  bool locked_ = false, is_traced_ = false;
};

}  // namespace

Result<BuildReport> RunBuild(const BuildRequest& request) { return BuildRun(request).Run(); }

}  // namespace codeanatomy::driver
