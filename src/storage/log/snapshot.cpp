// Log replay.
//
// The state at version v is the newest complete checkpoint at or below v plus every commit after
// it. A checkpoint that cannot be read is passed over if the commits that it stands for are still
// there; a commit that cannot be read, or a gap, is an error: skipping it would show wrong rows.
//
// Of actions with one key the last wins. Files keep the order in which they were added, and an add
// of a file that is already there moves it to the end: that order is the order of the table's rows,
// so an overwrite that names all files again determines it completely.
#include "storage/log/snapshot.h"

#include <unordered_map>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/hash.h"
#include "storage/log/checkpoint.h"
#include "storage/log/file_path.h"
#include "storage/log/log_files.h"
#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

constexpr char kRestore[] =
    "restore the file from a copy, or read an older version; a table of a build is made anew by "
    "deleting its folder and building again";

Error Missing(const std::string& root, int64_t version, std::string_view why) {
  return Error(ErrorCode::kDeltaCorrupt, fmt::format("the log entry is missing: {}", why),
               CommitPath(root, version), kRestore);
}

/// Rows that a file's statistics tell.
std::optional<int64_t> RowsOf(const AddFile& file, simdjson::dom::parser& parser) {
  int64_t rows = 0;
  if (!file.stats || parser.parse(*file.stats)["numRecords"].get(rows) != simdjson::SUCCESS)
    return std::nullopt;
  return rows;
}

/// First 32 hex digits of the content's SHA-256, from the tag or from the name; else the name
/// itself.
std::string ContentHash(const AddFile& file) {
  if (const auto tag = file.tags.find(kSha256Tag); tag != file.tags.end())
    return tag->second.substr(0, 32);
  const std::string path = DecodePath(file.path);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

/// Applies actions in log order.
class LogReplay {
 public:
  explicit LogReplay(std::string root) { snapshot_.root_ = std::move(root); }

  /// Goes on from the state of a snapshot.
  explicit LogReplay(const Snapshot& base) : LogReplay(base.root_) {
    Apply(base.protocol_);
    Apply(base.metadata_);
    for (const RemoveFile& remove : base.tombstones_) Apply(remove);
    for (const AddFile& add : base.files_) Apply(add);
    snapshot_.transactions_ = base.transactions_;
    snapshot_.domains_ = base.domains_;
  }

  void Apply(std::vector<Action> actions) {
    for (Action& action : actions) std::visit([&](auto& a) { Apply(std::move(a)); }, action);
  }

  Result<Snapshot> Finish(int64_t version, std::optional<int64_t> checkpoint) {
    const std::string& root = snapshot_.root_;
    if (!has_protocol_ || !has_metadata_)
      return Error(ErrorCode::kDeltaCorrupt,
                   fmt::format("the log up to version {} has no {} action", version,
                               has_protocol_ ? "metaData" : "protocol"),
                   LogPath(root), kRestore);
    CA_RETURN_IF_ERROR(CheckReadable(snapshot_.protocol_, snapshot_.metadata_, root));
    if (!unreadable_.empty())
      return Error(
          ErrorCode::kDeltaFeatureUnsupported,
          fmt::format("the table needs the reader feature {}, which this program cannot read",
                      unreadable_),
          root, "use another Delta reader for this table");
    snapshot_.version_ = version;
    snapshot_.checkpoint_version_ = checkpoint;
    CA_ASSIGN_OR_RETURN(snapshot_.schema_,
                        ParseSchema(snapshot_.metadata_.schema_json, LogPath(root)));
    for (std::optional<AddFile>& file : files_) {
      if (!file) continue;
      CA_RETURN_IF_ERROR(LocalPath(root, *file));
      snapshot_.files_.push_back(*std::move(file));
    }
    for (auto& [key, remove] : tombstones_) snapshot_.tombstones_.push_back(std::move(remove));
    for (const std::string& column : snapshot_.metadata_.partition_columns)
      if (snapshot_.schema_.Find(column) == nullptr)
        return Error(ErrorCode::kDeltaCorrupt,
                     fmt::format("the partition column {} is not in the schema", column),
                     LogPath(root));
    return std::move(snapshot_);
  }

 private:
  void Apply(Protocol protocol) {
    snapshot_.protocol_ = std::move(protocol);
    has_protocol_ = true;
  }
  void Apply(Metadata metadata) {
    snapshot_.metadata_ = std::move(metadata);
    has_metadata_ = true;
  }
  void Apply(AddFile add) {
    if (add.has_deletion_vector) unreadable_ = "deletionVectors";
    const std::string key = DecodePath(add.path);
    Drop(key);
    tombstones_.erase(key);
    positions_[key] = files_.size();
    files_.emplace_back(std::move(add));
  }
  void Apply(RemoveFile remove) {
    const std::string key = DecodePath(remove.path);
    Drop(key);
    tombstones_[key] = std::move(remove);
  }
  void Apply(AppTransaction transaction) {
    const std::string id = transaction.app_id;
    snapshot_.transactions_[id] = std::move(transaction);
  }
  void Apply(DomainMetadata domain) {
    const std::string name = domain.domain;
    if (domain.removed)
      snapshot_.domains_.erase(name);
    else
      snapshot_.domains_[name] = std::move(domain);
  }
  void Apply(const CommitInfo&) {}
  void Apply(const ChangeFile&) {}
  void Apply(const CheckpointPart&) { unreadable_ = "v2Checkpoint"; }

  void Drop(const std::string& key) {
    const auto position = positions_.find(key);
    if (position == positions_.end()) return;
    files_[position->second].reset();
    positions_.erase(position);
  }

  Snapshot snapshot_;
  bool has_protocol_ = false, has_metadata_ = false;
  std::string unreadable_;  // a feature in use, whatever the protocol says
  std::vector<std::optional<AddFile>> files_;
  std::unordered_map<std::string, size_t> positions_;
  std::map<std::string, RemoveFile> tombstones_;
};

namespace {

/// Commits first … last, all there?
Result<void> CheckContiguous(const LogListing& log, const std::string& root, int64_t first,
                             int64_t last) {
  auto next = std::lower_bound(log.commits.begin(), log.commits.end(), first);
  for (int64_t version = first; version <= last; ++version, ++next) {
    if (next != log.commits.end() && *next == version) continue;
    if (version == 0)
      return Missing(root, 0, "the log does not begin, and no checkpoint replaces it");
    return Missing(root, version, fmt::format("versions up to {} are there", last));
  }
  return {};
}

Result<Snapshot> Replay(const Environment& environment, const std::string& root,
                        const LogListing& log, const CheckpointFiles* checkpoint, int64_t version) {
  const int64_t first = checkpoint == nullptr ? 0 : checkpoint->version + 1;
  CA_RETURN_IF_ERROR(CheckContiguous(log, root, first, version));
  LogReplay replay(root);
  if (checkpoint != nullptr) {
    CA_ASSIGN_OR_RETURN(auto actions, ReadCheckpoint(environment, root, *checkpoint));
    replay.Apply(std::move(actions));
  }
  for (int64_t commit = first; commit <= version; ++commit) {
    const std::string path = CommitPath(root, commit);
    CA_ASSIGN_OR_RETURN(const std::string json, environment.files.ReadFile(path));
    Result<std::vector<Action>> actions = ParseActions(json, path);
    if (!actions) return Error(actions.error().code(), actions.error().message(), path, kRestore);
    replay.Apply(*std::move(actions));
  }
  return replay.Finish(version,
                       checkpoint == nullptr ? std::nullopt : std::optional(checkpoint->version));
}

}  // namespace

Result<Snapshot> Snapshot::Load(const Environment& environment, const std::string& root,
                                std::optional<int64_t> version) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment.files, root));
  const std::optional<int64_t> latest = log.latest();
  if (!latest)
    return Error(ErrorCode::kNotFound, "no Delta table here (no _delta_log with a commit)", root);
  if (version && (*version < 0 || *version > *latest))
    return Error(ErrorCode::kNotFound,
                 fmt::format("the table has no version {}; its latest is {}", *version, *latest),
                 root);
  return LoadListed(environment, root, log, version.value_or(*latest));
}

