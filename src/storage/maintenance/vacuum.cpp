// What the log says of a file is not enough to delete it: a name is the hash of the content, so
// rows that come back bring the name back, and a writer puts the file into place before its commit.
// The file's own time tells: who writes it anew makes it young. So both must be old.
//
// Removals are forgotten by checkpoints once they are old, so the entries that are still there are
// read as well as the state.
#include "storage/maintenance/vacuum.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "storage/log/file_path.h"
#include "storage/log/log_files.h"
#include "storage/log/protocol.h"
#include "storage/log/snapshot.h"
#include "storage/log/used_files.h"

namespace codeanatomy::storage {
namespace {

constexpr int64_t kHour = 3'600'000;

/// Names that begin with _ or . are not data, but for partition folders (`_column=value`).
bool IsHidden(std::string_view name) {
  return name.empty() || name[0] == '.' ||
         (name[0] == '_' && name.find('=') == std::string_view::npos);
}

/// The path of a file of the table's folder in its plainest form; empty for any other, and for what
/// vacuum does not touch.
std::string DataPath(const std::string& root, const std::string& logged) {
  const Result<std::string> local = LocalPath(root, AddFile{.path = logged});
  if (!local || !local->starts_with(root + "/")) return {};
  std::string plain;
  std::string_view rest = std::string_view(*local).substr(root.size() + 1);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (name.empty() || name == ".") continue;
    if (IsHidden(name)) return {};
    plain += (plain.empty() ? "" : "/");
    plain += name;
  }
  return plain;
}

class Vacuuming {
 public:
  Vacuuming(const Environment& environment, const VacuumRequest& request)
      : environment_(environment), request_(request) {}

  Result<VacuumReport> Run() {
    if (request_.enforce_retention_duration && request_.retention_hours < kShortestRetentionHours)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("files are kept for at least {} hours, not for {}",
                               kShortestRetentionHours, request_.retention_hours),
                   request_.root, "readers and writers of this moment may need them");
    CA_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Load(environment_, request_.root));
    CA_RETURN_IF_ERROR(CheckProtocol(snapshot));
    int64_t kept_for = request_.retention_hours * kHour;
    if (request_.enforce_retention_duration)
      kept_for = std::max(
          kept_for, DurationProperty(snapshot.metadata(), "delta.deletedFileRetentionDuration", 0));
    cutoff_ = environment_.clock.NowMilliseconds() - kept_for;
    CA_RETURN_IF_ERROR(FindNeeded(snapshot));
    CA_RETURN_IF_ERROR(FindRemoved(snapshot));
    if (request_.full) CA_RETURN_IF_ERROR(FindUnnamed());
    CA_RETURN_IF_ERROR(Choose());
    report_.is_dry_run = request_.dry_run;
    if (request_.dry_run) return std::move(report_);
    for (const std::string& file : report_.files)
      CA_RETURN_IF_ERROR(environment_.files.Remove(JoinPath(request_.root, file)));
    return std::move(report_);
  }

 private:
  Result<void> CheckProtocol(const Snapshot& snapshot) const {
    CA_RETURN_IF_ERROR(CheckWritable(snapshot.protocol(), snapshot.metadata(), snapshot.schema(),
                                     request_.root, WriteKind::kSameRows));
    if (!request_.require_vacuum_protocol_check) return {};
    const std::vector<std::string>& features = snapshot.protocol().writer_features;
    if (snapshot.protocol().min_writer >= 7 &&
        std::ranges::find(features, "vacuumProtocolCheck") != features.end())
      return {};
    return Error(ErrorCode::kInvalidArgument,
                 "the table lacks the writer feature vacuumProtocolCheck, without which programs "
                 "that know less of it may vacuum it",
                 request_.root, "set require_protocol_check to false, or enable the feature");
  }

  Result<void> FindNeeded(const Snapshot& snapshot) {
    std::set<int64_t> versions = request_.keep_versions;
    versions.insert(snapshot.version());
    CA_ASSIGN_OR_RETURN(const std::set<std::string> used,
                        FindUsedFiles(environment_, request_.root, versions));
    for (const std::string& path : used) needed_.insert(DataPath(request_.root, EncodePath(path)));
    return {};
  }

  void Note(const RemoveFile& remove) {
    const std::string path = DataPath(request_.root, remove.path);
    if (path.empty()) return;
    const int64_t at = remove.deletion_timestamp.value_or(0);
    const auto [entry, is_new] = removed_.emplace(path, at);
    if (!is_new) entry->second = std::max(entry->second, at);
  }

  Result<void> FindRemoved(const Snapshot& snapshot) {
    for (const RemoveFile& remove : snapshot.tombstones()) Note(remove);
    CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment_.files, request_.root));
    for (const int64_t version : log.commits) {
      const std::string path = CommitPath(request_.root, version);
      CA_ASSIGN_OR_RETURN(const std::string json, environment_.files.ReadFile(path));
      CA_ASSIGN_OR_RETURN(const std::vector<Action> actions, ParseActions(json, path));
      for (const Action& action : actions)
        if (const auto* remove = std::get_if<RemoveFile>(&action)) Note(*remove);
    }
    return {};
  }

  /// Files of the folder of which the log says nothing.
  Result<void> FindUnnamed() {
    std::vector<std::string> folders{""};
    for (size_t next = 0; next < folders.size(); ++next) {
      const std::string folder = folders[next];
      CA_ASSIGN_OR_RETURN(const auto entries,
                          environment_.files.List(
                              folder.empty() ? request_.root : JoinPath(request_.root, folder)));
      for (const DirectoryEntry& entry : entries) {
        if (IsHidden(entry.name)) continue;
        const std::string path = folder.empty() ? entry.name : JoinPath(folder, entry.name);
        if (entry.is_directory)
          folders.push_back(path);
        else
          removed_.emplace(path, 0);
      }
    }
    return {};
  }

  Result<void> Choose() {
    for (const auto& [path, at] : removed_) {
      if (at >= cutoff_ || needed_.contains(path)) continue;
      CA_ASSIGN_OR_RETURN(const FileStatus status,
                          environment_.files.Status(JoinPath(request_.root, path)));
      if (!status.exists || status.is_directory || status.modified_ms >= cutoff_) continue;
      report_.files.push_back(path);
      report_.bytes += status.size;
    }
    return {};
  }

  const Environment& environment_;
  const VacuumRequest& request_;
  VacuumReport report_;
  int64_t cutoff_ = 0;  // what is older may go
  std::set<std::string> needed_;
  std::map<std::string, int64_t> removed_;  // when, in ms; 0: not known
};

}  // namespace

Result<VacuumReport> Vacuum(const Environment& environment, const VacuumRequest& request) {
  return Vacuuming(environment, request).Run();
}

}  // namespace codeanatomy::storage
