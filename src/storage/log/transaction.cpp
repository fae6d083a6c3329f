// Optimistic commits.
//
// A transaction reads version r and tries to create the log entry r+1. Creation is exclusive, so of
// several writers one wins; the others look at what the winners did. A blind append does not care
// for other writers' files and goes on at once behind them. An overwrite replaces what it has read:
// files that came since make a conflict, and the retry policy decides whether it reads again. A
// change of schema or protocol is never passed over.
//
// Order on disk: data files and their folders are synced, then the log entry under a temporary
// name, then it gets its name, then the log's folder is synced. Stopped anywhere, the table is the
// old one or the new one.
#include "storage/log/transaction.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "storage/log/checkpoint.h"
#include "storage/log/file_path.h"
#include "storage/log/log_entry.h"
#include "storage/log/log_files.h"
#include "storage/log/protocol.h"

namespace codeanatomy::storage {
namespace {

/// How often an append may fall behind other appends before it gives up.
constexpr int kMaxRebases = 1000;

std::string_view ModeText(WriteMode mode) {
  switch (mode) {
    case WriteMode::kCreate:
      return "ErrorIfExists";
    case WriteMode::kAppend:
      return "Append";
    case WriteMode::kOverwrite:
      return "Overwrite";
  }
  return "";
}

std::string JsonList(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) {
    if (json.size() > 1) json += ',';
    AppendJsonString(json, text);
  }
  return json + "]";
}

}  // namespace

Transaction::Transaction(const Environment& environment, std::string root, TableWrite write)
    : environment_(environment), root_(std::move(root)), write_(std::move(write)) {}

Result<Transaction> Transaction::Begin(const Environment& environment, const std::string& root,
                                       TableWrite write) {
  CA_RETURN_IF_ERROR(CheckColumnNames(write.schema));
  for (const std::string& column : write.partition_columns) {
    const Field* field = write.schema.Find(column);
    if (field == nullptr || field->type.is_nested())
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{} cannot partition the table: {}", column,
                               field == nullptr ? "no such column" : "its type is nested"),
                   root);
  }
  if (!write.partition_columns.empty() &&
      write.partition_columns.size() >= write.schema.fields.size())
    return Error(ErrorCode::kInvalidArgument, "not every column can partition the table", root);
  Transaction transaction(environment, root, std::move(write));
  CA_RETURN_IF_ERROR(transaction.Reload());
  if (transaction.snapshot_)
    transaction.constraints_ = ConstraintsOf(transaction.snapshot_->metadata());
  return transaction;
}

Result<void> Transaction::Reload() {
  CA_ASSIGN_OR_RETURN(snapshot_, Snapshot::LoadIfExists(environment_, root_));
  if (!snapshot_) return {};
  return CheckAgainstTable();
}

Result<void> Transaction::CheckAgainstTable() {
  CA_CHECK(snapshot_.has_value(), "a write is checked against a table that exists");
  if (write_.mode == WriteMode::kCreate)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the table exists, its version is {}", snapshot_->version()), root_,
                 "choose append or overwrite");
  CA_RETURN_IF_ERROR(
      CheckWritable(snapshot_->protocol(), snapshot_->metadata(), snapshot_->schema(), root_,
                    write_.checks_constraints ? WriteKind::kCheckedRows : WriteKind::kRows));
  const bool replaces = ReplacesSchema();
  const auto& partitioned_by = snapshot_->metadata().partition_columns;
  if (write_.partition_columns.empty() && !replaces) write_.partition_columns = partitioned_by;
  if (write_.partition_columns != partitioned_by && !replaces)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the table is partitioned by {}, not by {}", JsonList(partitioned_by),
                             JsonList(write_.partition_columns)),
                 root_);
  if (!replaces) {
    if (auto difference = DescribeDifference(snapshot_->schema(), write_.schema))
      return Error(ErrorCode::kDeltaSchemaMismatch, *std::move(difference), root_);
  }
  const auto append_only = snapshot_->metadata().configuration.find("delta.appendOnly");
  if (write_.mode == WriteMode::kOverwrite &&
      append_only != snapshot_->metadata().configuration.end() && append_only->second == "true")
    return Error(ErrorCode::kInvalidArgument, "the table is append-only", root_);
  return {};
}

std::span<const AddFile> Transaction::KeptFiles() const {
  return kept_ ? std::span<const AddFile>(*kept_) : std::span<const AddFile>();
}

