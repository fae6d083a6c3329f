// Outputs into sorted Parquet files, temporary views before the outputs that need them. Outputs
// that need fewest of them come first, so that files are written while further temporary views are
// computed. A view that reads an output reads its files. Nothing is committed before every output
// has been written and checked.
#include "engine/execute/execute_spec.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "engine/duckdb/logical_type.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/execute/commit_outputs.h"
#include "engine/execute/endpoint_check.h"
#include "engine/execute/id_set.h"
#include "engine/execute/log_scan.h"
#include "engine/execute/output_checks.h"
#include "engine/execute/output_needs.h"
#include "engine/execute/plan_scans.h"
#include "engine/execute/replace_files.h"
#include "engine/execute/supported.h"
#include "engine/execute/work_queue.h"
#include "engine/execute/write_files.h"
#include "engine/plan/plan.h"
#include "engine/plan/portable.h"
#include "engine/plan/sorted_parts.h"
#include "engine/plan/sorted_runs.h"
#include "engine/render/file_scan.h"
#include "engine/render/sorted_select.h"
#include "engine/scan/schema_adapter.h"
#include "engine/session/introspection.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A span of the run's sink, where there is one.
class TableSpan {
 public:
  TableSpan(const ExecuteOptions& options, std::string_view name) {
    if (options.sink != nullptr) span_.emplace(*options.sink, name, options.parent_span);
  }

 private:
  std::optional<SpanScope> span_;
};

/// One sorted file of an open output.
struct PartTask {
  std::string value;
  SortedSelect select;
  std::vector<WrittenFile> files;
  double seconds = 0;
};

/// An output whose turn has come and whose files are being written.
struct OpenOutput {
  const PlannedView* view = nullptr;
  const PlannedOutput* output = nullptr;
  std::string folder;
  std::vector<PartTask> parts;
  bool has_runs = false;  // parts that are sorted each for itself
  std::atomic<size_t> parts_left = 0;
};

// Where the session has less, statements run one after the other: two do not fit side by side into
// the engine's part of it.
constexpr uint64_t kSideBySideBytes = 384 << 20;

std::string TemporaryName(std::string_view view) { return fmt::format("ca_view_{}", view); }

class Execution {
 public:
  Execution(const spec::Spec& spec, Session& session, const BuildPaths& paths,
            const ExecuteOptions& options)
      : spec_(spec),
        session_(session),
        paths_(paths),
        options_(options),
        measure_(options.collect_metrics),
        pruner_(MakeScanPruner(spec, session, paths)),
        has_room_(session.memory().limit_bytes() >= kSideBySideBytes) {}

  Result<ExecutionReport> Run() {
    CA_RETURN_IF_ERROR(CheckSupported(spec_));
    CA_RETURN_IF_ERROR(CheckPins());
    CA_ASSIGN_OR_RETURN(plan_, MakePlan(spec_, paths_.foreign_schemas));
    {
      const TableSpan span(options_, "plan");
      CA_RETURN_IF_ERROR(PreparePlan());
      CA_RETURN_IF_ERROR(AdaptInputs());
    }
    auto done = WriteAndCheck();
    DropTemporary();
    CA_RETURN_IF_ERROR(std::move(done));
    CA_RETURN_IF_ERROR(ReportScans());
    const TableSpan span(options_, "commit");
    CA_RETURN_IF_ERROR(
        CommitOutputs(outputs_, {spec_, paths_, options_, session_.threads()}, report_));
    return std::move(report_);
  }

 private:
  /// The inputs must be the ones that the spec pins.
  Result<void> CheckPins() const {
    for (const spec::InputRelation& input : spec_.input_relations) {
      const auto version = paths_.input_versions.find(input.logical_name);
      if (input.version_pin &&
          (version == paths_.input_versions.end() || version->second != *input.version_pin)) {
        return Error(ErrorCode::kInvalidPlan,
                     "the input was not opened at the version the spec pins", input.logical_name,
                     "execute the spec with `codeanatomy run`");
      }
      const auto opened = paths_.input_digests.find(input.logical_name);
      if (input.content_digest &&
          (opened == paths_.input_digests.end() || opened->second != *input.content_digest)) {
        return Error(ErrorCode::kInvalidPlan, "the input's content is not what the spec pins",
                     input.logical_name, "compile the spec anew over this evidence");
      }
    }
    return {};
  }

