// Which files: the live ones in order, within each partition, are filled into bins from the front;
// a bin is closed by the first file that does not fit. Sizes are those of the log. A table that has
// been put together is left alone, since neighbouring bins do not fit into one.
//
// The order of a table's rows is the order in which its files were last named in the log. The new
// file takes the place of its first; so that it gets there, every file behind the first change is
// named again, as an overwrite does.
//
// Files are written once, of the version that was read first. Where another writer commits
// meanwhile, the same replacement is made of the version that came, if the files are all still
// there.
#include "storage/maintenance/optimize.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "storage/log/file_path.h"
#include "storage/staging.h"

namespace codeanatomy::storage {
namespace {

/// Files of one partition that become one.
struct Bin {
  std::vector<AddFile> files;
  int64_t size = 0;
  std::vector<AddFile> written;  // in their place
};

std::vector<Bin> MakeBins(const Snapshot& snapshot, int64_t target) {
  std::map<PartitionValues, Bin> open;
  std::vector<Bin> bins;
  const auto close = [&](Bin& bin) {
    if (bin.files.size() > 1) bins.push_back(std::move(bin));
    bin = {};
  };
  for (const AddFile& file : snapshot.files()) {
    Bin& bin = open[file.partition_values];
    if (!bin.files.empty() && bin.size + file.size > target) close(bin);
    bin.files.push_back(file);
    bin.size += file.size;
  }
  for (auto& [values, bin] : open) close(bin);
  return bins;
}

/// The columns that files of the table hold.
Schema StoredColumns(const Snapshot& snapshot) {
  Schema stored;
  const auto& partitions = snapshot.metadata().partition_columns;
  for (const Field& field : snapshot.schema().fields) {
    if (std::ranges::find(partitions, field.name) == partitions.end())
      stored.fields.push_back(field);
  }
  return stored;
}

class Optimizing {
 public:
  Optimizing(const Environment& environment, const OptimizeRequest& request)
      : environment_(environment), request_(request) {}

  Result<OptimizeReport> Run() {
    CA_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Load(environment_, request_.root));
    for (const std::string& column : request_.order) {
      if (snapshot.schema().Find(column) == nullptr)
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("the table has no column {} to be sorted by", column),
                     request_.root);
    }
    schema_json_ = snapshot.metadata().schema_json;
    partition_columns_ = snapshot.metadata().partition_columns;
    report_.files_before = report_.files_after = snapshot.files().size();
    bins_ = MakeBins(snapshot, request_.target_size);
    Result<void> done = RewriteAll(snapshot);
    if (done) done = Commit();
    if (!visible_) Discard();
    if (!done) return std::move(done.error());
    return std::move(report_);
  }

 private:
  Result<void> RewriteAll(const Snapshot& snapshot) {
    const Schema stored = StoredColumns(snapshot);
    if (bins_.empty()) return {};
    CA_ASSIGN_OR_RETURN(const Staging staging, Staging::Make(environment_.files, request_.root));
    std::set<std::string> folders{request_.root};
    for (Bin& bin : bins_) CA_RETURN_IF_ERROR(RewriteBin(snapshot, stored, staging, bin, folders));
    for (const std::string& folder : folders)
      CA_RETURN_IF_ERROR(environment_.files.SyncDirectory(folder));
    return {};
  }

  Result<void> RewriteBin(const Snapshot& snapshot, const Schema& stored, const Staging& staging,
                          Bin& bin, std::set<std::string>& folders) {
    FileRewrite rewrite{.schema = stored, .row_group_rows = request_.row_group_rows};
    for (const std::string& column : request_.order)
      if (stored.Find(column) != nullptr) rewrite.order.push_back(column);
    for (const AddFile& file : bin.files) {
      CA_ASSIGN_OR_RETURN(rewrite.paths.emplace_back(), LocalPath(request_.root, file));
      report_.bytes_removed += static_cast<uint64_t>(file.size);
    }
    std::string folder;
    for (const std::string& column : partition_columns_) {
      const auto value = bin.files[0].partition_values.find(column);
      const std::string name = PartitionFolder(
          column, value == bin.files[0].partition_values.end() ? std::nullopt : value->second);
      folder = folder.empty() ? name : JoinPath(folder, name);
      folders.insert(JoinPath(request_.root, folder));
    }
    const std::string target = folder.empty() ? request_.root : JoinPath(request_.root, folder);
    CA_RETURN_IF_ERROR(environment_.files.CreateDirectories(target));
    CA_ASSIGN_OR_RETURN(auto files, environment_.parquet.Rewrite(rewrite, staging.folder()));
    const int64_t now = environment_.clock.NowMilliseconds();
    for (DataFile& file : files) {
      CA_ASSIGN_OR_RETURN(file.path, staging.Move(file.path, folder));
      written_.push_back(file.path);
      CA_RETURN_IF_ERROR(environment_.files.SyncFile(JoinPath(request_.root, file.path)));
      file.partition_values = bin.files[0].partition_values;
      AddFile add{.path = EncodePath(file.path),
                  .partition_values = file.partition_values,
                  .size = static_cast<int64_t>(file.size),
                  .modification_time = now,
                  .data_change = false,
                  .stats = StatisticsJson(snapshot.schema(), file)};
      if (!file.sha256.empty()) add.tags[kSha256Tag] = file.sha256;
      report_.bytes_added += file.size;
      ++report_.files_added;
      bin.written.push_back(std::move(add));
    }
    report_.files_removed += bin.files.size();
    return {};
  }