bool Transaction::ReplacesSchema() const {
  return snapshot_ && write_.mode == WriteMode::kOverwrite &&
         write_.schema_mode == SchemaMode::kReplace &&
         (ToJson(write_.schema) != ToJson(snapshot_->schema()) ||
          write_.partition_columns != snapshot_->metadata().partition_columns);
}

void Transaction::Add(std::vector<DataFile> files) {
  added_.insert(added_.end(), std::make_move_iterator(files.begin()),
                std::make_move_iterator(files.end()));
}

void Transaction::Keep(std::vector<AddFile> files) { kept_ = std::move(files); }

Result<CommitOutcome> Transaction::Commit(const CommitOptions& options) {
  bool first = true;
  RetryPolicy retry = options.retry;
  if (kept_) retry.max_attempts = 1;
  Result<CommitOutcome> outcome = RetryWithPolicy(
      [&]() -> Attempt {
        if (!std::exchange(first, false)) {
          CA_RETURN_IF_ERROR(Reload());
          CA_RETURN_IF_ERROR(CheckConstraintsAreKnown());
        }
        return TryCommit(options);
      },
      retry, environment_.clock, root_, options.span);
  if (outcome && options.span != nullptr) {
    options.span->Set("version", std::to_string(outcome->version));
    options.span->Set("files_added", std::to_string(outcome->files_added));
    options.span->Set("bytes_written", std::to_string(outcome->bytes_written));
  }
  return outcome;
}

Transaction::Attempt Transaction::TryCommit(const CommitOptions& options) {
  for (int rebase = 0;; ++rebase) {
    CommitOutcome outcome;
    CA_ASSIGN_OR_RETURN(std::vector<Action> actions, MakeActions(options, outcome));
    if (actions.empty()) {
      CA_CHECK(snapshot_.has_value(), "a new table has its first actions");
      outcome.committed = false;
      outcome.version = snapshot_->version();
      outcome.content_digest = snapshot_->ContentDigest();
      outcome.table_rows = snapshot_->CountRows().value_or(-1);
      return outcome;
    }
    if (rebase == 0) CA_RETURN_IF_ERROR(SyncData());
    outcome.version = snapshot_ ? snapshot_->version() + 1 : 0;
    std::string json;
    for (const Action& action : actions) AppendJsonLine(action, json);
    CA_ASSIGN_OR_RETURN(const bool won,
                        PutLogEntry(environment_.files, root_, outcome.version, json, visible_));
    if (won) {
      CA_ASSIGN_OR_RETURN(outcome, Finish(options, std::move(actions), std::move(outcome)));
      return outcome;
    }
    CA_ASSIGN_OR_RETURN(const std::optional<Conflict> conflict,
                        FindConflict(options, outcome.version));
    if (conflict) return *conflict;
    if (rebase == kMaxRebases) return Conflict{ConflictKind::kConcurrentAppend, outcome.version};
    CA_RETURN_IF_ERROR(Reload());
    CA_RETURN_IF_ERROR(CheckConstraintsAreKnown());
  }
}

/// What was checked when the transaction began is still all that has to be.
Result<void> Transaction::CheckConstraintsAreKnown() const {
  if (!snapshot_ || !write_.checks_constraints ||
      ConstraintsOf(snapshot_->metadata()) == constraints_)
    return {};
  return Error(ErrorCode::kDeltaConflict, "the table's constraints changed meanwhile", root_,
               "run the command again");
}

/// The added files become durable, with their names and those of the partition folders above them.
Result<void> Transaction::SyncData() {
  std::set<std::string> folders;
  for (const DataFile& file : added_) {
    CA_RETURN_IF_ERROR(environment_.files.SyncFile(JoinPath(root_, file.path)));
    folders.insert(root_);
    for (size_t slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1))
      folders.insert(JoinPath(root_, file.path.substr(0, slash)));
  }
  for (const std::string& folder : folders)
    CA_RETURN_IF_ERROR(environment_.files.SyncDirectory(folder));
  return {};
}

