// Database: one DuckDB database object, in memory. Settings, functions and views belong to it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/duckdb/connection.h"

namespace codeanatomy::engine {

class Database {
 public:
  /// `settings` are DuckDB configuration options as at open: ("threads", "2"). Extensions are never
  /// installed or loaded by themselves.
  /// Errors SessionInitializationFailed: the library or a setting is refused.
  /// Cost   about 5 ms beside Library::Open.
  static Result<Database> Open(const std::vector<std::pair<std::string, std::string>>& settings);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();  // every connection must be gone

  Result<Connection> Connect() const;
  const Library& library() const { return *library_; }
  duckdb_database handle() const { return handle_; }

 private:
  Database(const Library* library, duckdb_database handle);
  const Library* library_;
  duckdb_database handle_ = nullptr;
};

}  // namespace codeanatomy::engine
