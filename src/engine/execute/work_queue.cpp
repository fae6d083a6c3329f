#include "engine/execute/work_queue.h"

#include <algorithm>
#include <limits>

namespace codeanatomy::engine {

WorkQueue::WorkQueue(Session& session, size_t width)
    : session_(session), width_(std::max<size_t>(width, 1)) {}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkQueue::Add(size_t priority, Work work) {
  const std::lock_guard lock(mutex_);
  if (failure_) return;
  waiting_.emplace(std::pair(priority, added_++), Item{std::move(work)});
  if (threads_.size() < width_) threads_.emplace_back([this] { Run(); });
  changed_.notify_one();
}

bool WorkQueue::has_failed() {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

Result<void> WorkQueue::Drain() {
  std::unique_lock lock(mutex_);
  is_draining_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return waiting_.empty() && running_ == 0; });
  is_draining_ = false;
  if (!failure_) return {};
  Error failure = std::move(*failure_);
  failure_.reset();
  return failure;
}

bool WorkQueue::CanBegin() const {
  if (waiting_.empty() || runs_alone_) return false;
  return !waiting_.begin()->second.is_alone || (is_draining_ && running_ == 0);
}

void WorkQueue::Run() {
  auto connection = session_.Connect();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closed_ || CanBegin(); });
    if (!CanBegin()) return;
    const size_t number = waiting_.begin()->first.second;
    Item item = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++running_;
    runs_alone_ = item.is_alone;
    lock.unlock();
    Result<void> status =
        connection ? item.work(**connection)
                   : Result<void>(Error(connection.error().code(), connection.error().message(),
                                        connection.error().subject()));
    lock.lock();
    const bool is_repeated = !status && !item.is_alone && !failure_ &&
                             status.error().code() == ErrorCode::kMemoryBudgetExceeded;
    --running_;
    runs_alone_ = false;
    if (is_repeated) {
      waiting_.emplace(std::pair(std::numeric_limits<size_t>::max(), number),
                       Item{std::move(item.work), true});
    } else if (!status) {
      Fail(number, std::move(status.error()));
    }
    changed_.notify_all();
  }
}

/// What was added later is dropped; what was added before decides whether this failure is told.
void WorkQueue::Fail(size_t number, Error error) {
  std::erase_if(waiting_, [&](const auto& item) { return item.first.second > number; });
  if (failure_ && failed_ < number) return;
  failure_.emplace(std::move(error));
  failed_ = number;
}

}  // namespace codeanatomy::engine