Result<std::optional<Snapshot>> Snapshot::LoadIfExists(const Environment& environment,
                                                       const std::string& root) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment.files, root));
  const std::optional<int64_t> latest = log.latest();
  if (!latest) return std::optional<Snapshot>();
  CA_ASSIGN_OR_RETURN(Snapshot snapshot, LoadListed(environment, root, log, *latest));
  return std::optional(std::move(snapshot));
}

Result<Snapshot> Snapshot::LoadListed(const Environment& environment, const std::string& root,
                                      const LogListing& log, int64_t target) {
  std::optional<Error> failure;
  for (size_t i = log.checkpoints.size(); i-- > 0;) {
    const CheckpointFiles& checkpoint = log.checkpoints[i];
    if (checkpoint.version > target) continue;
    Result<Snapshot> snapshot = Replay(environment, root, log, &checkpoint, target);
    if (snapshot || snapshot.error().code() != ErrorCode::kDeltaCorrupt) return snapshot;
    if (!failure) failure = std::move(snapshot.error());
  }
  Result<Snapshot> snapshot = Replay(environment, root, log, nullptr, target);
  if (!snapshot && failure) return *std::move(failure);
  const bool cleaned = !log.checkpoints.empty() && (log.commits.empty() || log.commits[0] > 0);
  if (!snapshot && snapshot.error().code() == ErrorCode::kDeltaCorrupt && cleaned)
    return Error(ErrorCode::kNotFound,
                 fmt::format("version {} is no longer readable: its log entries were cleaned up, "
                             "the oldest checkpoint is of version {}",
                             target, log.checkpoints.front().version),
                 root);
  return snapshot;
}

Result<Snapshot> Snapshot::After(const Snapshot* base, const std::string& root,
                                 std::vector<Action> actions, int64_t version) {
  LogReplay replay = base == nullptr ? LogReplay(root) : LogReplay(*base);
  replay.Apply(std::move(actions));
  return replay.Finish(version, base == nullptr ? std::nullopt : base->checkpoint_version_);
}

std::optional<int64_t> Snapshot::CountRows() const {
  simdjson::dom::parser parser;
  int64_t total = 0;
  for (const AddFile& file : files_) {
    const std::optional<int64_t> rows = RowsOf(file, parser);
    if (!rows) return std::nullopt;
    total += *rows;
  }
  return total;
}

std::vector<std::string> Snapshot::LocalPaths() const {
  std::vector<std::string> paths;
  paths.reserve(files_.size());
  for (const AddFile& file : files_) paths.push_back(*LocalPath(root_, file));
  return paths;
}

std::string Snapshot::ContentDigest() const {
  Sha256 digest;
  digest.Update(ToJson(schema_)).Update("\n");
  for (const AddFile& file : files_) digest.Update(ContentHash(file)).Update("\n");
  return Hex(digest.Finish());
}

}  // namespace codeanatomy::storage
