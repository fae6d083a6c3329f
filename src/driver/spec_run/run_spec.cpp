#include "driver/spec_run/run_spec.h"

#include <fmt/format.h>

#include "driver/run/compliance_artifact.h"
#include "driver/run/plan_artifact.h"
#include "driver/run/row_counts.h"
#include "driver/run/run_bundle.h"
#include "driver/run/run_id.h"
#include "driver/run/tuning.h"
#include "driver/trace/run_tracing.h"
#include "driver/trace/trace_document.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/execute/execute_spec.h"
#include "engine/session/build_reader.h"
#include "engine/session/capabilities.h"
#include "engine/session/runtime_profile.h"
#include "storage/current.h"
#include "storage/retention.h"

namespace codeanatomy::driver {
namespace {

class SpecRun {
 public:
  explicit SpecRun(const RunSpecRequest& request) : request_(request) {
    report_.build.run_id = request.run_id.empty() ? NewRunId() : request.run_id;
  }

  Result<RunSpecReport> Run() {
    CA_ASSIGN_OR_RETURN(spec::TracingConfig recorded,
                        TracingOf(request_.spec->runtime, request_.tracing));
    RunTracing tracing(std::move(recorded), *request_.recorder);
    auto [done, root] = RunTraced(tracing);
    if (done || done.error().code() != ErrorCode::kInterrupted)
      trace_files_ = tracing.Finish(report_.build, root, request_.program_version, *clock_);
    if (!done) return std::move(done.error());
    CA_RETURN_IF_ERROR(WriteBundle());
    return Publish();
  }

 private:
  /// How the run ended, and its root span.
  std::pair<Result<void>, uint64_t> RunTraced(RunTracing& tracing) {
    SpanScope root(*request_.recorder, kExecuteSpan);
    tracing.Begin(root, *request_.spec);
    auto done = RunSteps(tracing, root);
    if (!done) root.Exception(done.error());
    return {std::move(done), root.id()};
  }

  Result<void> RunSteps(RunTracing& tracing, SpanScope& root) {
    CA_ASSIGN_OR_RETURN(input_dir_, storage::CanonicalPath(request_.input_dir));
    CA_ASSIGN_OR_RETURN(report_.build.output_dir, storage::CanonicalPath(request_.output_dir));
    const std::string& out = report_.build.output_dir;
    if (input_dir_ == out) {
      return Error(ErrorCode::kInvalidArgument, "a spec is not executed into the folder it reads",
                   request_.output_dir, "name another output folder");
    }
    CA_ASSIGN_OR_RETURN(lock_, storage::LockOutput(*files_, out));
    CA_ASSIGN_OR_RETURN(engine::SessionOptions options,
                        engine::WithRuntimeProfile(request_.session, *request_.spec));
    options.temp_directory = out + "/cache/spill";
    options.sink = request_.recorder;
    options.cancel = request_.cancel;
    CA_RETURN_IF_ERROR(files_->CreateDirectories(options.temp_directory));
    CA_ASSIGN_OR_RETURN(const auto session, engine::Session::Create(options));
    settings_ = session->SettingsSnapshot();
    session_ = session->identity();
    capabilities_ = engine::CapabilitiesJson(*session);
    engine::DuckdbParquetIo parquet(*session);
    const storage::Environment environment{tracing.Watch(*files_, root.id()), parquet, *clock_};
    CA_RETURN_IF_ERROR(storage::CleanOutput(environment, out));
    CA_RETURN_IF_ERROR(RemoveExpiredCaptures(*files_, out, clock_->NowMilliseconds()));
    CA_ASSIGN_OR_RETURN(const SpecInputs inputs,
                        OpenSpecInputs(*request_.spec, environment, input_dir_, LogsOf(*session)));
    report_.inputs = inputs.tables;
    CA_RETURN_IF_ERROR(Execute(*session, environment, inputs, tracing, root));
    report_.build.seconds = request_.recorder->Seconds();
    report_.build.memory = MemoryUse::Of(session->memory());
    return {};
  }

