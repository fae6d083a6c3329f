// EvidenceWriter: batches of the native stage → Parquet files below `<out>/evidence` and
// `<out>/quality`.
//
// Shards come in path order. Rows of a table are gathered until they fill a file, so that files,
// and with them tables and digests, depend on the sources alone. Files are written side by side on
// a few threads, each with its own connection, while the caller extracts on. Rows that wait are
// reserved of the session's memory; where that is short they are packed, written or spilled.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/memory_budget.h"
#include "base/result.h"
#include "driver/build/gathered_rows.h"
#include "engine/session/session.h"
#include "evidence/extract.h"
#include "storage/data_file.h"

namespace codeanatomy::driver {

class EvidenceWriter {
 public:
  /// `session` must outlive the writer. Starts `threads` threads.
  EvidenceWriter(engine::Session& session, std::string out, std::string spill_folder, int threads);
  ~EvidenceWriter();
  EvidenceWriter(const EvidenceWriter&) = delete;
  EvidenceWriter& operator=(const EvidenceWriter&) = delete;

  /// Takes a shard's tables; `sources` is what their text points into. Waits while too many rows
  /// are unwritten. Errors: the first that any thread met; the writer is then of no more use.
  Result<void> Write(std::vector<evidence::TableBatches> tables,
                     const std::shared_ptr<const void>& sources);

  /// Gives memory of waiting rows back, by the least work that helps: lets shards go, waits for a
  /// file, spills a table. False where nothing waits. Called by the thread that calls Write.
  Result<bool> MakeRoom();
  /// What files that are being written may add to resident memory.
  uint64_t WritingBytes();

  /// Writes what is left and waits for all; files by table name, in the order of their rows.
  Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>> Finish();

 private:
  /// Rows of one file.
  struct Task {
    const TableInfo* table = nullptr;
    int index = 0;  // of the file in its table
    GatheredRows rows;
    MemoryReservation memory;  // of the rows
  };
  Task NewTask(const TableInfo& table, int index);
  bool Pack();
  Result<bool> WaitForFile();
  Result<bool> SpillLargest();
  void Queue(Task task);  // under mutex_
  void Run();
  Result<std::vector<storage::DataFile>> WriteTask(engine::Connection& connection, Task& task);
  void Fail(Error error);

  engine::Session& session_;
  std::string out_, spill_folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::map<std::string_view, Task> gathering_;  // by table; touched by the caller alone
  uint64_t rows_open_ = 0;                      // of queued and running tasks
  uint64_t growth_open_ = 0;                // memory that queued tasks will take with their rows
  size_t tasks_open_ = 0, tasks_done_ = 0;  // queued or running; written
  bool closed_ = false;
  std::optional<Error> error_;
  std::map<std::string, std::map<int, std::vector<storage::DataFile>>, std::less<>> files_;
  std::vector<std::thread> threads_;
};

/// "evidence/ast_nodes": where a declared table lies below the output folder.
std::string TableLocation(const TableInfo& table);

}  // namespace codeanatomy::driver
