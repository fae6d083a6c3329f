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
// A table that gathers for longer than this many shards keeps sources and arenas of them all.
constexpr size_t kShardsHeld = 4;
constexpr uint64_t kLeastSpill = 64 << 10;  // less is not worth a file

}  // namespace

std::string TableLocation(const TableInfo& table) {
  return fmt::format("{}/{}", kTableGroupFolders[static_cast<size_t>(table.group)], table.name);
}

EvidenceWriter::EvidenceWriter(engine::Session& session, std::string out, std::string spill_folder,
                               int threads)
    : session_(session), out_(std::move(out)), spill_folder_(std::move(spill_folder)) {
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
  bool has_spilled = false;
  for (evidence::TableBatches& table : tables) {
    auto [at, is_new] = gathering_.try_emplace(table.table->name);
    Task& task = at->second;
    if (is_new) task = NewTask(*table.table, 0);
    task.rows.Add(std::move(table.batches), sources, table.rows);
    task.memory.Set(task.rows.held_bytes());
    if (task.rows.rows() < kFileRows) continue;
    Task full = std::exchange(task, NewTask(*table.table, task.index + 1));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_.has_value() || rows_open_ < kOpenRows; });
    if (error_) return std::move(*error_);
    has_spilled |= full.rows.is_spilled();
    Queue(std::move(full));
  }
  if (!has_spilled) return {};
  // Rows that come back from the disk and the next shard's trees do not fit side by side.
  while (true) {
    CA_ASSIGN_OR_RETURN(const bool has_waited, WaitForFile());
    if (!has_waited) return {};
  }
}

EvidenceWriter::Task EvidenceWriter::NewTask(const TableInfo& table, int index) {
  return {.table = &table,
          .index = index,
          .rows = {},
          .memory = session_.memory().Hold(MemoryOwner::kRows, 0)};
}

Result<bool> EvidenceWriter::MakeRoom() {
  if (Pack()) return true;
  size_t open = 0;
  {
    const std::lock_guard lock(mutex_);
    open = tasks_open_;
  }
  // With one file open a thread would have nothing to do but this: spilling is work, too.
  if (open > 1) return WaitForFile();
  CA_ASSIGN_OR_RETURN(const bool has_spilled, SpillLargest());
  return has_spilled ? Result<bool>(true) : WaitForFile();
}

uint64_t EvidenceWriter::WritingBytes() {
  const std::lock_guard lock(mutex_);
  return std::min(tasks_open_, threads_.size()) * session_.StatementBytes() + growth_open_;
}

/// Lets go of the shards that tables which fill slowly keep.
bool EvidenceWriter::Pack() {
  bool has_packed = false;
  for (auto& [name, task] : gathering_) {
    if (task.rows.shards_held() < kShardsHeld) continue;
    task.rows.Pack();
    task.memory.Set(task.rows.held_bytes());
    has_packed = true;
  }
  return has_packed;
}

/// False where none is open.
Result<bool> EvidenceWriter::WaitForFile() {
  std::unique_lock lock(mutex_);
  if (error_) return std::move(*error_);
  if (tasks_open_ == 0) return false;
  const size_t done = tasks_done_;
  changed_.wait(lock, [&] { return error_.has_value() || tasks_done_ > done; });
  if (error_) return std::move(*error_);
  return true;
}

Result<bool> EvidenceWriter::SpillLargest() {
  Task* largest = nullptr;
  for (auto& [name, task] : gathering_) {
    if (task.rows.held_bytes() < kLeastSpill) continue;
    if (largest == nullptr || task.rows.held_bytes() > largest->rows.held_bytes()) largest = &task;
  }
  if (largest == nullptr) return false;
  CA_RETURN_IF_ERROR(largest->rows.Spill(spill_folder_));
  largest->memory.Set(largest->rows.held_bytes());
  return true;
}

void EvidenceWriter::Queue(Task task) {
  // Its thread takes the rows without asking: whoever reserves next makes the room.
  task.memory.Set(task.rows.held_bytes() + task.rows.growth_bytes());
  growth_open_ += task.rows.growth_bytes();
  ++tasks_open_;
  rows_open_ += task.rows.rows();
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>>
EvidenceWriter::Finish() {
  {
    std::vector<Task> rest;
    for (auto& [name, task] : gathering_) {
      if (task.rows.rows() > 0) rest.push_back(std::move(task));
    }
    gathering_.clear();
    // Large ones first: they decide when all is done.
    std::ranges::stable_sort(rest, std::greater<>(),
                             [](const Task& task) { return task.rows.rows(); });
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
    const uint64_t rows = task.rows.rows();
    auto files = WriteTask(**connection, task);
    task.memory.Set(0);
    if (!files)
      return Fail(std::move(files.error()).WithFrame(fmt::format("writing {}", task.table->name)));
    const std::lock_guard lock(mutex_);
    files_[std::string(task.table->name)][task.index] = *std::move(files);
    rows_open_ -= rows;
    --tasks_open_;
    ++tasks_done_;
    changed_.notify_all();
  }
}

Result<std::vector<storage::DataFile>> EvidenceWriter::WriteTask(engine::Connection& connection,
                                                                 Task& task) {
  CA_RETURN_IF_ERROR(session_.CheckCancelled());
  const uint64_t growth = task.rows.growth_bytes();
  CA_RETURN_IF_ERROR(session_.PrepareStatement(connection, growth));
  CA_ASSIGN_OR_RETURN(const std::vector<ColumnBatch> rows, task.rows.Take());
  task.memory.Set(task.rows.held_bytes());
  {
    const std::lock_guard lock(mutex_);
    growth_open_ -= growth;
  }
  std::vector<const ColumnBatch*> batches;
  batches.reserve(rows.size());
  for (const ColumnBatch& batch : rows) batches.push_back(&batch);
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
