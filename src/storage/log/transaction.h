// Transaction: one commit to one Delta table.
//
//   CA_ASSIGN_OR_RETURN(auto commit, Transaction::Begin(environment, root, {.schema =
//   SchemaOf(table),
//                                                        .mode = WriteMode::kOverwrite}));
//   commit.Add(std::move(data_files));  // written below `root`, named by content
//   CA_ASSIGN_OR_RETURN(CommitOutcome outcome, commit.Commit({.metadata = provenance}));
//
// The put-if-absent of `_delta_log/<version>.json` is the only commit point: before it nothing of
// the transaction is visible, after it all of it. Transactions on different tables may run side by
// side.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/log/check_constraint.h"
#include "storage/log/snapshot.h"
#include "storage/retry.h"

namespace codeanatomy::storage {

enum class WriteMode : uint8_t {
  kCreate,     // the table must not exist
  kAppend,     // made if absent
  kOverwrite,  // made if absent; else the rows it has are replaced
};

/// What happens where the written schema differs from the table's.
enum class SchemaMode : uint8_t {
  kStrict,   // DeltaSchemaMismatch
  kReplace,  // with kOverwrite: the table gets the new schema
};

struct TableWrite {
  Schema schema;
  WriteMode mode = WriteMode::kAppend;
  SchemaMode schema_mode = SchemaMode::kStrict;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> properties;  // of a table that is made
  /// The caller checks what it adds against `Transaction::constraints`; without, a table that has
  /// any is refused.
  bool checks_constraints = false;
};

struct CommitOptions {
  /// Goes into the commit info. Keys the protocol reserves get the prefix `codeanatomy_`.
  std::map<std::string, std::string> metadata;
  /// Makes a repeat with the same or a smaller version a no-op.
  std::optional<AppTransaction> app_transaction;
  RetryPolicy retry;
  int64_t checkpoint_interval = 10;  // commits; 0: never
  /// An overwrite by exactly the files the table has, under the same schema, commits nothing.
  bool skip_if_unchanged = false;
  SpanScope* span = nullptr;  // gets attempts and metrics
};

struct CommitOutcome {
  int64_t version = -1;
  bool committed = true;  // false: nothing to do, `version` is the table's
  uint64_t files_added = 0, files_removed = 0;
  uint64_t bytes_written = 0, rows_written = 0;  // of this commit
  int64_t table_rows = 0;                        // of the table at `version`; -1: not known
  std::string content_digest;                    // Snapshot::ContentDigest at `version`
  std::string warning;                           // why a due checkpoint was not written
};

class Transaction {
 public:
  /// Reads the table's latest version and checks that the write may be done at all.
  /// Errors those of Snapshot::Load; InvalidArgument: the table exists (kCreate), other partition
  ///        columns, bad column names; DeltaSchemaMismatch; DeltaFeatureUnsupported: a writer
  ///        feature we lack, by name.
  static Result<Transaction> Begin(const Environment& environment, const std::string& root,
                                   TableWrite write);

  const std::string& root() const { return root_; }
  /// Before the commit; nothing: the table does not exist.
  const std::optional<Snapshot>& snapshot() const { return snapshot_; }

  /// Of the table, when the transaction began.
  const std::vector<CheckConstraint>& constraints() const { return constraints_; }

  /// Those asked for, or the table's.
  const std::vector<std::string>& partition_columns() const { return write_.partition_columns; }

  /// Adds files that are complete on disk, in the order of the table's rows. The commit syncs them.
  void Add(std::vector<DataFile> files);

  /// With kOverwrite: files of an earlier version of the table that stay, or come back, beside
  /// those that are added. They were chosen by what was read, so another writer's files are a
  /// conflict that is not tried again. Files that stay are not written into the log once more.
  void Keep(std::vector<AddFile> files);

  /// Commits once. On success everything is durable (log entry and folder synced).
  /// Errors DeltaConflict: another writer won, attempts are used up or the conflict is not
  /// retryable;
  ///        IoError, NoSpace. Nothing is visible then; data files stay for the caller's cleanup.
  /// Cost   1 ms; a sync for each added file and each folder of theirs, and two for the log entry.
  Result<CommitOutcome> Commit(const CommitOptions& options);

  /// Whether readers see the commit; after an error this says if the added files are still in use.
  bool visible() const { return visible_; }

 private:
  using Attempt = Result<std::variant<CommitOutcome, Conflict>>;
  Transaction(const Environment& environment, std::string root, TableWrite write);
  Result<void> Reload();
  Result<void> CheckAgainstTable();
  Result<void> CheckConstraintsAreKnown() const;
  Attempt TryCommit(const CommitOptions& options);
  Result<std::vector<Action>> MakeActions(const CommitOptions& options, CommitOutcome& outcome);
  Result<void> SyncData();
  Result<std::vector<AddFile>> MakeAdds();
  Result<std::string> FreeName(const std::string& path, const std::set<std::string>& taken);
  bool ReplacesSchema() const;
  std::span<const AddFile> KeptFiles() const;
  std::string MakeCommitInfo(const CommitOptions& options, const CommitOutcome& outcome) const;
  Result<std::optional<Conflict>> FindConflict(const CommitOptions& options, int64_t lost_version);
  Result<CommitOutcome> Finish(const CommitOptions& options, std::vector<Action> actions,
                               CommitOutcome outcome);

  Environment environment_;
  std::string root_;
  TableWrite write_;
  std::optional<Snapshot> snapshot_;
  std::vector<CheckConstraint> constraints_;
  std::vector<DataFile> added_;
  std::optional<std::vector<AddFile>> kept_;
  bool visible_ = false;
};

}  // namespace codeanatomy::storage
