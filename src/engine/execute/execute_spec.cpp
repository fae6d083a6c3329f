// Views that are computed once and the files of outputs, each as soon as what it reads is there, in
// the order of the schedule. A view that reads an output reads its files. Nothing is committed
// before every output has been written and checked.
#include "engine/execute/execute_spec.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/check.h"
#include "engine/duckdb/logical_type.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/execute/commit_outputs.h"
#include "engine/execute/endpoint_check.h"
#include "engine/execute/execution_steps.h"
#include "engine/execute/id_set.h"
#include "engine/execute/lone_task.h"
#include "engine/execute/maintain_tables.h"
#include "engine/execute/opened_inputs.h"
#include "engine/execute/output_checks.h"
#include "engine/execute/plan_scans.h"
#include "engine/execute/preview.h"
#include "engine/execute/replace_files.h"
#include "engine/execute/run_measure.h"
#include "engine/execute/statement_record.h"
#include "engine/execute/supported.h"
#include "engine/execute/table_span.h"
#include "engine/execute/temporary_views.h"
#include "engine/execute/work_queue.h"
#include "engine/execute/write_files.h"
#include "engine/execute/written_outputs.h"
#include "engine/plan/plan.h"
#include "engine/plan/sorted_parts.h"
#include "engine/plan/sorted_runs.h"
#include "engine/render/null_keys.h"
#include "engine/render/sorted_select.h"
#include "engine/session/introspection.h"
#include "engine/session/runtime_profile.h"

namespace codeanatomy::engine {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A scan by the name of what it is a part of: how many files there are, and which of them have
/// been pruned in which order, is no matter of the plan.
std::string QuoteInput(std::string_view scan) { return QuoteIdentifier(ScanPruner::InputOf(scan)); }

/// One sorted file of an open output.
struct PartTask {
  std::string value;
  SortedSelect select;
  std::string kept_together;  // operators for which it runs alone (lone_task.h)
  std::vector<WrittenFile> files;
  double seconds = 0;
};

/// A step whose turn has come; of an output its files.
struct OpenStep {
  std::string folder;
  std::vector<PartTask> parts;
  bool has_runs = false;  // parts that are sorted each for itself
  size_t parts_left = 1;
  int64_t rows = 0;  // of a view that is computed
};

class Execution {
 public:
  Execution(const spec::Spec& spec, Session& session, const BuildPaths& paths,
            const ExecuteOptions& options)
      : spec_(spec),
        session_(session),
        paths_(paths),
        options_(options),
        knobs_(KnobsOf(spec, session)),
        measure_(options.collect_metrics),
        inputs_(spec, session, paths, plan_),
        record_(spec, session, inputs_.pruner(),
                options.capture_explain || spec.runtime.compliance_capture),
        temporary_(session, plan_,
                   fmt::format("__run_{}", paths.environment.clock.NowMilliseconds())),
        has_room_(session.memory().limit_bytes() >= kSideBySideBytes) {}

  Result<ExecutionReport> Run() {
    CA_RETURN_IF_ERROR(CheckSupported(spec_));
    CA_RETURN_IF_ERROR(inputs_.CheckPins());
    CA_ASSIGN_OR_RETURN(
        plan_, MakePlan(spec_, paths_.foreign_schemas, {options_.row_counts, options_.view_rows}));
    {
      const TableSpan span(options_, "plan");
      Warn(session_.warnings());
      Warn(SemanticWarnings(plan_));
      Warn(CompatibilityWarnings(plan_, paths_.input_protocols));
      CA_RETURN_IF_ERROR(PreparePlan(span.id()));
      CA_RETURN_IF_ERROR(inputs_.AdaptFiles(ChecksSideBySide()));
    }
    CA_RETURN_IF_ERROR(WriteAndCheck());
    CA_RETURN_IF_ERROR(ReportScans());
    CA_RETURN_IF_ERROR(PreviewOutputs(session_.connection(), outputs_, options_, report_));
    {
      const TableSpan span(options_, "commit");
      CA_RETURN_IF_ERROR(CommitOutputs(outputs_, {spec_, paths_, options_, session_}, report_));
    }
    CA_RETURN_IF_ERROR(MaintainTables({spec_, plan_, session_, paths_, options_}, report_));
    return std::move(report_);
  }

 private:
  void Warn(std::vector<Warning> warnings) {
    std::ranges::move(warnings, std::back_inserter(report_.warnings));
  }

