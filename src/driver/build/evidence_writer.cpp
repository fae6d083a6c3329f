#include "driver/build/evidence_writer.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "engine/duckdb/parquet_writer.h"

namespace codeanatomy::driver {
namespace {

constexpr uint64_t kFileRows = 128 * 1024;     // four row groups
constexpr uint64_t kOpenRows = 3 * kFileRows;  // queued or being written; then the caller waits

}  // namespace

std::string TableLocation(const TableInfo& table) {
  return fmt::format("{}/{}", kTableGroupFolders[static_cast<size_t>(table.group)], table.name);
}

EvidenceWriter::EvidenceWriter(engine::Session& session, std::string out, int threads)
    : session_(session), out_(std::move(out)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

EvidenceWriter::~EvidenceWriter() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    tasks_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void EvidenceWriter::Fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_.emplace(std::move(error));
  tasks_.clear();
  changed_.notify_all();
}

Result<void> EvidenceWriter::Write(std::vector<evidence::TableBatches> tables,
                                   const std::shared_ptr<const void>& sources) {
  for (evidence::TableBatches& table : tables) {
    Task& task = gathering_[table.table->name];
    task.table = table.table;
    task.rows += table.rows;
    std::ranges::move(table.batches, std::back_inserter(task.batches));
    if (sources != nullptr) task.sources.push_back(sources);
    if (task.rows < kFileRows) continue;
    Task full = std::exchange(task, Task{.table = table.table, .index = task.index + 1});
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_.has_value() || rows_open_ < kOpenRows; });
    if (error_) return std::move(*error_);
    Queue(std::move(full));
  }
  return {};
}

void EvidenceWriter::Queue(Task task) {
  rows_open_ += task.rows;
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>>
EvidenceWriter::Finish() {
  {
    std::vector<Task> rest;
    for (auto& [name, task] : gathering_) {
      if (task.rows > 0) rest.push_back(std::move(task));
    }
    gathering_.clear();
    // Large ones first: they decide when all is done.
    std::ranges::stable_sort(rest, std::greater<>(), &Task::rows);
    std::unique_lock lock(mutex_);
    for (Task& task : rest) Queue(std::move(task));
    changed_.wait(lock, [&] { return error_.has_value() || rows_open_ == 0; });
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (error_) return std::move(*error_);
  std::map<std::string, std::vector<storage::DataFile>, std::less<>> files;
  for (auto& [table, parts] : files_) {
    for (auto& [index, list] : parts) std::ranges::move(list, std::back_inserter(files[table]));
  }
  return files;
}

void EvidenceWriter::Run() {
  auto connection = session_.Connect();
  if (!connection) return Fail(std::move(connection.error()));
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closed_ || error_.has_value() || !tasks_.empty(); });
      if (error_ || tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    auto files = WriteTask(**connection, task);
    if (!files)
      return Fail(std::move(files.error()).WithFrame(fmt::format("writing {}", task.table->name)));
    const std::lock_guard lock(mutex_);
    files_[std::string(task.table->name)][task.index] = *std::move(files);
    rows_open_ -= task.rows;
    changed_.notify_all();
  }
}

Result<std::vector<storage::DataFile>> EvidenceWriter::WriteTask(engine::Connection& connection,
                                                                 const Task& task) {
  CA_RETURN_IF_ERROR(session_.CheckCancelled());
  std::vector<const ColumnBatch*> batches;
  batches.reserve(task.batches.size());
  for (const ColumnBatch& batch : task.batches) batches.push_back(&batch);
  const std::string relation = fmt::format("{}@{}", task.table->name, task.index);
  CA_RETURN_IF_ERROR(session_.batches().Add(relation, *task.table, batches));
  const std::string folder = fmt::format("{}/{}", out_, TableLocation(*task.table));
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return ErrnoError(failed.value(), "make the folder", folder);
  auto files =
      engine::WriteParquet(connection, fmt::format("SELECT * FROM ca_batch_scan('{}')", relation),
                           folder, {.sorted = true, .delta_encodings = true});
  if (files) {
    for (storage::DataFile& file : *files) session_.batches().AddBounds(relation, file);
  }
  session_.batches().Drop(relation);
  return files;
}

}  // namespace codeanatomy::driver
