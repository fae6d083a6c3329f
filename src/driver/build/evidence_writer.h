// EvidenceWriter: batches of the native stage → Parquet files below `<out>/evidence` and `<out>/quality`.
//
// Shards come in path order; each gives one file per table that has rows, so memory stays bounded and
// the files depend on the sources alone. Tables of a shard are written side by side on a few threads,
// each with its own connection, while the caller extracts the next shard.
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

  /// Queues a shard's tables; `sources` is what their text points into. Waits while more than one
  /// shard is unwritten. Errors: the first that any thread met; the writer is then of no more use.
  Result<void> Write(std::vector<evidence::TableBatches> tables, std::shared_ptr<const void> sources);

  /// Waits for all; files by table name, in the order of their shards.
  Result<std::map<std::string, std::vector<storage::DataFile>, std::less<>>> Finish();

 private:
  struct Shard;
  struct Task {
    std::shared_ptr<Shard> shard;
    size_t table;
  };
  void Run();
  Result<std::vector<storage::DataFile>> WriteTable(engine::Connection& connection, const Task& task);
  void Fail(Error error);

  engine::Session& session_;
  std::string out_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  size_t shards_open_ = 0;
  int next_shard_ = 0;
  bool closed_ = false;
  std::optional<Error> error_;
  std::map<std::string, std::map<int, std::vector<storage::DataFile>>, std::less<>> files_;
  std::vector<std::thread> threads_;
};

/// "evidence/ast_nodes": where a declared table lies below the output folder.
std::string TableLocation(const TableInfo& table);

}  // namespace codeanatomy::driver
