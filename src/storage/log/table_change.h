// CommitChange: a commit that leaves the rows of a table as they are: files are cut otherwise, or
// what the table says of itself changes.
//
//   CommitChange(environment, root, {.operation = "OPTIMIZE", .actions = [&](const Snapshot& now) {
//   … }})
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/log/snapshot.h"
#include "storage/retry.h"

namespace codeanatomy::storage {

/// What one change writes into the log, and what its commit info says of it.
struct ChangeActions {
  std::vector<Action> actions;  // none: there is nothing to do, and nothing is committed
  std::map<std::string, std::string> parameters, metrics;  // of the operation
};

struct TableChange {
  std::string operation;                        // of the commit info
  std::map<std::string, std::string> metadata;  // further members of it
  /// The change of one version of the table. Where another writer commits first it is asked again,
  /// of the version that came; an error says that the change does not fit that one.
  std::function<Result<ChangeActions>(const Snapshot&)> actions;
  RetryPolicy retry = {};
  int64_t checkpoint_interval = 10;  // commits; 0: never
};

struct ChangeOutcome {
  bool committed = false;
  int64_t base_version = -1;   // that the change was made of
  int64_t version = -1;        // of the table now; the base's where nothing was committed
  std::string content_digest;  // Snapshot::ContentDigest at `version`
  std::string warning;         // why a due checkpoint was not written
};

/// Commits the change behind the latest version. Errors those of Snapshot::LoadIfExists and of
/// `actions`; NotFound: no table there; DeltaFeatureUnsupported: the table needs a writer feature
/// we lack; DeltaConflict: others were always first; IoError, NoSpace. Nothing is visible then,
/// unless `visible` has been set: readers see the commit, and it may not outlive a power loss.
Result<ChangeOutcome> CommitChange(const Environment& environment, const std::string& root,
                                   const TableChange& change, bool& visible);

}  // namespace codeanatomy::storage