/// Nothing to commit gives no actions.
Result<std::vector<Action>> Transaction::MakeActions(const CommitOptions& options,
                                                     CommitOutcome& outcome) {
  if (snapshot_ && options.app_transaction) {
    const auto seen = snapshot_->app_transactions().find(options.app_transaction->app_id);
    if (seen != snapshot_->app_transactions().end() &&
        seen->second.version >= options.app_transaction->version)
      return std::vector<Action>();
  }
  CA_ASSIGN_OR_RETURN(std::vector<AddFile> adds, MakeAdds());
  const bool overwrites = snapshot_ && write_.mode == WriteMode::kOverwrite;
  if (overwrites && !kept_ && options.skip_if_unchanged && !options.app_transaction &&
      !ReplacesSchema() &&
      std::equal(adds.begin(), adds.end(), snapshot_->files().begin(), snapshot_->files().end(),
                 [](const AddFile& a, const AddFile& b) { return a.path == b.path; }))
    return std::vector<Action>();
  std::vector<Action> actions(1);  // the commit info comes first
  const int64_t now = environment_.clock.NowMilliseconds();
  const Protocol base = snapshot_ ? snapshot_->protocol() : Protocol{};
  if (!snapshot_ || ReplacesSchema()) {
    const Protocol protocol = RequiredProtocol(write_.schema, base);
    if (!snapshot_ || protocol != base) actions.emplace_back(protocol);
    Metadata metadata = snapshot_ ? snapshot_->metadata() : Metadata{};
    if (!snapshot_) {
      metadata.id = RandomUuid();
      metadata.created_time = now;
      metadata.configuration = write_.properties;
    }
    metadata.schema_json = ToJson(write_.schema);
    metadata.partition_columns = write_.partition_columns;
    actions.emplace_back(std::move(metadata));
  }
  if (overwrites) {
    std::set<std::string> kept;
    for (const AddFile& add : adds) kept.insert(DecodePath(add.path));
    for (const AddFile& file : KeptFiles()) kept.insert(DecodePath(file.path));
    std::set<std::string> live;
    for (const AddFile& file : snapshot_->files()) {
      live.insert(DecodePath(file.path));
      if (kept.contains(DecodePath(file.path))) continue;
      ++outcome.files_removed;
      actions.emplace_back(RemoveFile{.path = file.path,
                                      .deletion_timestamp = now,
                                      .partition_values = file.partition_values,
                                      .size = file.size});
    }
    for (AddFile file : KeptFiles()) {
      if (live.contains(DecodePath(file.path))) continue;
      file.data_change = true;
      ++outcome.files_added;
      actions.emplace_back(std::move(file));
    }
    // Named again only for the order; its rows do not change.
    for (AddFile& add : adds) add.data_change = !live.contains(DecodePath(add.path));
  }
  if (kept_ && options.skip_if_unchanged && adds.empty() && outcome.files_added == 0 &&
      outcome.files_removed == 0)
    return std::vector<Action>();
  for (size_t i = 0; i < adds.size(); ++i) {
    outcome.rows_written += added_[i].rows;
    if (adds[i].data_change) {
      ++outcome.files_added;
      outcome.bytes_written += added_[i].size;
    }
    actions.emplace_back(std::move(adds[i]));
  }
  if (options.app_transaction) actions.emplace_back(*options.app_transaction);
  actions[0] = CommitInfo{MakeCommitInfo(options, outcome)};
  return actions;
}

/// The add actions, in order. Two files of one content have one name; where the table has that name
/// already, or another file of this commit, the later one gets a further name for the same bytes.
Result<std::vector<AddFile>> Transaction::MakeAdds() {
  std::set<std::string> taken;
  if (snapshot_ && write_.mode == WriteMode::kAppend)
    for (const AddFile& file : snapshot_->files()) taken.insert(DecodePath(file.path));
  for (const AddFile& file : KeptFiles()) taken.insert(DecodePath(file.path));
  const int64_t now = environment_.clock.NowMilliseconds();
  std::vector<AddFile> adds;
  for (const DataFile& file : added_) {
    CA_ASSIGN_OR_RETURN(const std::string path, FreeName(file.path, taken));
    taken.insert(path);
    AddFile add{.path = EncodePath(path),
                .partition_values = file.partition_values,
                .size = static_cast<int64_t>(file.size),
                .modification_time = now,
                .stats = StatisticsJson(write_.schema, file)};
    if (!file.sha256.empty()) add.tags[kSha256Tag] = file.sha256;
    adds.push_back(std::move(add));
  }
  return adds;
}

