#include "engine/execute/work_queue.h"

#include <algorithm>
#include <utility>

namespace codeanatomy::engine {

WorkQueue::WorkQueue(Session& session, size_t width)
    : session_(session), width_(std::max<size_t>(width, 1)) {}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
    alone_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkQueue::Add(WorkPosition at, Work work) { AddTo(waiting_, at, std::move(work)); }

void WorkQueue::AddAlone(WorkPosition at, Work work) { AddTo(alone_, at, std::move(work)); }

void WorkQueue::AddTo(std::map<WorkPosition, Work>& waiting, WorkPosition at, Work work) {
  const std::lock_guard lock(mutex_);
  if (failure_ && failed_ < at) return;
  waiting.emplace(at, std::move(work));
  if (threads_.size() < width_) threads_.emplace_back([this] { Run(); });
}

void WorkQueue::Fail(WorkPosition at, Error error) {
  const std::lock_guard lock(mutex_);
  FailLocked(at, std::move(error));
}

bool WorkQueue::Takes(WorkPosition at) {
  const std::lock_guard lock(mutex_);
  return !failure_ || at < failed_;
}

std::vector<WorkPosition> WorkQueue::Wait() {
  std::unique_lock lock(mutex_);
  if (ended_.empty()) {
    caller_waits_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !ended_.empty() || IsIdle(); });
    caller_waits_ = false;
  }
  return std::exchange(ended_, {});
}

Result<void> WorkQueue::Drain() {
  while (!Wait().empty()) {
  }
  const std::lock_guard lock(mutex_);
  if (!failure_) return {};
  return *std::exchange(failure_, std::nullopt);
}

std::optional<WorkQueue::Item> WorkQueue::TakeNext() {
  if (runs_alone_ || !caller_waits_ || !ended_.empty()) return std::nullopt;
  const bool is_alone = waiting_.empty();
  if (is_alone && (alone_.empty() || running_ > 0)) return std::nullopt;
  auto& from = is_alone ? alone_ : waiting_;
  auto node = from.extract(from.begin());
  return Item{node.key(), std::move(node.mapped()), is_alone};
}

void WorkQueue::Run() {
  auto connection = session_.Connect();
  std::unique_lock lock(mutex_);
  while (true) {
    std::optional<Item> item;
    changed_.wait(lock, [&] { return (item = TakeNext()).has_value() || closed_; });
    if (!item) return;
    ++running_;
    runs_alone_ = item->is_alone;
    lock.unlock();
    Result<void> status =
        connection ? item->work(**connection)
                   : Result<void>(Error(connection.error().code(), connection.error().message(),
                                        connection.error().subject()));
    lock.lock();
    --running_;
    runs_alone_ = false;
    const bool is_taken = !failure_ || item->at < failed_;
    if (status) {
      ended_.push_back(item->at);
    } else if (is_taken && !item->is_alone &&
               status.error().code() == ErrorCode::kMemoryBudgetExceeded) {
      alone_.emplace(item->at, std::move(item->work));
    } else if (is_taken) {
      FailLocked(item->at, std::move(status.error()));
    }
    changed_.notify_all();
  }
}

/// What comes later is dropped; what comes before decides whether this failure is told.
void WorkQueue::FailLocked(WorkPosition at, Error error) {
  if (failure_ && failed_ < at) return;
  for (auto* from : {&waiting_, &alone_})
    std::erase_if(*from, [&](const auto& item) { return at < item.first; });
  failure_.emplace(std::move(error));
  failed_ = at;
}

}  // namespace codeanatomy::engine