  /// Statements that look into files beside what the queue runs.
  int ChecksSideBySide() const { return has_room_ ? session_.threads() : 1; }

  Result<void> ReportScans() {
    report_.scans = inputs_.pruner().Units();
    RowCounts rows;
    for (const OutputReport& output : report_.outputs)
      rows[output.table] = static_cast<int64_t>(output.rows);
    AddOutcomes(report_.scans, rows, report_.decisions);
    return record_.is_explained()
               ? CountRowGroups(session_.connection(), inputs_.pruner(), report_.scans)
               : Result<void>();
  }

  /// Applies the rules and takes down what the plan and the session are identified by.
  Result<void> PreparePlan(uint64_t span) {
    report_.spec_hash = spec::SpecHash(spec_);
    report_.view_rows = options_.view_rows;
    CA_ASSIGN_OR_RETURN(const RulePack pack, MakeRulePack(spec_));
    CA_ASSIGN_OR_RETURN(report_.rules,
                        ApplyRules(pack, plan_, session_.threads(),
                                   knobs_.optimizer_max_passes.value_or(kOptimizerMaxPasses),
                                   {options_.sink, span,
                                    options_.tracing.enabled ? options_.tracing.rule_mode
                                                             : spec::RuleTracing::kDisabled,
                                    options_.tracing.plan_diff}));
    report_.rulepack_fingerprint = pack.fingerprint;
    report_.references = ReferencesOf(plan_);
    report_.schema_fingerprints = SchemaFingerprints(plan_);
    report_.schedule = MakeSchedule(plan_, options_.row_counts);
    Warn(ScheduleWarnings(report_.schedule));
    report_.decisions = PlanDecisions({plan_, spec_, report_.schedule});
    steps_ = MakeSteps(plan_, report_.schedule);
    Registrations inputs = RegisterInputs(plan_, paths_.input_digests);
    Envelope& envelope = report_.envelope;
    envelope = {.engine_version = std::string(kDuckdbVersion),
                .program_version = options_.program_version,
                .content_settings = options_.content_settings,
                .registrations = std::move(inputs.entries),
                .spec_hash = report_.spec_hash,
                .rulepack_fingerprint = pack.fingerprint,
                .provider_identity_hash = std::move(inputs.provider_identity_hash)};
    envelope.functions = RegisteredFunctions(session_.extensions());
    CA_ASSIGN_OR_RETURN(const std::vector<std::string> logs, inputs_.ReadLogs());
    envelope.registrations.insert(envelope.registrations.end(), logs.begin(), logs.end());
    CA_ASSIGN_OR_RETURN(envelope.planning_surface_hash, PlanningSurfaceHash(session_));
    report_.envelope_hash = envelope.Hash();
    return {};
  }

  Result<void> WriteAndCheck() {
    const int64_t width =
        report_.rules.width.value_or(knobs_.planning_concurrency.value_or(session_.threads()));
    const Clock::time_point start = Clock::now();
    {
      WorkQueue queue(session_, has_room_ ? static_cast<size_t>(width) : 1);
      CA_RETURN_IF_ERROR(RunSteps(queue));
    }
    CA_RETURN_IF_ERROR(FinishOutputs());
    if (measure_.is_on()) ReportMetrics(width, SecondsSince(start));
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    const TableSpan span(options_, "check cpg endpoints");
    CA_RETURN_IF_ERROR(WithIdSet([&](uint64_t bytes) {
      return CheckEndpoints(session_, outputs_, bytes, ChecksSideBySide());
    }));
    return CountNodes();
  }

  /// Ids in memory of ours are memory that the engine does not have meanwhile.
  template <typename Check>
  Result<void> WithIdSet(const Check& check) {
    MemoryBudget& memory = session_.memory();
    const uint64_t bytes = std::min(kIdSetBytes, memory.limit_bytes() / 8);
    if (const auto ids = memory.TryReserve(MemoryOwner::kEngine, bytes)) return check(bytes);
    CA_RETURN_IF_ERROR(session_.ShareMemory(memory.limit_bytes() / (has_room_ ? 4 : 8)));
    {
      const MemoryReservation ids = memory.Hold(MemoryOwner::kEngine, bytes);
      CA_RETURN_IF_ERROR(check(bytes));
    }
    return session_.ShareMemory();
  }

