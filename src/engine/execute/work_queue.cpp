#include "engine/execute/work_queue.h"

#include <algorithm>

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
  waiting_.emplace(std::pair(priority, added_++), std::move(work));
  if (threads_.size() < width_) threads_.emplace_back([this] { Run(); });
  changed_.notify_one();
}

bool WorkQueue::has_failed() {
  const std::lock_guard lock(mutex_);
  return failure_.has_value();
}

Result<void> WorkQueue::Drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() && running_ == 0; });
  if (!failure_) return {};
  Error failure = std::move(*failure_);
  failure_.reset();
  return failure;
}

void WorkQueue::Run() {
  auto connection = session_.Connect();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const size_t number = waiting_.begin()->first.second;
    Work work = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    ++running_;
    lock.unlock();
    Result<void> status =
        connection ? work(**connection)
                   : Result<void>(Error(connection.error().code(), connection.error().message(),
                                        connection.error().subject()));
    lock.lock();
    --running_;
    if (!status) Fail(number, std::move(status.error()));
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
