#include "engine/execute/replace_files.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/execute/commit_outputs.h"
#include "engine/plan/replace_by_file.h"
#include "engine/render/file_scan.h"
#include "storage/file_statistics.h"
#include "storage/history.h"
#include "storage/log/file_path.h"

namespace codeanatomy::engine {
namespace {

Result<std::vector<int64_t>> FileIds(Connection& connection, const ScanText& scan) {
  CA_ASSIGN_OR_RETURN(QueryResult rows,
                      connection.Query(fmt::format(
                          "SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL ORDER BY {0}",
                          kFileIdColumn, scan(kFileIdsInput))));
  std::vector<int64_t> ids;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return ids;
    for (size_t row = 0; row < chunk->rows(); ++row) ids.push_back(chunk->column(0).Integer(row));
  }
}

/// Whether one of the sorted ids may be among the file's, by the log.
bool MayHold(const storage::FileStatistics& statistics, const std::vector<int64_t>& ids) {
  const auto column = statistics.columns.find(kFileIdColumn);
  if (ids.empty()) return false;
  if (column == statistics.columns.end()) return true;
  const auto* low = std::get_if<int64_t>(&column->second.min);
  const auto* high = std::get_if<int64_t>(&column->second.max);
  const auto at = low == nullptr ? ids.begin() : std::ranges::lower_bound(ids, *low);
  return at != ids.end() && (high == nullptr || *at <= *high);
}

class Replacement {
 public:
  Replacement(Connection& connection, WrittenOutput& output, const ReplaceRequest& request,
              std::vector<int64_t> ids)
      : connection_(connection), output_(output), request_(request), ids_(std::move(ids)) {
    in_run_ = fmt::format("{} IN ({})", kFileIdColumn, fmt::join(ids_, ", "));
  }

  Result<void> CheckNewRows() {
    if (output_.files.empty()) return {};
    const std::string other = ids_.empty() ? "true" : fmt::format("({}) IS NOT TRUE", in_run_);
    CA_ASSIGN_OR_RETURN(
        QueryResult found,
        connection_.Query(fmt::format("SELECT CAST({} AS VARCHAR) FROM {} WHERE {} LIMIT 1",
                                      kFileIdColumn, ScanOutput(output_), other)));
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, found.Next());
    if (chunk == nullptr || chunk->rows() == 0) return {};
    const bool is_null = chunk->column(0).is_null(0);
    return Violation(output_,
                     fmt::format("a row of file {}, which is not among {}",
                                 is_null ? "null" : chunk->column(0).Text(0), kFileIdsInput));
  }

  Result<void> Keep(const storage::Snapshot& base) {
    output_.rest.emplace().base_version = base.version();
    for (const storage::AddFile& file : base.files()) {
      CA_ASSIGN_OR_RETURN(std::string path, storage::LocalPath(base.root(), file));
      const storage::FileStatistics statistics = storage::ReadStatistics(base.schema(), file);
      CA_ASSIGN_OR_RETURN(const Counts counts, Count(path, file, statistics));
      if (counts.of_run == 0) {
        WrittenFile stays{.path = std::move(path)};
        stays.data.partition_values = file.partition_values;
        stays.data.rows = static_cast<uint64_t>(counts.all);
        output_.rest->files.push_back(std::move(stays));
        output_.rest->kept.push_back(file);
      } else if (counts.of_run < counts.all) {
        CA_RETURN_IF_ERROR(Rewrite(path, file));
      }
    }
    for (const WrittenFile& file : output_.rest->files) output_.rows += file.data.rows;
    return {};
  }

 private:
  struct Counts {
    int64_t of_run = 0, all = 0;
  };

  std::string ScanOne(const std::string& path, const storage::AddFile& file) const {
    return RenderFileScan(
        {.files = {{path, file.partition_values}}, .columns = ScanColumns(output_.plan->schema)});
  }

