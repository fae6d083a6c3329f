// EvidenceWriter: batches of the native stage → Parquet files below `<out>/evidence` and
// `<out>/quality`.
//
// Shards come in path order. Rows of a table are gathered until they fill a file, so that files,
// and with them tables and digests, depend on the sources alone and memory stays bounded. Files are
// written side by side on a few threads, each with its own connection, while the caller extracts
// on.
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

#include "base/result.h"
#include "engine/session/session.h"
#include "evidence/extract.h"
#include "storage/data_file.h"

namespace codeanatomy::driver {

class EvidenceWriter {
 public:
  /// `session` must outlive the writer. Starts `threads` threads.
  EvidenceWriter(engine::Session& session, std::string out, int threads);
  ~EvidenceWriter();
  EvidenceWriter(const EvidenceWriter&) = delete;
  EvidenceWriter& operator=(const EvidenceWriter&) = delete;

  /// Takes a shard's tables; `sources` is what their text points into. Waits while too many rows
  /// are unwritten. Errors: the first that any thread met; the writer is then of no more use.
  Result<void> Write(std::vector<evidence::TableBatches> tables,
                     const std::shared_ptr<const void>& sources);

  /// Writes what is left and waits for all; files by table name, in the order of their rows.
  Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>> Finish();

 private:
  /// Rows of one file.
  struct Task {
    const TableInfo* table = nullptr;
    int index = 0;  // of the file in its table
    std::vector<ColumnBatch> batches;
    std::vector<std::shared_ptr<const void>> sources;
    uint64_t rows = 0;
  };
  void Queue(Task task);  // under mutex_
  void Run();
  Result<std::vector<storage::DataFile>> WriteTask(engine::Connection& connection,
                                                   const Task& task);
  void Fail(Error error);

  engine::Session& session_;
  std::string out_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::map<std::string_view, Task> gathering_;  // by table; touched by the caller alone
  uint64_t rows_open_ = 0;                      // of queued and running tasks
  bool closed_ = false;
  std::optional<Error> error_;
  std::map<std::string, std::map<int, std::vector<storage::DataFile>>, std::less<>> files_;
  std::vector<std::thread> threads_;
};

/// "evidence/ast_nodes": where a declared table lies below the output folder.
std::string TableLocation(const TableInfo& table);

}  // namespace codeanatomy::driver