  void ReportMetrics(int64_t width, double seconds) {
    RunMetrics& metrics = report_.metrics.emplace(measure_.metrics());
    metrics.knobs = {session_.threads(), width, static_cast<int64_t>(Parquet().row_group_rows)};
    metrics.elapsed_microseconds = static_cast<uint64_t>(seconds * 1e6);
    for (const OutputReport& output : report_.outputs) metrics.output_rows += output.rows;
  }

  /// Steps begin as soon as what they read is there; statements are made here, they run side by
  /// side. After a failure those before the failed one still run: which error is told does not
  /// depend on what was faster.
  Result<void> RunSteps(WorkQueue& queue) {
    open_.resize(steps_.size());
    std::vector<size_t> waits;
    std::set<size_t> ready;
    for (size_t i = 0; i < steps_.size(); ++i) {
      waits.push_back(steps_[i].waits_for);
      if (waits[i] == 0) ready.insert(i);
    }
    while (true) {
      for (const size_t step : std::exchange(ready, {})) {
        if (!queue.Takes({step, 0})) break;
        if (auto begun = Begin(step, queue); !begun)
          queue.Fail({step, 0}, std::move(begun.error()));
      }
      const std::vector<WorkPosition> ended = queue.Wait();
      if (ended.empty()) return queue.Drain();
      for (const WorkPosition& at : ended) {
        if (--open_[at.step].parts_left > 0) continue;
        End(at.step);
        for (const size_t reader : steps_[at.step].readers) {
          if (--waits[reader] == 0) ready.insert(reader);
        }
      }
    }
  }

  Result<void> Begin(size_t step, WorkQueue& queue) {
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    return steps_[step].output == nullptr ? Compute(step, queue) : Write(step, queue);
  }

  void End(size_t step) {
    const auto& [view, output, readers, waits_for] = steps_[step];
    if (output == nullptr) {
      temporary_.Add(*view);
      report_.view_rows[view->name] = open_[step].rows;
    } else {
      AddWritten(step);
    }
    temporary_.DropUnread(written_.done(), written_.parts());
  }

  std::string Scan(std::string_view name) {
    if (const std::string* part = written_.PathOf(name))
      return fmt::format("read_parquet([{}], hive_partitioning = false)", QuotePath(*part));
    if (const PlannedView* view = plan_.FindView(name)) return temporary_.Scan(view->name);
    return inputs_.Scan(name);
  }

  Result<void> Compute(size_t step, WorkQueue& queue) {
    const PlannedView& view = *steps_[step].view;
    Relation relation = Expand(view.relation, plan_, written_.parts());
    const std::vector<ExpectedScan> expected = record_.Expect(relation);
    CA_RETURN_IF_ERROR(inputs_.pruner().Prune(relation, view.name));
    const std::string kept_together = KeptTogetherBy(relation, false);
    PrepareToRender(relation);
    const std::string select = RenderDuckdb(relation, scan_);
    const auto operators =
        record_.is_explained()
            ? record_.Explain({step, 0}, view.name, "",
                              {select, RenderDuckdb(relation, QuoteInput)}, view.relation.schema)
            : std::vector<EngineOperator>();
    Relation* const rendered[] = {&relation};
    CA_RETURN_IF_ERROR(record_.CheckPushdown(step, view.name, expected, rendered, operators));
    AddTask(queue, {step, 0}, kept_together,
            [this, step, &view, kept_together, statement = temporary_.Statement(view, select)](
                Connection& connection) -> Result<void> {
              auto made =
                  RunAs(kept_together, fmt::format("compute {}", view.name), [&]() -> Result<void> {
                    CA_RETURN_IF_ERROR(session_.PrepareStatement(connection));
                    CA_ASSIGN_OR_RETURN(QueryResult done, measure_.Measure(connection, [&] {
                      return connection.Query(statement);
                    }));
                    CA_ASSIGN_OR_RETURN(open_[step].rows, done.SingleInteger());
                    return {};
                  });
              if (!made) return std::move(made.error()).WithFrame("computing " + view.name);
              return {};
            });
    return {};
  }

  static void AddTask(WorkQueue& queue, WorkPosition at, const std::string& kept_together,
                      WorkQueue::Work work) {
    if (kept_together.empty()) return queue.Add(at, std::move(work));
    queue.AddAlone(at, std::move(work));
  }

