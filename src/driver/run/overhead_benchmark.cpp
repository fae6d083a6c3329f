// What a build pays the engine beside its statements, for the default model: validate, plan,
// schedule, record, as `ExecuteSpec` and `RunBuild` do them, without capture. One pass of
// `driver/overhead` is all four; the parts are measured apart as well. benchmarks/budgets.py holds
// them against the budget.
#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "driver/run/plan_artifact.h"
#include "driver/run/run_bundle.h"
#include "driver/run/run_id.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/execute/execute_spec.h"
#include "engine/execute/execution_steps.h"
#include "engine/schedule/task_graph.h"
#include "engine/session/capabilities.h"
#include "semantics/compile_model.h"
#include "storage/environment.h"

namespace codeanatomy::driver {
namespace {

/// A finished execution of the default spec over no evidence, whose steps can be done again.
struct Finished {
  Finished() {
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    failure = Execute();
  }
  ~Finished() {
    session.reset();
    std::filesystem::remove_all(folder);
  }

  Result<void> Execute() {
    CA_ASSIGN_OR_RETURN(spec, semantics::BuildDefaultSpec({}));
    spec_json = spec::CanonicalJson(spec);
    engine::SessionOptions options;
    options.temp_directory = folder + "/spill";
    CA_ASSIGN_OR_RETURN(session, engine::Session::Create(options));
    CA_ASSIGN_OR_RETURN(config, Config::Resolve({.working_directory = folder}));
    engine::DuckdbParquetIo parquet(*session);
    const auto files = storage::OpenPosixFileSystem();
    const auto clock = storage::OpenSystemClock();
    const storage::Environment environment{*files, parquet, *clock};
    CA_ASSIGN_OR_RETURN(
        execution,
        engine::ExecuteSpec(
            spec, *session, {environment, folder, {}, {}},
            {.program_version = "benchmark", .content_settings = "{}", .sink = &recorder}));
    for (const engine::OutputReport& output : execution.outputs) {
      report.tables.push_back({output.table, output.location, output.version, output.rows,
                               output.files, output.bytes, output.content_digest});
      counts[output.table] = static_cast<int64_t>(output.rows) + 1;
    }
    report.output_dir = folder;
    report.spec_hash = execution.spec_hash;
    report.envelope_hash = execution.envelope_hash;
    report.rulepack_fingerprint = execution.rulepack_fingerprint;
    identity = session->identity();
    return {};
  }

  /// The spec as a document is read, checked and hashed.
  Result<void> Validate() {
    CA_ASSIGN_OR_RETURN(const spec::Spec read, spec::ParseSpec(spec_json));
    benchmark::DoNotOptimize(spec::SpecHash(read));
    return {};
  }

  /// Type-checked trees, rules, and what identifies them.
  Result<engine::Plan> Plan() {
    CA_ASSIGN_OR_RETURN(engine::Plan plan, engine::MakePlan(spec));
    CA_ASSIGN_OR_RETURN(const engine::RulePack pack, engine::MakeRulePack(spec));
    CA_RETURN_IF_ERROR(engine::ApplyRules(pack, plan, session->threads()));
    benchmark::DoNotOptimize(engine::ReferencesOf(plan));
    benchmark::DoNotOptimize(engine::SchemaFingerprints(plan));
    engine::Registrations inputs = engine::RegisterInputs(plan, {});
    CA_ASSIGN_OR_RETURN(const std::string surface, engine::PlanningSurfaceHash(*session));
    engine::Envelope envelope{.engine_version = surface,
                              .registrations = std::move(inputs.entries)};
    benchmark::DoNotOptimize(envelope.Hash());
    return plan;
  }

  Result<void> Schedule(const engine::Plan& plan) {
    const engine::TaskSchedule schedule = engine::MakeSchedule(plan, counts);
    benchmark::DoNotOptimize(engine::PlanDecisions({plan, spec, schedule}));
    benchmark::DoNotOptimize(engine::MakeSteps(plan, schedule));
    return {};
  }

  /// The run bundle and the spec beside the tables, on disk.
  Result<void> Record() {
    report.run_id = NewRunId();
    const auto files = storage::OpenPosixFileSystem();
    CA_RETURN_IF_ERROR(WriteRunBundle(
        {.out = folder,
         .report = &report,
         .config = &config,
         .recorder = &recorder,
         .spec_json = spec_json,
         .plan_json = PlanArtifactJson(execution),
         .decisions = execution.decisions,
         .policy_json = PolicyArtifactJson(
             execution, {execution.decisions, spec, execution.envelope},
             session->SettingsSnapshot(), engine::CapabilitiesJson(*session), identity.knobs),
         .settings = session->SettingsSnapshot(),
         .session = &identity,
         .caches = session->caches().Describe(),
         .capabilities_json = engine::CapabilitiesJson(*session)}));
    return WriteSpec(*files, folder, report.spec_hash, spec_json);
  }

  Result<void> All() {
    CA_RETURN_IF_ERROR(Validate());
    CA_ASSIGN_OR_RETURN(const engine::Plan plan, Plan());
    CA_RETURN_IF_ERROR(Schedule(plan));
    return Record();
  }

  std::string folder = "/tmp/ca_overhead_XXXXXX";
  Result<void> failure;
  spec::Spec spec;
  std::string spec_json;
  std::unique_ptr<engine::Session> session;
  Config config;
  Recorder recorder;
  engine::ExecutionReport execution;
  engine::SessionIdentity identity;
  BuildReport report;
  engine::RowCounts counts;
};

template <typename Step>
void Measure(benchmark::State& state, const Step& step) {
  static Finished finished;
  if (!finished.failure) return state.SkipWithError(finished.failure.error().ToString().c_str());
  auto plan = finished.Plan();
  if (!plan) return state.SkipWithError(plan.error().ToString().c_str());
  for (auto _ : state) {
    const Result<void> done = step(finished, *plan);
    if (!done) return state.SkipWithError(done.error().ToString().c_str());
  }
}

void Add(const char* name, Result<void> (*step)(Finished&, const engine::Plan&)) {
  benchmark::RegisterBenchmark(name, [step](benchmark::State& state) { Measure(state, step); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

[[maybe_unused]] const bool kRegistered = [] {
  Add("driver/overhead/validate", [](Finished& f, const engine::Plan&) { return f.Validate(); });
  Add("driver/overhead/plan", [](Finished& f, const engine::Plan&) -> Result<void> {
    CA_RETURN_IF_ERROR(f.Plan());
    return {};
  });
  Add("driver/overhead/schedule",
      [](Finished& f, const engine::Plan& plan) { return f.Schedule(plan); });
  Add("driver/overhead/record", [](Finished& f, const engine::Plan&) { return f.Record(); });
  Add("driver/overhead", [](Finished& f, const engine::Plan&) { return f.All(); });
  return true;
}();

}  // namespace
}  // namespace codeanatomy::driver