  bool Captures() const { return options_.capture_explain || spec_.runtime.compliance_capture; }

  Result<void> ReportScans() {
    report_.scans = pruner_->Units();
    return Captures() ? CountRowGroups(session_.connection(), *pruner_, report_.scans)
                      : Result<void>();
  }

  /// What the spec's runtime profile fixes, if it does.
  std::optional<int64_t> Knob(std::optional<int64_t> spec::RuntimeProfile::*member) const {
    return spec_.runtime_profile ? (*spec_.runtime_profile).*member : std::nullopt;
  }

  /// Applies the rules and takes down what the plan and the session are identified by.
  Result<void> PreparePlan() {
    report_.spec_hash = spec::SpecHash(spec_);
    CA_ASSIGN_OR_RETURN(const RulePack pack, MakeRulePack(spec_));
    CA_ASSIGN_OR_RETURN(
        report_.rules,
        ApplyRules(
            pack, plan_, session_.threads(),
            Knob(&spec::RuntimeProfile::optimizer_max_passes).value_or(kOptimizerMaxPasses)));
    report_.rulepack_fingerprint = pack.fingerprint;
    report_.portable_plan = PortableJson(plan_);
    report_.references = ReferencesOf(plan_);
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
    CA_RETURN_IF_ERROR(ReadLogs(envelope));
    CA_ASSIGN_OR_RETURN(envelope.planning_surface_hash, PlanningSurfaceHash(session_));
    report_.envelope_hash = envelope.Hash();
    return {};
  }

  /// What views read of logs, as queries; their text is part of what identifies the inputs.
  Result<void> ReadLogs(Envelope& envelope) {
    for (const LogRead& read : plan_.log_reads) {
      if (read.part == LogPart::kChanges && !session_.features().is_on(FeatureGate::kDeltaCdf)) {
        return Error(ErrorCode::kInvalidPlan, "changes of tables are not read in this session",
                     read.source, "switch the feature delta_cdf on");
      }
      const spec::InputRelation& input = *spec_.FindInput(read.source);
      const auto version = paths_.input_versions.find(read.source);
      LogTable table{.root = fmt::format("{}/{}", paths_.InputRoot(), input.delta_location),
                     .location = input.delta_location,
                     .schema = &plan_.inputs.find(read.source)->second};
      if (version != paths_.input_versions.end()) table.version = version->second;
      auto rows = RenderLogRead(read, table, paths_.environment);
      if (!rows) return std::move(rows.error()).WithFrame("reading the log of " + read.source);
      envelope.registrations.push_back(expr::CanonicalText(
          {{"name", read.scan}, {"content_digest", Hex(Sha256::Of(rows->identity))}}));
      log_scans_[read.scan] = fmt::format("({})", rows->select);
    }
    return {};
  }

  Result<void> Explain(const std::string& table, const std::string& part, const std::string& sql) {
    if (!Captures()) return {};
    CA_ASSIGN_OR_RETURN(QueryResult rows, session_.connection().Query("EXPLAIN " + sql));
    while (true) {
      CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
      if (chunk == nullptr) return {};
      for (size_t row = 0; row < chunk->rows(); ++row)
        report_.explains.push_back({table, part, std::string(chunk->column(1).Text(row))});
    }
  }

  Result<void> WriteAndCheck() {
    const int64_t width = report_.rules.width.value_or(
        Knob(&spec::RuntimeProfile::planning_concurrency).value_or(session_.threads()));
    const Clock::time_point start = Clock::now();
    {
      WorkQueue queue(session_, has_room_ ? static_cast<size_t>(width) : 1);
      CA_RETURN_IF_ERROR(WriteOutputs(queue));
    }
    if (measure_.is_on()) ReportMetrics(width, SecondsSince(start));
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    const TableSpan span(options_, "check cpg endpoints");
    DropUnread();
    CA_RETURN_IF_ERROR(WithIdSet(
        [&](uint64_t bytes) { return CheckEndpoints(session_.connection(), outputs_, bytes); }));
    return CountNodes();
  }