  Result<void> Execute(engine::Session& session, const storage::Environment& environment,
                       const SpecInputs& inputs, RunTracing& tracing, SpanScope& root) {
    spec_json_ = spec::CanonicalJson(*request_.spec);
    BuildReport& build = report_.build;
    build.spec_hash = spec::SpecHash(*request_.spec);
    CA_ASSIGN_OR_RETURN(auto published, PublishedVersions());
    CA_ASSIGN_OR_RETURN(
        engine::RowCounts view_rows,
        PastViewRows(*files_, build.output_dir, session.features(), *request_.spec));
    CA_ASSIGN_OR_RETURN(
        const engine::ExecutionReport executed,
        engine::ExecuteSpec(*request_.spec, session,
                            {environment, build.output_dir, inputs.files, inputs.digests,
                             inputs.foreign_schemas, inputs.versions, input_dir_, inputs.partitions,
                             std::move(published), inputs.protocols},
                            {.program_version = request_.program_version,
                             .content_settings = "{}",
                             .commit_metadata = {{"codeanatomy.run_id", build.run_id}},
                             .sink = request_.recorder,
                             .parent_span = root.id(),
                             .capture_explain = WantsExplain(),
                             .collect_metrics = request_.collect_metrics || tracing.measures() ||
                                                IsObserved(*request_.spec, request_.tuner_mode),
                             .tracing = tracing.config(),
                             .row_counts = CountedRows(*files_, build.output_dir,
                                                       session.features(), inputs.tables),
                             .view_rows = std::move(view_rows)}));
    CA_RETURN_IF_ERROR(KeepViewRows(*files_, build.output_dir, *request_.spec, executed.view_rows));
    build.envelope_hash = executed.envelope_hash;
    build.rulepack_fingerprint = executed.rulepack_fingerprint;
    build.warnings = executed.warnings;
    build.maintenance = executed.maintenance;
    ReportWarnings(*request_.recorder, root.id(), executed.warnings);
    tracing.Describe(root, executed);
    build.edges = executed.edges_by_kind;
    caches_ = session.caches().Describe();
    report_.schedule = executed.schedule;
    report_.metrics = executed.metrics;
    report_.plan_json = PlanArtifactJson(executed);
    decisions_ = executed.decisions;
    policy_json_ = PolicyArtifactJson(executed, {decisions_, *request_.spec, executed.envelope},
                                      settings_, capabilities_, session_.knobs);
    statements_ = StatementsSql(executed);
    report_.compliance_json =
        ComplianceJson(executed, *request_.spec, settings_,
                       {request_.compliance_retention_days, clock_->NowMilliseconds()});
    if (IsObserved(*request_.spec, request_.tuner_mode)) {
      CA_ASSIGN_OR_RETURN(build.tuner_hints, Observe(*files_, build.output_dir, build.run_id,
                                                     *request_.spec, executed));
    }
    for (const engine::OutputReport& output : executed.outputs) {
      build.tables.push_back({output.table, output.location, output.version, output.rows,
                              output.files, output.bytes, output.content_digest});
      if (output.table == "cpg_nodes") build.nodes = output.rows;
    }
    std::ranges::sort(build.tables, {}, &BuiltTable::name);
    return {};
  }

  /// Of the folder's last complete run; none where there is none.
  Result<std::map<std::string, int64_t, std::less<>>> PublishedVersions() const {
    std::map<std::string, int64_t, std::less<>> versions;
    auto current = storage::ReadCurrent(*files_, report_.build.output_dir);
    if (!current && current.error().code() != ErrorCode::kNotFound)
      return std::move(current.error());
    if (!current) return versions;
    for (const auto& [name, table] : current->build.tables) versions[table.path] = table.version;
    return versions;
  }

  Result<void> WriteBundle() {
    const std::string folder =
        fmt::format("{}/run_bundles/{}", report_.build.output_dir, report_.build.run_id);
    if (!request_.include_run_bundle && !request_.include_manifest) return {};
    CA_ASSIGN_OR_RETURN(const std::vector<engine::Warning> missing,
                        WriteRunBundle({.out = report_.build.output_dir,
                                        .report = &report_.build,
                                        .recorder = request_.recorder,
                                        .spec_json = spec_json_,
                                        .plan_json = report_.plan_json,
                                        .decisions = decisions_,
                                        .policy_json = policy_json_,
                                        .settings = settings_,
                                        .session = &session_,
                                        .caches = caches_,
                                        .compliance_json = report_.compliance_json,
                                        .statements_sql = statements_,
                                        .capabilities_json = capabilities_,
                                        .trace_files = trace_files_,
                                        .inputs = report_.inputs,
                                        .input_dir = input_dir_,
                                        .manifest_only = !request_.include_run_bundle}));
    report_.build.warnings.insert(report_.build.warnings.end(), missing.begin(), missing.end());
    if (request_.include_run_bundle) report_.run_bundle_dir = folder;
    if (request_.include_manifest) report_.manifest_path = folder + "/manifest.json";
    return {};
  }

  Result<RunSpecReport> Publish() {
    const BuildReport& build = report_.build;
    CA_RETURN_IF_ERROR(WriteSpec(*files_, build.output_dir, build.spec_hash, spec_json_));
    storage::BuildVersions versions;
    versions.run_id = build.run_id;
    versions.attributes = {{"spec_hash", build.spec_hash},
                           {"envelope_hash", build.envelope_hash},
                           {"rulepack_fingerprint", build.rulepack_fingerprint}};
    const auto& profile = request_.spec->runtime_profile;
    if (profile && profile->batch_size) {
      versions.attributes[std::string(engine::kBatchSizeAttribute)] =
          fmt::format("{}", *profile->batch_size);
    }
    for (const BuiltTable& table : build.tables) {
      versions.tables[table.name] = {table.path, table.version, static_cast<int64_t>(table.rows),
                                     table.content_digest};
    }
    CA_RETURN_IF_ERROR(storage::PublishCurrent(*files_, build.output_dir, versions));
    return std::move(report_);
  }

  const RunSpecRequest& request_;
  std::unique_ptr<storage::FileSystem> files_ = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock_ = storage::OpenSystemClock();
  RunSpecReport report_;
  std::unique_ptr<storage::FileLock> lock_;
  std::vector<std::pair<std::string, std::string>> trace_files_;
  std::string input_dir_, spec_json_, capabilities_;
  std::vector<engine::DecisionRecord> decisions_;
  engine::Settings settings_;
  std::string policy_json_;
  std::string statements_;  // of a capture
  engine::SessionIdentity session_;
  std::vector<engine::CacheState> caches_;
};

}  // namespace

Result<RunSpecReport> RunSpec(const RunSpecRequest& request) { return SpecRun(request).Run(); }

}  // namespace codeanatomy::driver
