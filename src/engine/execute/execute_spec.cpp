// Views in dependency order: temporary ones into tables, outputs into sorted Parquet files. A view that
// reads an output reads its files. Nothing is committed before every output has been written and checked.
#include "engine/execute/execute_spec.h"

#include <chrono>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/execute/output_checks.h"
#include "engine/plan/plan.h"
#include "engine/plan/sorted_parts.h"
#include "engine/render/sorted_select.h"
#include "storage/log/transaction.h"

namespace codeanatomy::engine {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string TemporaryName(std::string_view view) { return fmt::format("ca_view_{}", view); }

class Execution {
 public:
  Execution(const spec::Spec& spec, Session& session, const BuildPaths& paths, const ExecuteOptions& options)
      : spec_(spec), session_(session), paths_(paths), options_(options) {}

  Result<ExecutionReport> Run() {
    CA_RETURN_IF_ERROR(CheckSupported());
    CA_ASSIGN_OR_RETURN(plan_, MakePlan(spec_));
    report_.spec_hash = spec::SpecHash(spec_);
    auto done = WriteAndCheck();
    DropTemporary();
    CA_RETURN_IF_ERROR(std::move(done));
    for (const WrittenOutput& output : outputs_) CA_RETURN_IF_ERROR(Commit(output));
    return std::move(report_);
  }

 private:
  /// What a spec may say and this engine does not do is refused by name, never ignored.
  Result<void> CheckSupported() const {
    for (const spec::InputRelation& input : spec_.input_relations) {
      if (input.version_pin || input.requires_lineage) {
        return Error(ErrorCode::kInvalidPlan, "version pins and lineage columns are not executed by a build",
                     input.logical_name);
      }
      const auto opened = paths_.input_digests.find(input.logical_name);
      if (input.content_digest && (opened == paths_.input_digests.end() || opened->second != *input.content_digest)) {
        return Error(ErrorCode::kInvalidPlan, "the input's content is not what the spec pins", input.logical_name,
                     "compile the spec anew over this evidence");
      }
    }
    for (const spec::OutputTarget& output : spec_.output_targets) {
      if (output.materialization_mode == spec::MaterializationMode::kReplaceByFile || !output.partition_by.empty()) {
        return Error(ErrorCode::kInvalidPlan, "ReplaceByFile and partitioned outputs are not executed by a build",
                     output.table_name);
      }
    }
    return {};
  }

  Result<void> WriteAndCheck() {
    for (const PlannedView& view : plan_.views) {
      if (!view.is_needed) continue;
      CA_RETURN_IF_ERROR(session_.CheckCancelled());
      if (view.placement == Placement::kTemporary) CA_RETURN_IF_ERROR(Materialize(view));
      for (const PlannedOutput& output : plan_.outputs) {
        if (output.target.source_view != view.name) continue;
        auto written = Write(view, output);
        if (!written) return std::move(written.error()).WithFrame("writing " + output.target.table_name);
      }
    }
    CA_RETURN_IF_ERROR(session_.CheckCancelled());
    CA_RETURN_IF_ERROR(CheckEndpoints(session_.connection(), outputs_));
    return CountNodes();
  }

  std::string Scan(std::string_view name) const {
    if (const auto part = part_paths_.find(name); part != part_paths_.end()) {
      return fmt::format("read_parquet([{}], hive_partitioning = false)", QuotePath(part->second));
    }
    if (const PlannedView* view = plan_.FindView(name)) return QuoteIdentifier(TemporaryName(view->name));
    const auto files = paths_.input_files.find(name);
    static const std::vector<std::string> kNone;
    return ScanFiles(files == paths_.input_files.end() ? kNone : files->second, plan_.inputs.find(name)->second);
  }

  Result<void> Materialize(const PlannedView& view) {
    const Relation relation = Expand(view.relation, plan_, written_);
    const std::string name = QuoteIdentifier(TemporaryName(view.name));
    auto made = session_.connection().Execute(
        fmt::format("CREATE OR REPLACE TEMP TABLE {} AS {}", name, RenderDuckdb(relation, scan_)));
    if (!made) return std::move(made.error()).WithFrame("computing " + view.name);
    temporary_.push_back(name);
    return {};
  }

  Result<void> Write(const PlannedView& view, const PlannedOutput& output) {
    const Clock::time_point start = Clock::now();
    const std::string folder = fmt::format("{}/{}", paths_.root, output.location);
    CA_RETURN_IF_ERROR(paths_.environment.files.CreateDirectories(folder));
    WrittenOutput written{.plan = &output};
    for (SortedPart& part : SplitSorted(Expand(view.relation, plan_, written_), output.order)) {
      CA_RETURN_IF_ERROR(session_.CheckCancelled());
      SortedSelect select = RenderSorted(part.relation, output.schema, output.order, scan_);
      const bool sorted = select.constants.size() < output.schema.fields.size() && !output.order.empty();
      CA_ASSIGN_OR_RETURN(auto files, WriteParquet(session_.connection(), select.sql, folder,
                                                   {.sorted = sorted, .delta_encodings = true}));
      for (storage::DataFile& file : files) {
        written.rows += file.rows;
        std::string path = fmt::format("{}/{}", folder, file.path);
        written.files.push_back({part.value, std::move(path), std::move(file), select.constants});
      }
    }
    CA_RETURN_IF_ERROR(CheckKeys(session_.connection(), written));
    RememberParts(view, written);
    AddReport(output, written, SecondsSince(start));
    outputs_.push_back(std::move(written));
    return {};
  }