  /// Ids in memory of ours are memory that the engine does not have meanwhile.
  template <typename Check>
  Result<void> WithIdSet(const Check& check) {
    MemoryBudget& memory = session_.memory();
    const uint64_t bytes = std::min(kIdSetBytes, memory.limit_bytes() / 4);
    CA_RETURN_IF_ERROR(session_.ShareMemory(memory.limit_bytes() / 4));
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

  /// Outputs that do not read one another are written side by side; one that reads an output not
  /// yet written waits for all before it. Temporary views are computed here, meanwhile.
  Result<void> WriteOutputs(WorkQueue& queue) {
    for (const OutputNeeds& needs : OrderOutputs(plan_)) {
      if (needs.depth > depth_) {
        CA_RETURN_IF_ERROR(Finish(queue));
        depth_ = needs.depth;
      }
      if (queue.has_failed()) break;
      auto begun = Begin(needs, queue);
      if (!begun) {  // an output that was begun before and fails as well is the one to tell of
        CA_RETURN_IF_ERROR(queue.Drain());
        return begun;
      }
    }
    return Finish(queue);
  }

  Result<void> Begin(const OutputNeeds& needs, WorkQueue& queue) {
    for (const PlannedView* view : needs.temporaries) {
      CA_RETURN_IF_ERROR(session_.CheckCancelled());
      if (!computed_.insert(view->name).second) continue;
      if (!has_room_) CA_RETURN_IF_ERROR(queue.Drain());
      auto made = Materialize(*view);
      if (!made && made.error().code() == ErrorCode::kMemoryBudgetExceeded) {
        // Others may have what it lacks: once more, alone.
        CA_RETURN_IF_ERROR(queue.Drain());
        made = Materialize(*view);
      }
      CA_RETURN_IF_ERROR(std::move(made));
      DropUnread();
    }
    return Open(needs, queue);
  }

  FileScan InputScan(std::string_view input, const std::vector<std::string>& files) const {
    FileScan scan{
        .columns = ScanColumns(plan_.inputs.find(input)->second),
        .file_column = pruner_->FileColumnOf(input).value_or(""),
        .root = fmt::format("{}/{}", paths_.InputRoot(), spec_.FindInput(input)->delta_location)};
    for (const std::string& path : files) {
      const auto values = paths_.input_partitions.find(path);
      scan.files.push_back({.path = path,
                            .partition_values = values == paths_.input_partitions.end()
                                                    ? storage::PartitionValues()
                                                    : values->second});
      if (const auto adapted = adapted_.find(path); adapted != adapted_.end())
        scan.files.back().adapted = adapted->second;
    }
    return scan;
  }

  /// Tables that were opened may have files older than their schema; a build's own are new.
  Result<void> AdaptInputs() {
    for (const auto& [input, version] : paths_.input_versions) {
      const auto files = paths_.input_files.find(input);
      if (files == paths_.input_files.end() || !plan_.inputs.contains(input)) continue;
      FileScan scan = InputScan(input, files->second);
      auto done = AdaptFiles(session_, scan);
      if (!done) return std::move(done.error()).WithFrame("reading the input " + input);
      for (ScannedFile& file : scan.files) {
        if (!file.adapted.empty()) adapted_[file.path] = std::move(file.adapted);
      }
    }
    return {};
  }

  std::string Scan(std::string_view name) const {
    if (const auto part = part_paths_.find(name); part != part_paths_.end()) {
      return fmt::format("read_parquet([{}], hive_partitioning = false)", QuotePath(part->second));
    }
    if (const auto log = log_scans_.find(name); log != log_scans_.end()) return log->second;
    if (const PlannedView* view = plan_.FindView(name)) {
      session_.caches().staging.Hit();
      return QuoteIdentifier(TemporaryName(view->name));
    }
    const std::vector<std::string>* files = pruner_->FilesOf(name);
    CA_CHECK(files != nullptr, "scans name inputs, views or parts of them");
    return RenderFileScan(InputScan(ScanPruner::InputOf(name), *files));
  }

  Result<void> Materialize(const PlannedView& view) {
    Relation relation = Expand(view.relation, plan_, written_);
    CA_RETURN_IF_ERROR(pruner_->Prune(relation, view.name));
    const std::string name = QuoteIdentifier(TemporaryName(view.name));
    const TableSpan span(options_, fmt::format("compute {}", view.name));
    const std::string select = RenderDuckdb(relation, scan_);
    CA_RETURN_IF_ERROR(Explain(view.name, "", select));
    auto made = measure_.Measure(session_.connection(), [&] {
      return session_.connection().Execute(
          fmt::format("CREATE OR REPLACE TABLE {} AS {}", name, select));
    });
    if (!made) return std::move(made.error()).WithFrame("computing " + view.name);
    temporary_.insert(view.name);
    session_.caches().staging.Miss();
    return {};
  }

  /// One part per file of the input that drives the relation, if one does.
  std::vector<SortedPart> Runs(SortedPart part) {
    const auto file_count = [&](std::string_view scan) -> size_t {
      const auto files = paths_.input_files.find(scan);
      return files == paths_.input_files.end() ? 0 : files->second.size();
    };
    std::vector<SortedPart> runs;
    for (Relation& run : SplitRuns(std::move(part.relation), file_count))
      runs.push_back({"", std::move(run)});
    return runs;
  }

  /// Queues the files of an output. Those of undivided outputs begin first, since they decide when
  /// all is done; results do not depend on the order.
  Result<void> Open(const OutputNeeds& needs, WorkQueue& queue) {
    OpenOutput& open = open_.emplace_back();
    open.view = needs.view;
    open.output = needs.output;
    open.folder = fmt::format("{}/{}", paths_.root, needs.output->location);
    CA_RETURN_IF_ERROR(paths_.environment.files.CreateDirectories(open.folder));
    std::vector<SortedPart> parts =
        SplitSorted(Filtered(Expand(open.view->relation, plan_, written_), open.output->filters),
                    open.output->order);
    const bool by_value = !parts[0].value.empty();
    const bool is_partitioned = !open.output->target.partition_by.empty();
    if (!by_value && !is_partitioned && !open.output->order.empty())
      parts = Runs(std::move(parts[0]));
    open.has_runs = !by_value && parts.size() > 1;
    for (SortedPart& part : parts) {
      CA_RETURN_IF_ERROR(pruner_->Prune(part.relation, open.output->target.table_name));
      open.parts.push_back(
          {.value = part.value,
           .select = RenderSorted(part.relation, open.output->schema, open.output->order, scan_)});
    }
    for (const PartTask& task : open.parts)
      CA_RETURN_IF_ERROR(Explain(open.output->target.table_name, task.value, task.select.sql));
    open.parts_left = open.parts.size();
    for (PartTask& task : open.parts) {
      queue.Add(open.parts.size(), [this, &open, &task](Connection& connection) -> Result<void> {
        auto status = RunTask(connection, open, task);
        if (status) {
          --open.parts_left;
          return {};
        }
        return std::move(status.error()).WithFrame("writing " + open.output->target.table_name);
      });
    }
    return {};
  }

  /// Waits for the open outputs and takes down what was written.
  Result<void> Finish(WorkQueue& queue) {
    CA_RETURN_IF_ERROR(queue.Drain());
    for (OpenOutput& open : open_) {
      WrittenOutput written{.plan = open.output};
      double seconds = 0;
      for (PartTask& task : open.parts) {
        seconds += task.seconds;
        for (WrittenFile& file : task.files) {
          written.rows += file.data.rows;
          written.files.push_back(std::move(file));
        }
      }
      RememberParts(*open.view, written);
      AddReport(*open.output, written, seconds);
      if (open.output->target.materialization_mode == spec::MaterializationMode::kReplaceByFile) {
        CA_RETURN_IF_ERROR(
            KeepOtherFiles(session_.connection(), written, {paths_, scan_, Parquet()}));
      }
      if (open.has_runs || written.rest || !PartitionsAreKey(*open.output)) {
        CA_RETURN_IF_ERROR(WithIdSet([&](uint64_t bytes) {
          return CheckKeysAcross(session_.connection(), written, bytes);
        }));
      }
      done_.insert(open.output);
      outputs_.push_back(std::move(written));
    }
    open_.clear();
    DropUnread();
    return session_.ShareMemory();
  }

  /// Of written files, but for their order.
  ParquetOptions Parquet() const {
    ParquetOptions parquet{.delta_encodings = true};
    if (const auto rows = Knob(&spec::RuntimeProfile::row_group_rows))
      parquet.row_group_rows = static_cast<uint64_t>(*rows);
    return parquet;
  }

  Result<void> RunTask(Connection& connection, const OpenOutput& open, PartTask& task) {
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    const Clock::time_point start = Clock::now();
    const PlannedOutput& output = *open.output;
    const TableSpan span(options_,
                         fmt::format("write {} {}", output.target.table_name, task.value));
    ParquetOptions parquet = Parquet();
    parquet.sorted =
        task.select.constants.size() < output.schema.fields.size() && !output.order.empty();
    WrittenOutput part{.plan = &output};
    CA_ASSIGN_OR_RETURN(part.files, measure_.Measure(connection, [&] {
      return WriteFiles(connection,
                        {task.select, output, open.folder, parquet, paths_.environment.files});
    }));
    for (WrittenFile& file : part.files) file.value = task.value;
    if (open.has_runs) {  // keys are compared over all runs
      CA_RETURN_IF_ERROR(CheckRequired(part));
    } else {
      CA_RETURN_IF_ERROR(CheckKeys(connection, part));
    }
    task.files = std::move(part.files);
    task.seconds = SecondsSince(start);
    return {};
  }

  /// Later views read an output that stores all columns of its view from the files.
  void RememberParts(const PlannedView& view, const WrittenOutput& output) {
    if (!output.plan->is_whole()) return;
    std::vector<WrittenPart>& parts = written_[view.name];
    for (size_t i = 0; i < output.files.size(); ++i) {
      std::string scan = FilePart(view.name, i);
      part_paths_[scan] = output.files[i].path;
      parts.push_back({std::move(scan), output.files[i].constants});
    }
    if (parts.empty()) written_.erase(view.name);
  }

  void AddReport(const PlannedOutput& output, const WrittenOutput& written, double seconds) {
    OutputReport report{
        .table = output.target.table_name, .location = output.location, .rows = written.rows};
    for (const WrittenFile& file : written.files) {
      ++report.files;
      report.bytes += file.data.size;
      if (report.table == "cpg_edges" && !file.value.empty())
        report_.edges_by_kind[file.value] += file.data.rows;
    }
    report.seconds = seconds;
    report_.outputs.push_back(std::move(report));
  }

  Result<void> CountNodes() {
    for (const WrittenOutput& output : outputs_) {
      if (output.plan->target.table_name != "cpg_nodes" || output.rows == 0) continue;
      CA_ASSIGN_OR_RETURN(report_.nodes_by_kind, CountKinds(session_.connection(), output));
    }
    return {};
  }

  /// Gives back temporary views that nothing left to do reads.
  void DropUnread() {
    for (const OpenOutput& open : open_) {
      if (open.parts_left == 0) done_.insert(open.output);
    }
    const auto read = TemporariesRead(plan_, done_, temporary_, written_);
    for (const std::string_view view : temporary_) {
      if (!read.contains(view)) Drop(view);
    }
    temporary_ = read;
  }

  void DropTemporary() {
    for (const std::string_view view : temporary_) Drop(view);
    temporary_.clear();
  }

  void Drop(std::string_view view) {
    const auto ignored = session_.connection().Execute(
        fmt::format("DROP TABLE IF EXISTS {}", QuoteIdentifier(TemporaryName(view))));
    session_.caches().staging.Drop();
  }

  const spec::Spec& spec_;
  Session& session_;
  const BuildPaths& paths_;
  const ExecuteOptions& options_;
  RunMeasure measure_;
  Plan plan_;
  std::unique_ptr<ScanPruner> pruner_;
  WrittenParts written_;
  std::map<std::string, std::string, std::less<>> part_paths_;  // of written outputs
  std::map<std::string, Adapted, std::less<>> adapted_;         // by file: those that differ
  std::map<std::string, std::string, std::less<>> log_scans_;
  std::deque<OpenOutput> open_;  // tasks refer to its elements
  size_t depth_ = 0;             // of the outputs that are open
  std::vector<WrittenOutput> outputs_;
  std::set<std::string_view> computed_;   // temporary views, dropped ones too
  std::set<std::string_view> temporary_;  // those that are there
  std::set<const PlannedOutput*> done_;   // written
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