  /// Why a task has to run alone; empty: it need not.
  std::string KeptTogetherBy(const Relation& relation, bool sorts) {
    const auto is_file = [this](std::string_view name) {
      return written_.PathOf(name) != nullptr || inputs_.pruner().FilesOf(name) != nullptr;
    };
    return KeptTogether(relation, {sorts, is_file}, knobs_);
  }

  /// What is done last, when conditions have been followed to the scans.
  void PrepareToRender(Relation& relation) {
    if (knobs_.filter_null_join_keys.value_or(true)) FilterNullKeys(relation, never_null_);
  }

  /// Does `work` in a span of its own, with one thread where operators are kept together.
  template <typename Work>
  Result<void> RunAs(const std::string& kept_together, const std::string& name, const Work& work) {
    if (kept_together.empty()) {
      const TableSpan span(options_, name);
      return work();
    }
    return WithOneThread(session_, [&](int64_t threads) {
      TableSpan span(options_, name);
      span.Set("kept_together", kept_together);
      span.Set("threads", fmt::format("{}", threads));
      return work();
    });
  }

  /// One part per file of the input that drives the relation, if one does.
  std::vector<SortedPart> Runs(SortedPart part) {
    const auto file_count = [&](std::string_view scan) { return inputs_.CountFiles(scan); };
    std::vector<SortedPart> runs;
    for (Relation& run : SplitRuns(std::move(part.relation), file_count))
      runs.push_back({"", std::move(run)});
    return runs;
  }

  /// Queues the files of an output.
  Result<void> Write(size_t step, WorkQueue& queue) {
    const PlannedOutput& output = *steps_[step].output;
    const std::string& table = output.target.table_name;
    OpenStep& open = open_[step];
    open.folder = fmt::format("{}/{}", paths_.root, output.location);
    CA_RETURN_IF_ERROR(paths_.environment.files.CreateDirectories(open.folder));
    Relation whole =
        Filtered(Expand(steps_[step].view->relation, plan_, written_.parts()), output.filters);
    const std::vector<ExpectedScan> expected = record_.Expect(whole);
    std::vector<SortedPart> parts = SplitSorted(std::move(whole), output.order);
    const bool by_value = !parts[0].value.empty();
    const bool is_partitioned = !output.target.partition_by.empty();
    if (!by_value && !is_partitioned && !output.order.empty()) parts = Runs(std::move(parts[0]));
    open.has_runs = !by_value && parts.size() > 1;
    for (SortedPart& part : parts) {
      CA_RETURN_IF_ERROR(inputs_.pruner().Prune(part.relation, table));
      std::string kept_together = KeptTogetherBy(part.relation, !output.order.empty());
      PrepareToRender(part.relation);
      open.parts.push_back(
          {.value = part.value,
           .select = RenderSorted(part.relation, output.schema, output.order, scan_),
           .kept_together = std::move(kept_together)});
    }
    std::vector<EngineOperator> operators;
    for (size_t i = 0; i < parts.size() && record_.is_explained(); ++i) {
      const SortedSelect named =
          RenderSorted(parts[i].relation, output.schema, output.order, QuoteInput);
      std::ranges::move(record_.Explain({step, i}, table, parts[i].value,
                                        {open.parts[i].select.sql, named.sql}, output.schema),
                        std::back_inserter(operators));
    }
    std::vector<Relation*> rendered;
    for (SortedPart& part : parts) rendered.push_back(&part.relation);
    CA_RETURN_IF_ERROR(record_.CheckPushdown(step, table, expected, rendered, operators));
    open.parts_left = open.parts.size();
    for (size_t i = 0; i < open.parts.size(); ++i) {
      const auto work = [this, step, i](Connection& connection) -> Result<void> {
        auto status = RunTask(connection, step, open_[step].parts[i]);
        if (status) return {};
        return std::move(status.error())
            .WithFrame("writing " + steps_[step].output->target.table_name);
      };
      AddTask(queue, {step, i}, open.parts[i].kept_together, work);
    }
    return {};
  }

  /// Takes down what was written.
  void AddWritten(size_t step) {
    WrittenOutputs::Entry done{.step = step, .output = {.plan = steps_[step].output}};
    for (PartTask& task : open_[step].parts) {
      done.seconds += task.seconds;
      for (WrittenFile& file : task.files) {
        done.output.rows += file.data.rows;
        done.output.files.push_back(std::move(file));
      }
    }
    written_.Add(*steps_[step].view, std::move(done));
  }