Result<std::string> Transaction::FreeName(const std::string& path,
                                          const std::set<std::string>& taken) {
  if (!taken.contains(path)) return path;
  const std::string stem = path.substr(0, path.rfind('.'));
  for (int n = 1;; ++n) {
    std::string other = fmt::format("{}-{}.parquet", stem, n);
    if (taken.contains(other)) continue;
    const std::string from = JoinPath(root_, path), to = JoinPath(root_, other);
    CA_RETURN_IF_ERROR(environment_.files.SyncFile(from));
    CA_ASSIGN_OR_RETURN(bool linked, environment_.files.LinkIfAbsent(from, to));
    if (!linked) {
      // What has that name has the same content, as names are content hashes, unless its writer
      // died with the power before it was synced: then it is shorter, and in no version.
      CA_ASSIGN_OR_RETURN(const FileStatus ours, environment_.files.Status(from));
      CA_ASSIGN_OR_RETURN(const FileStatus theirs, environment_.files.Status(to));
      if (theirs.size != ours.size) {
        CA_RETURN_IF_ERROR(environment_.files.Remove(to));
        CA_ASSIGN_OR_RETURN(linked, environment_.files.LinkIfAbsent(from, to));
      }
    }
    CA_RETURN_IF_ERROR(environment_.files.SyncDirectory(ParentPath(to)));
    return other;
  }
}

std::string Transaction::MakeCommitInfo(const CommitOptions& options,
                                        const CommitOutcome& outcome) const {
  std::string partition_by;
  AppendJsonString(partition_by, JsonList(write_.partition_columns));
  std::string json = fmt::format(
      R"({{"timestamp":{},"operation":"WRITE","operationParameters":{{"mode":"{}","partitionBy":{}}},)",
      environment_.clock.NowMilliseconds(), ModeText(write_.mode), partition_by);
  if (snapshot_) json += fmt::format(R"("readVersion":{},)", snapshot_->version());
  json += fmt::format(
      R"("isolationLevel":"Serializable","isBlindAppend":{},"operationMetrics":{{"numFiles":"{}",)"
      R"("numRemovedFiles":"{}","numOutputRows":"{}","numOutputBytes":"{}"}},)"
      R"("engineInfo":"codeanatomy")",
      write_.mode != WriteMode::kOverwrite, outcome.files_added, outcome.files_removed,
      outcome.rows_written, outcome.bytes_written);
  AppendCommitMembers(options.metadata, json);
  return json + "}";
}

/// What the commits since the snapshot mean for this one; nothing: it may go behind them.
Result<std::optional<Conflict>> Transaction::FindConflict(const CommitOptions& options,
                                                          int64_t lost_version) {
  CA_ASSIGN_OR_RETURN(const LogListing log, ListLog(environment_.files, root_));
  for (int64_t version = lost_version; version <= log.latest().value_or(lost_version); ++version) {
    const std::string path = CommitPath(root_, version);
    CA_ASSIGN_OR_RETURN(const std::string json, environment_.files.ReadFile(path));
    CA_ASSIGN_OR_RETURN(const std::vector<Action> actions, ParseActions(json, path));
    // A table that came into being meanwhile is like any other change that can be read anew.
    if (!snapshot_) return Conflict{ConflictKind::kConcurrentAppend, version};
    for (const Action& action : actions) {
      if (std::holds_alternative<Protocol>(action))
        return Conflict{ConflictKind::kProtocolChanged, version};
      if (std::holds_alternative<Metadata>(action))
        return Conflict{ConflictKind::kMetadataChanged, version};
      const auto* transaction = std::get_if<AppTransaction>(&action);
      if (transaction != nullptr && options.app_transaction &&
          transaction->app_id == options.app_transaction->app_id)
        return Conflict{ConflictKind::kConcurrentTransaction, version};
      if (write_.mode == WriteMode::kOverwrite && std::holds_alternative<AddFile>(action))
        return Conflict{ConflictKind::kConcurrentAppend, version};
      if (kept_ && std::holds_alternative<RemoveFile>(action))
        return Conflict{ConflictKind::kConcurrentAppend, version};
    }
  }
  return std::optional<Conflict>();
}

Result<CommitOutcome> Transaction::Finish(const CommitOptions& options, std::vector<Action> actions,
                                          CommitOutcome outcome) {
  CA_ASSIGN_OR_RETURN(snapshot_, Snapshot::After(snapshot_ ? &*snapshot_ : nullptr, root_,
                                                 std::move(actions), outcome.version));
  outcome.content_digest = snapshot_->ContentDigest();
  outcome.table_rows = snapshot_->CountRows().value_or(-1);
  if (options.checkpoint_interval > 0 && outcome.version > 0 &&
      outcome.version % options.checkpoint_interval == 0) {
    if (Result<void> written = WriteCheckpoint(environment_, *snapshot_); !written) {
      outcome.warning = "no checkpoint was written: " + written.error().ToString();
      if (options.span != nullptr) options.span->Exception(written.error());
    }
  }
  return outcome;
}

}  // namespace codeanatomy::storage
