// CommitAll: the commits of one build's tables, side by side.
#pragma once

#include <span>
#include <vector>

#include "storage/log/transaction.h"

namespace codeanatomy::storage {

struct PreparedCommit {
  Transaction transaction;
  CommitOptions options;  // without a span: spans belong to one thread
};

/// Commits transactions on different tables on up to `threads` threads. A commit mostly waits for
/// the disk, and disks serve many waiting syncs at once: threads may be far more than cores.
/// Outcomes are in the order given. After an error no further commit is begun; those done stay,
/// which is harmless to a build, since only `CURRENT` publishes them. Errors those of
/// Transaction::Commit: of the failed ones, the first in the order given.
Result<std::vector<CommitOutcome>> CommitAll(std::span<PreparedCommit> commits, int threads = 16);

}  // namespace codeanatomy::storage
