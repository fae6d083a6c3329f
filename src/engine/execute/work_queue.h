// WorkQueue: pieces of work that do not depend on one another, on a few threads, each with a
// connection of its own, while the caller goes on.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {

class WorkQueue {
 public:
  using Work = std::function<Result<void>(Connection&)>;

  /// Up to `width` threads, started when there is work. `session` outlives the queue.
  WorkQueue(Session& session, size_t width);
  /// Drops what has not begun and waits for what has.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// Work of a smaller priority begins first, equal ones in the order of Add. After a failure
  /// nothing is taken any more. Work that fails for want of memory while other work runs is done
  /// once more, alone, while the caller waits in Drain: it must be repeatable.
  void Add(size_t priority, Work work);

  /// True once something failed: further work would not be begun.
  bool has_failed();

  /// Waits until all is done.
  /// Errors the one of the work that was added first among those that fail, whatever ran when: work
  ///        added before a failed one is still done.
  Result<void> Drain();

 private:
  struct Item {
    Work work;
    bool is_alone = false;  // begins when nothing runs, the caller's own work included
  };
  bool CanBegin() const;
  void Run();
  void Fail(size_t number, Error error);

  Session& session_;
  size_t width_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<size_t, size_t>, Item> waiting_;  // by priority and number
  size_t added_ = 0, running_ = 0;
  bool runs_alone_ = false, is_draining_ = false;
  bool closed_ = false;
  std::optional<Error> failure_;
  size_t failed_ = 0;  // number of what failed
  std::vector<std::thread> threads_;
};

}  // namespace codeanatomy::engine