  Result<void> Commit() {
    CA_ASSIGN_OR_RETURN(
        report_.change,
        CommitChange(environment_, request_.root,
                     {.operation = "OPTIMIZE",
                      .metadata = request_.metadata,
                      .actions = [this](const Snapshot& now) { return MakeActions(now); }},
                     visible_));
    return {};
  }

  Result<ChangeActions> MakeActions(const Snapshot& now) {
    if (bins_.empty()) return ChangeActions{};
    if (now.metadata().schema_json != schema_json_ ||
        now.metadata().partition_columns != partition_columns_)
      return Error(ErrorCode::kDeltaConflict, "the table's schema changed while it was compacted",
                   request_.root, "run the command again");
    std::map<std::string, const Bin*> replaced;  // by the name of each file that goes
    std::map<std::string, const Bin*> first;     // by that of the bin's first
    for (const Bin& bin : bins_) {
      first[DecodePath(bin.files[0].path)] = &bin;
      for (const AddFile& file : bin.files) replaced[DecodePath(file.path)] = &bin;
    }
    std::vector<Action> removes, adds;
    size_t found = 0;
    const int64_t stamp = environment_.clock.NowMilliseconds();
    report_.files_after = now.files().size();
    for (const AddFile& file : now.files()) {
      const std::string name = DecodePath(file.path);
      if (!replaced.contains(name)) {
        if (found == 0) continue;
        adds.emplace_back(file);
        std::get<AddFile>(adds.back()).data_change = false;
        continue;
      }
      ++found;
      --report_.files_after;
      removes.emplace_back(RemoveFile{.path = file.path,
                                      .deletion_timestamp = stamp,
                                      .data_change = false,
                                      .partition_values = file.partition_values,
                                      .size = file.size});
      const auto bin = first.find(name);
      if (bin == first.end()) continue;
      for (const AddFile& written : bin->second->written) adds.emplace_back(written);
      report_.files_after += bin->second->written.size();
    }
    if (found != replaced.size())
      return Error(ErrorCode::kDeltaConflict, "another writer took files that were compacted",
                   request_.root, "run the command again");
    ChangeActions made;
    made.parameters = {{"targetSize", fmt::format("{}", request_.target_size)}};
    made.metrics = {{"numRemovedFiles", fmt::format("{}", report_.files_removed)},
                    {"numAddedFiles", fmt::format("{}", report_.files_added)},
                    {"numRemovedBytes", fmt::format("{}", report_.bytes_removed)},
                    {"numAddedBytes", fmt::format("{}", report_.bytes_added)}};
    made.actions = std::move(removes);
    std::move(adds.begin(), adds.end(), std::back_inserter(made.actions));
    return made;
  }

  /// Files of a commit that did not come about. What cannot be removed stays without a reader.
  void Discard() {
    for (const std::string& path : written_)
      (void)environment_.files.Remove(JoinPath(request_.root, path));
  }

  const Environment& environment_;
  const OptimizeRequest& request_;
  OptimizeReport report_;
  std::string schema_json_;
  std::vector<std::string> partition_columns_;
  std::vector<std::string> written_;  // relative to the table; the names are this writer's alone
  bool visible_ = false;
  std::vector<Bin> bins_;
};

}  // namespace

Result<OptimizeReport> Optimize(const Environment& environment, const OptimizeRequest& request) {
  return Optimizing(environment, request).Run();
}

}  // namespace codeanatomy::storage