  /// Later views read an output that stores all columns of its view from the files.
  void RememberParts(const PlannedView& view, const WrittenOutput& output) {
    if (!output.plan->target.columns.empty()) return;
    std::vector<WrittenPart>& parts = written_[view.name];
    for (size_t i = 0; i < output.files.size(); ++i) {
      std::string scan = fmt::format("{}#{}", view.name, i);
      part_paths_[scan] = output.files[i].path;
      parts.push_back({std::move(scan), output.files[i].constants});
    }
    if (parts.empty()) written_.erase(view.name);
  }

  void AddReport(const PlannedOutput& output, const WrittenOutput& written, double seconds) {
    OutputReport report{.table = output.target.table_name, .location = output.location, .rows = written.rows};
    for (const WrittenFile& file : written.files) {
      ++report.files;
      report.bytes += file.data.size;
      if (report.table == "cpg_edges" && !file.value.empty()) report_.edges_by_kind[file.value] += file.data.rows;
    }
    report.seconds = seconds;
    report_.outputs.push_back(std::move(report));
  }

  Result<void> CountNodes() {
    for (const WrittenOutput& output : outputs_) {
      if (output.plan->target.table_name != "cpg_nodes" || output.files.empty()) continue;
      std::vector<std::string> paths;
      for (const WrittenFile& file : output.files) paths.push_back(file.path);
      CA_ASSIGN_OR_RETURN(QueryResult result,
                          session_.connection().Query(fmt::format("SELECT kind, count(*) FROM {} GROUP BY kind",
                                                                  ScanFiles(paths, output.plan->schema))));
      while (true) {
        CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
        if (chunk == nullptr) break;
        for (size_t row = 0; row < chunk->rows(); ++row) {
          report_.nodes_by_kind[std::string(chunk->column(0).Text(row))] = static_cast<uint64_t>(chunk->column(1).Integer(row));
        }
      }
    }
    return {};
  }

  void DropTemporary() {
    for (const std::string& name : temporary_) {
      const auto ignored = session_.connection().Execute("DROP TABLE IF EXISTS " + name);
    }
  }

  static storage::Schema StoredSchema(const PlannedOutput& output) {
    const storage::Schema declared = output.table == nullptr ? storage::Schema{} : storage::SchemaOf(*output.table);
    storage::Schema schema;
    for (const expr::Field& field : output.schema.fields) {
      if (const storage::Field* known = declared.Find(field.name)) {
        schema.fields.push_back(*known);
        continue;
      }
      schema.fields.push_back({.name = field.name, .type = storage::FromExpr(field.type)});
    }
    return schema;
  }

  Result<void> Commit(const WrittenOutput& output) {
    const spec::OutputTarget& target = output.plan->target;
    const bool append = target.materialization_mode == spec::MaterializationMode::kAppend;
    storage::TableWrite write{.mode = append ? storage::WriteMode::kAppend : storage::WriteMode::kOverwrite,
                              .schema_mode = append ? storage::SchemaMode::kStrict : storage::SchemaMode::kReplace};
    write.schema = StoredSchema(*output.plan);
    CA_ASSIGN_OR_RETURN(auto transaction,
                        storage::Transaction::Begin(paths_.environment,
                                                    fmt::format("{}/{}", paths_.root, output.plan->location), std::move(write)));
    std::vector<storage::DataFile> files;
    for (const WrittenFile& file : output.files) files.push_back(file.data);
    transaction.Add(std::move(files));
    storage::CommitOptions commit{.metadata = options_.commit_metadata, .skip_if_unchanged = true};
    commit.metadata["codeanatomy.spec_hash"] = report_.spec_hash;
    for (const auto& [key, value] : target.write_metadata) commit.metadata[key] = value;
    CA_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome, transaction.Commit(commit));
    for (OutputReport& report : report_.outputs) {
      if (report.table != target.table_name) continue;
      report.version = outcome.version;
      report.content_digest = outcome.content_digest;
    }
    return {};
  }

  const spec::Spec& spec_;
  Session& session_;
  const BuildPaths& paths_;
  const ExecuteOptions& options_;
  Plan plan_;
  WrittenParts written_;
  std::map<std::string, std::string, std::less<>> part_paths_;
  std::vector<WrittenOutput> outputs_;
  std::vector<std::string> temporary_;
  ExecutionReport report_;
  const ScanText scan_ = [this](std::string_view name) { return Scan(name); };
};

}  // namespace

Result<ExecutionReport> ExecuteSpec(const spec::Spec& spec, Session& session, const BuildPaths& paths,
                                    const ExecuteOptions& options) {
  return Execution(spec, session, paths, options).Run();
}

}  // namespace codeanatomy::engine
