// WorkQueue: pieces of work that may run side by side, on a few threads, each with a connection of
// its own. What ends may make further work possible, which may be more urgent than what waits: so
// work begins only while the caller, who knows of all that ended, waits.
#pragma once

#include <compare>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {

/// Where a piece of work stands: which begins first, and whose failure is told.
struct WorkPosition {
  size_t step = 0, part = 0;
  auto operator<=>(const WorkPosition&) const = default;
};

class WorkQueue {
 public:
  using Work = std::function<Result<void>(Connection&)>;

  /// Up to `width` threads, started when there is work. `session` outlives the queue.
  WorkQueue(Session& session, size_t width);
  /// Drops what has not begun and waits for what has.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// Of what waits the smallest position begins first; no two pieces have one. After a failure only
  /// work before it is taken. Work that fails for want of memory beside other work is done once
  /// more, alone: it must be repeatable.
  void Add(WorkPosition at, Work work);

  /// Work that begins when nothing else runs or waits. It is not repeated.
  void AddAlone(WorkPosition at, Work work);

  /// Takes down a failure of what the caller did itself.
  void Fail(WorkPosition at, Error error);

  /// Whether work at this position would be taken: nothing before it has failed.
  bool Takes(WorkPosition at);

  /// Waits until some work has ended well and says which, each once; empty: nothing is left to do.
  std::vector<WorkPosition> Wait();

  /// Waits until all is done.
  /// Errors the one with the smallest position among those that fail, whatever ran when: work
  ///        before a failed one is still done.
  Result<void> Drain();

 private:
  struct Item {
    WorkPosition at;
    Work work;
    bool is_alone = false;
  };
  bool IsIdle() const { return waiting_.empty() && alone_.empty() && running_ == 0; }
  void AddTo(std::map<WorkPosition, Work>& waiting, WorkPosition at, Work work);
  std::optional<Item> TakeNext();
  void Run();
  void FailLocked(WorkPosition at, Error error);

  Session& session_;
  size_t width_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<WorkPosition, Work> waiting_;
  std::map<WorkPosition, Work> alone_;  // begin when nothing else runs or waits
  std::vector<WorkPosition> ended_;     // not yet told
  size_t running_ = 0;
  bool runs_alone_ = false, caller_waits_ = false;
  bool closed_ = false;
  std::optional<Error> failure_;
  WorkPosition failed_;  // what failed
  std::vector<std::thread> threads_;
};

}  // namespace codeanatomy::engine
