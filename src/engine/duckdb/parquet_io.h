// DuckdbParquetIo: storage's Parquet over DuckDB, for checkpoints and row-wise reading and writing.
#pragma once

#include <memory>
#include <mutex>

#include "engine/session/session.h"
#include "storage/parquet_io.h"

namespace codeanatomy::engine {

class DuckdbParquetIo : public storage::ParquetIo {
 public:
  /// Works on connections of a session, which outlives it.
  explicit DuckdbParquetIo(Session& session) : session_(&session) {}
  /// Opens a session of its own when it is first needed: most logs are read without any Parquet.
  explicit DuckdbParquetIo(SessionOptions options) : options_(std::move(options)) {}

  Result<std::vector<storage::DataFile>> Write(const storage::Schema& schema,
                                               std::span<const storage::Row> rows,
                                               const std::string& folder) override;
  Result<void> Read(const std::string& path, const storage::Schema& schema,
                    const storage::RowSink& sink) override;
  /// Rows pass through the engine alone, which spills a sort under the session's limit.
  Result<std::vector<storage::DataFile>> Rewrite(const storage::FileRewrite& rewrite,
                                                 const std::string& folder) override;

 private:
  Result<Session::PooledConnection> Connect();

  SessionOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Session> own_;
  Session* session_ = nullptr;
};

}  // namespace codeanatomy::engine
