#include "storage/retention.h"

#include <set>

#include "catalog/table.h"
#include "storage/log/log_files.h"
#include "storage/log/used_files.h"

namespace codeanatomy::storage {
namespace {

/// `<32 hex>.parquet` or `<32 hex>-<n>.parquet`.
bool IsDataFileName(std::string_view name) {
  if (!name.ends_with(".parquet")) return false;
  name.remove_suffix(8);
  if (name.size() < 32 || name.find_first_not_of("0123456789abcdef") < 32) return false;
  return name.size() == 32 || (name[32] == '-' && name.size() > 33 &&
                               name.find_first_not_of("0123456789", 33) == std::string_view::npos);
}

/// Of storage and of the Parquet writer.
bool IsTemporaryName(std::string_view name) {
  return name.starts_with(kTemporaryPrefix) || name.starts_with(".writing-");
}

/// Visits the files of a table below `root`, partition folders included, its log not; removes
/// temporary ones on the way. Paths are relative to the table.
Result<std::vector<std::string>> ListDataFiles(FileSystem& files, const std::string& root) {
  std::vector<std::string> data, folders{""};
  for (size_t next = 0; next < folders.size(); ++next) {
    const std::string folder = folders[next];
    CA_ASSIGN_OR_RETURN(const auto entries,
                        files.List(folder.empty() ? root : JoinPath(root, folder)));
    for (const DirectoryEntry& entry : entries) {
      const std::string path = folder.empty() ? entry.name : JoinPath(folder, entry.name);
      if (IsTemporaryName(entry.name))
        CA_RETURN_IF_ERROR(entry.is_directory ? RemoveTree(files, JoinPath(root, path))
                                              : files.Remove(JoinPath(root, path)));
      else if (entry.is_directory && entry.name[0] != '_' && entry.name[0] != '.')
        folders.push_back(path);
      else if (!entry.is_directory && IsDataFileName(entry.name))
        data.push_back(path);
    }
  }
  return data;
}

class OutputCleaner {
 public:
  OutputCleaner(const Environment& environment, const std::string& out)
      : environment_(environment), files_(environment.files), out_(out) {}

  Result<RetentionReport> Clean() {
    CA_RETURN_IF_ERROR(files_.Remove(JoinPath(out_, "CURRENT.tmp")));
    Result<Current> current = ReadCurrent(files_, out_);
    if (current) {
      kept_ = ReadableVersions(*current);
    } else if (current.error().code() == ErrorCode::kIoError) {
      return std::move(current.error());
    }
    std::set<std::string> groups(std::begin(kTableGroupFolders), std::end(kTableGroupFolders));
    for (const std::string& group : groups) {
      CA_ASSIGN_OR_RETURN(const auto entries, files_.List(JoinPath(out_, group)));
      for (const DirectoryEntry& entry : entries)
        if (entry.is_directory)
          CA_RETURN_IF_ERROR(CleanTable(JoinPath(group, entry.name), current.has_value()));
    }
    return report_;
  }

 private:
  Result<void> CleanTable(const std::string& path, bool has_current) {
    const std::string root = JoinPath(out_, path);
    const auto kept = kept_.find(path);
    if (kept == kept_.end() && has_current) {
      ++report_.tables_removed;
      return RemoveTree(files_, root);
    }
    CA_ASSIGN_OR_RETURN(const std::vector<std::string> data, ListDataFiles(files_, root));
    CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(files_, root));
    for (const std::string& name : log.leftovers)
      CA_RETURN_IF_ERROR(files_.Remove(JoinPath(LogPath(root), name)));
    CA_RETURN_IF_ERROR(files_.Remove(JoinPath(LogPath(root), "_last_checkpoint.tmp")));
    if (kept == kept_.end()) return {};
    std::set<int64_t> versions = kept->second;
    if (const auto latest = log.latest()) versions.insert(*latest);
    const Result<std::set<std::string>> used = FindUsedFiles(environment_, root, versions);
    // What is used by a version that cannot be read is not known, so nothing is deleted.
    if (!used) return {};
    for (const std::string& file : data) {
      if (used->contains(file)) continue;
      CA_RETURN_IF_ERROR(files_.Remove(JoinPath(root, file)));
      ++report_.files_removed;
    }
    CA_ASSIGN_OR_RETURN(const uint64_t commits,
                        CleanLog(environment_, root, *kept->second.begin()));
    report_.commits_removed += commits;
    return {};
  }

  const Environment& environment_;
  FileSystem& files_;
  const std::string& out_;
  std::map<std::string, std::set<int64_t>> kept_;  // by table path: versions
  RetentionReport report_;
};

}  // namespace

Result<RetentionReport> CleanOutput(const Environment& environment, const std::string& out) {
  return OutputCleaner(environment, out).Clean();
}

Result<uint64_t> CleanLog(const Environment& environment, const std::string& root, int64_t oldest) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment.files, root));
  int64_t base = -1;  // the newest checkpoint that every kept version can start from
  for (const CheckpointFiles& checkpoint : log.checkpoints)
    if (checkpoint.version <= oldest) base = checkpoint.version;
  uint64_t removed = 0;
  const auto remove = [&](const std::string& name) {
    ++removed;
    return environment.files.Remove(JoinPath(LogPath(root), name));
  };
  for (const int64_t version : log.commits)
    if (version < base) CA_RETURN_IF_ERROR(remove(CommitName(version)));
  for (const CheckpointFiles& checkpoint : log.checkpoints) {
    if (checkpoint.version >= base) continue;
    for (const std::string& name : checkpoint.names) CA_RETURN_IF_ERROR(remove(name));
  }
  return removed;
}

}  // namespace codeanatomy::storage
