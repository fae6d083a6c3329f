#include "driver/build/evidence_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/duckdb/parquet_writer.h"

namespace codeanatomy::driver {
namespace {

constexpr size_t kOpenShards = 2;  // one being written, one complete and waiting

}  // namespace

struct EvidenceWriter::Shard {
  int index = 0;
  std::vector<evidence::TableBatches> tables;
  std::shared_ptr<const void> sources;
  size_t open = 0;  // tables not written yet; guarded by mutex_
};

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

Result<void> EvidenceWriter::Write(std::vector<evidence::TableBatches> tables, std::shared_ptr<const void> sources) {
  auto shard = std::make_shared<Shard>();
  shard->tables = std::move(tables);
  shard->sources = std::move(sources);
  shard->open = shard->tables.size();
  // Large tables first: they decide when the shard is done.
  std::vector<size_t> order(shard->tables.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return shard->tables[a].rows > shard->tables[b].rows; });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return error_.has_value() || shards_open_ < kOpenShards; });
  if (error_) return std::move(*error_);
  shard->index = next_shard_++;
  if (shard->open > 0) ++shards_open_;
  for (const size_t table : order) tasks_.push_back({shard, table});
  changed_.notify_all();
  return {};
}

Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>> EvidenceWriter::Finish() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_.has_value() || shards_open_ == 0; });
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (error_) return std::move(*error_);
  std::map<std::string, std::vector<storage::DataFile>, std::less<>> files;
  for (auto& [table, shards] : files_) {
    for (auto& [index, list] : shards) {
      files[table].insert(files[table].end(), std::make_move_iterator(list.begin()),
                          std::make_move_iterator(list.end()));
    }
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
    auto files = WriteTable(**connection, task);
    if (!files) {
      return Fail(std::move(files.error()).WithFrame(
          fmt::format("writing {}", task.shard->tables[task.table].table->name)));
    }
    const std::lock_guard lock(mutex_);
    files_[std::string(task.shard->tables[task.table].table->name)][task.shard->index] = *std::move(files);
    task.shard->tables[task.table].batches.clear();
    if (--task.shard->open == 0) --shards_open_;
    changed_.notify_all();
  }
}

Result<std::vector<storage::DataFile>> EvidenceWriter::WriteTable(engine::Connection& connection, const Task& task) {
  CA_RETURN_IF_ERROR(session_.CheckCancelled());
  const evidence::TableBatches& table = task.shard->tables[task.table];
  std::vector<const ColumnBatch*> batches;
  batches.reserve(table.batches.size());
  for (const ColumnBatch& batch : table.batches) batches.push_back(&batch);
  const std::string relation = fmt::format("{}@{}", table.table->name, task.shard->index);
  CA_RETURN_IF_ERROR(session_.batches().Add(relation, *table.table, std::move(batches)));
  const std::string folder = fmt::format("{}/{}", out_, TableLocation(*table.table));
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return ErrnoError(failed.value(), "make the folder", folder);
  // Batches come in order and on one thread, which is all that `sorted` asks for.
  auto files = engine::WriteParquet(connection, fmt::format("SELECT * FROM ca_batch_scan('{}')", relation),
                                    folder, {.sorted = true});
  session_.batches().Drop(relation);
  return files;
}

}  // namespace codeanatomy::driver