  /// What is left of the outputs when nothing else runs, in the order of their steps.
  Result<void> FinishOutputs() {
    for (WrittenOutputs::Entry& done : written_.Take()) {
      WrittenOutput& written = done.output;
      report_.outputs.push_back(ReportOf(done));
      if (written.plan->target.table_name == "cpg_edges") CountEdges(written);
      if (written.plan->is_whole())
        report_.view_rows[written.plan->target.source_view] = static_cast<int64_t>(written.rows);
      if (written.plan->target.materialization_mode == spec::MaterializationMode::kReplaceByFile) {
        CA_RETURN_IF_ERROR(
            KeepOtherFiles(session_.connection(), written, {paths_, scan_, Parquet()}));
      }
      const bool is_across =
          open_[done.step].has_runs || written.rest || !PartitionsAreKey(*written.plan);
      if (is_across && !HasNodeIds(*written.plan)) {
        CA_RETURN_IF_ERROR(
            WithIdSet([&](uint64_t bytes) { return CheckKeysAcross(session_, written, bytes); }));
      }
      outputs_.push_back(std::move(written));
    }
    record_.MoveTo(report_);
    return session_.ShareMemory();
  }

  /// Of written files, but for their order.
  ParquetOptions Parquet() const {
    ParquetOptions parquet{.delta_encodings = true};
    if (const auto rows = knobs_.row_group_rows)
      parquet.row_group_rows = static_cast<uint64_t>(*rows);
    return parquet;
  }

  Result<void> RunTask(Connection& connection, size_t step, PartTask& task) {
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    const Clock::time_point start = Clock::now();
    const PlannedOutput& output = *steps_[step].output;
    const OpenStep& open = open_[step];
    ParquetOptions parquet = Parquet();
    parquet.sorted =
        task.select.constants.size() < output.schema.fields.size() && !output.order.empty();
    WrittenOutput part{.plan = &output};
    const auto write = [&]() -> Result<void> {
      CA_RETURN_IF_ERROR(session_.PrepareStatement(connection));
      CA_ASSIGN_OR_RETURN(part.files, measure_.Measure(connection, [&] {
        return WriteFiles(connection,
                          {task.select, output, open.folder, parquet, paths_.environment.files});
      }));
      for (WrittenFile& file : part.files) file.value = task.value;
      // Keys are compared over all runs.
      return open.has_runs ? CheckRequired(part) : CheckKeys(connection, part);
    };
    CA_RETURN_IF_ERROR(RunAs(task.kept_together,
                             fmt::format("write {} {}", output.target.table_name, task.value),
                             write));
    task.files = std::move(part.files);
    task.seconds = SecondsSince(start);
    return {};
  }

  void CountEdges(const WrittenOutput& edges) {
    for (const WrittenFile& file : edges.files) {
      if (!file.value.empty()) report_.edges_by_kind[file.value] += file.data.rows;
    }
  }

  Result<void> CountNodes() {
    for (const WrittenOutput& output : outputs_) {
      if (output.plan->target.table_name != "cpg_nodes" || output.rows == 0) continue;
      CA_ASSIGN_OR_RETURN(report_.nodes_by_kind, CountKinds(session_.connection(), output));
    }
    return {};
  }

  const spec::Spec& spec_;
  Session& session_;
  const BuildPaths& paths_;
  const ExecuteOptions& options_;
  const spec::RuntimeProfile knobs_;
  RunMeasure measure_;
  Plan plan_;
  NeverNull never_null_{plan_, paths_.foreign_schemas};
  OpenedInputs inputs_;
  StatementRecord record_;
  TemporaryViews temporary_;
  WrittenOutputs written_{plan_};
  std::vector<ExecutionStep> steps_;
  std::vector<OpenStep> open_;          // by step; work refers to its elements
  std::vector<WrittenOutput> outputs_;  // when all of them are there
  ExecutionReport report_;
  const bool has_room_;  // for statements side by side
  const ScanText scan_ = [this](std::string_view name) { return Scan(name); };
};

}  // namespace

Result<ExecutionReport> ExecuteSpec(const spec::Spec& spec, Session& session,
                                    const BuildPaths& paths, const ExecuteOptions& options) {
  return Execution(spec, session, paths, options).Run();
}

}  // namespace codeanatomy::engine
