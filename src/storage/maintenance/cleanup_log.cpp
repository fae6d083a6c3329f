#include "storage/maintenance/cleanup_log.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/log/log_files.h"
#include "storage/log/protocol.h"
#include "storage/log/snapshot.h"
#include "storage/retention.h"

namespace codeanatomy::storage {
namespace {

constexpr int64_t kDay = 86'400'000;

/// The newest version whose entry, like all before it, was written before `cutoff`.
Result<std::optional<int64_t>> NewestExpired(FileSystem& files, const std::string& root,
                                             const LogListing& log, int64_t cutoff) {
  std::optional<int64_t> newest;
  for (const int64_t version : log.commits) {
    CA_ASSIGN_OR_RETURN(const FileStatus status, files.Status(CommitPath(root, version)));
    if (!status.exists || status.modified_ms >= cutoff) break;
    newest = version;
  }
  return newest;
}

}  // namespace

Result<CleanupLogReport> CleanupLog(const Environment& environment,
                                    const CleanupLogRequest& request) {
  const std::string& root = request.root;
  CA_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Load(environment, root));
  CA_RETURN_IF_ERROR(CheckWritable(snapshot.protocol(), snapshot.metadata(), snapshot.schema(),
                                   root, WriteKind::kSameRows));
  CleanupLogReport report;
  const auto& configuration = snapshot.metadata().configuration;
  const auto enabled = configuration.find("delta.enableExpiredLogCleanup");
  if (enabled != configuration.end() && enabled->second == "false") {
    report.is_forbidden = true;
    return report;
  }
  const int64_t kept_for =
      DurationProperty(snapshot.metadata(), "delta.logRetentionDuration", 30 * kDay);
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment.files, root));
  CA_ASSIGN_OR_RETURN(
      const std::optional<int64_t> expired,
      NewestExpired(environment.files, root, log, environment.clock.NowMilliseconds() - kept_for));
  if (!expired) return report;
  int64_t oldest = *expired;
  if (!request.keep_versions.empty()) oldest = std::min(oldest, *request.keep_versions.begin());
  std::optional<int64_t> base;
  for (const CheckpointFiles& checkpoint : log.checkpoints)
    if (checkpoint.version <= oldest) base = checkpoint.version;
  if (!base) return report;
  CA_ASSIGN_OR_RETURN(const Snapshot at_base, Snapshot::Load(environment, root, *base));
  if (at_base.checkpoint_version() != base)
    return Error(ErrorCode::kDeltaCorrupt,
                 fmt::format("the checkpoint of version {} is not readable; the entries that it "
                             "stands for are kept",
                             *base),
                 JoinPath(LogPath(root), CheckpointName(*base)), "write a new checkpoint");
  CA_ASSIGN_OR_RETURN(report.files_removed, CleanLog(environment, root, *base));
  if (report.files_removed > 0) report.oldest_version = base;
  return report;
}

}  // namespace codeanatomy::storage
