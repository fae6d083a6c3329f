#include "storage/log/commit_all.h"

#include <atomic>
#include <thread>

namespace codeanatomy::storage {

Result<std::vector<CommitOutcome>> CommitAll(std::span<PreparedCommit> commits, int threads) {
  std::vector<std::optional<Result<CommitOutcome>>> results(commits.size());
  std::atomic<size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    for (size_t i = next++; i < commits.size() && !failed; i = next++) {
      CA_CHECK(commits[i].options.span == nullptr, "a span is not shared between threads");
      results[i].emplace(commits[i].transaction.Commit(commits[i].options));
      if (!*results[i]) failed = true;
    }
  };
  std::vector<std::thread> workers;
  const size_t count = std::min(commits.size(), static_cast<size_t>(std::max(threads, 1)));
  for (size_t i = 1; i < count; ++i) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  std::vector<CommitOutcome> outcomes;
  for (std::optional<Result<CommitOutcome>>& result : results) {
    if (!result) continue;  // not begun after an error
    if (!*result) return std::move(result->error());
    outcomes.push_back(**std::move(result));
  }
  return outcomes;
}

}  // namespace codeanatomy::storage