  Result<Counts> Count(const std::string& path, const storage::AddFile& file,
                       const storage::FileStatistics& statistics) {
    if (!MayHold(statistics, ids_)) return Counts{0, statistics.rows.value_or(0)};
    CA_ASSIGN_OR_RETURN(QueryResult rows, connection_.Query(fmt::format(
                                              "SELECT count(*) FILTER (WHERE {}), count(*) FROM {}",
                                              in_run_, ScanOne(path, file))));
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr || chunk->rows() != 1)
      return Error(ErrorCode::kInternal, "a count has one row", path);
    return Counts{chunk->column(0).Integer(0), chunk->column(1).Integer(0)};
  }

  /// The rows of other files, in their order, in the folder of their partition.
  Result<void> Rewrite(const std::string& path, const storage::AddFile& file) {
    std::vector<std::string> stored;
    for (const expr::Field& field : output_.plan->schema.fields) {
      if (!file.partition_values.contains(field.name))
        stored.push_back(QuoteIdentifier(field.name));
    }
    const std::string root = request_.paths.root + "/" + output_.plan->location;
    std::string folder;
    for (const std::string& name : output_.plan->target.partition_by) {
      folder += folder.empty() ? "" : "/";
      folder += storage::PartitionFolder(name, file.partition_values.at(name));
    }
    const std::string target = folder.empty() ? root : storage::JoinPath(root, folder);
    CA_RETURN_IF_ERROR(request_.paths.environment.files.CreateDirectories(target));
    ParquetOptions options = request_.parquet;
    options.sorted = false;
    CA_ASSIGN_OR_RETURN(
        auto files, WriteParquet(connection_,
                                 fmt::format("SELECT {} FROM {} WHERE ({}) IS NOT TRUE",
                                             fmt::join(stored, ", "), ScanOne(path, file), in_run_),
                                 target, options));
    for (storage::DataFile& written : files) {
      WrittenFile one{.path = storage::JoinPath(target, written.path), .data = std::move(written)};
      if (!folder.empty()) one.data.path = storage::JoinPath(folder, one.data.path);
      one.data.partition_values = file.partition_values;
      output_.rest->rewritten.push_back(one.data);
      output_.rest->files.push_back(std::move(one));
    }
    return {};
  }

  Connection& connection_;
  WrittenOutput& output_;
  const ReplaceRequest& request_;
  std::vector<int64_t> ids_;
  std::string in_run_;
};

}  // namespace

Error OtherWriter(const std::string& root, int64_t version, int64_t base) {
  return Error(ErrorCode::kDeltaConflict,
               fmt::format("version {} was committed by another writer; this run goes on from {}",
                           version, base < 0 ? "no table" : fmt::format("version {}", base)),
               root, "run the command again; if that does not help, with Overwrite");
}

Result<BaseTable> BaseOf(const PlannedOutput& output, const BuildPaths& paths) {
  const std::string root = fmt::format("{}/{}", paths.root, output.location);
  CA_ASSIGN_OR_RETURN(auto latest, storage::Snapshot::LoadIfExists(paths.environment, root));
  if (!latest || !paths.published_versions) return BaseTable{std::move(latest)};
  const auto found = paths.published_versions->find(output.location);
  const int64_t published = found == paths.published_versions->end() ? -1 : found->second;
  CA_ASSIGN_OR_RETURN(const auto authors,
                      storage::FindAuthors(paths.environment.files, root, published,
                                           latest->version(), kRunMember));
  if (authors.with == 0) return BaseTable{std::move(latest)};
  if (authors.first_other) return OtherWriter(root, *authors.first_other, published);
  if (published < 0) return BaseTable{{}, false};
  CA_ASSIGN_OR_RETURN(storage::Snapshot snapshot,
                      storage::Snapshot::Load(paths.environment, root, published));
  return BaseTable{std::move(snapshot), false};
}

Result<void> KeepOtherFiles(Connection& connection, WrittenOutput& output,
                            const ReplaceRequest& request) {
  CA_ASSIGN_OR_RETURN(std::vector<int64_t> ids, FileIds(connection, request.scan));
  Replacement replacement(connection, output, request, std::move(ids));
  CA_RETURN_IF_ERROR(replacement.CheckNewRows());
  CA_ASSIGN_OR_RETURN(const BaseTable read, BaseOf(*output.plan, request.paths));
  const std::optional<storage::Snapshot>& base = read.snapshot;
  if (!base) {
    output.rest.emplace();
    return {};
  }
  const std::string& table = output.plan->target.table_name;
  if (auto difference = storage::DescribeDifference(base->schema(), StoredSchema(*output.plan)))
    return Error(ErrorCode::kDeltaSchemaMismatch, *std::move(difference), table,
                 "write the whole table again with Overwrite");
  if (base->metadata().partition_columns != output.plan->target.partition_by)
    return Error(ErrorCode::kInvalidArgument, "the table is partitioned by other columns", table,
                 "write the whole table again with Overwrite");
  return replacement.Keep(*base);
}

}  // namespace codeanatomy::engine
