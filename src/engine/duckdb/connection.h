// Connection: runs statements on a Database. One thread at a time; open one per thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/duckdb/query_result.h"

namespace codeanatomy::engine {

/// A bound parameter, $1 … in order.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string_view>;

using NamedValue = std::pair<std::string, Value>;

/// Errors of all members: by what DuckDB reports,
///   SqlInvalid            the text does not parse or bind (parser, binder, catalog)
///   Interrupted           Interrupt was called
///   MemoryBudgetExceeded  the memory limit was reached and spilling did not help
///   NoSpace, IoError      the file system refused
///   EngineFailed          everything else (conversion, overflow, an engine fault)
/// The message is DuckDB's own first line, without position marks.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs all statements of the text, drops their rows.
  Result<void> Execute(std::string_view sql);

  /// Runs one statement to its end and keeps its rows in the engine's buffers.
  Result<QueryResult> Query(std::string_view sql, std::span<const Value> parameters = {});
  Result<QueryResult> Query(std::string_view sql, std::initializer_list<Value> parameters) {
    return Query(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }

  /// The same, computed while it is read: bounded memory, no other statement on this connection
  /// until the result is gone.
  Result<QueryResult> Stream(std::string_view sql, std::span<const Value> parameters);
  Result<QueryResult> Stream(std::string_view sql) { return Stream(sql, std::span<const Value>()); }

  /// The same with parameters by name: $name, or $1 by "1".
  Result<QueryResult> Stream(std::string_view sql, std::span<const NamedValue> parameters);

  /// Stops the statement that runs now; from any thread. A no-op where none runs.
  void Interrupt();

  const Library& library() const { return *library_; }
  duckdb_connection handle() const { return handle_; }

 private:
  friend class Database;
  Connection(const Library* library, duckdb_connection handle);
  struct Binding;
  Result<QueryResult> Run(std::string_view sql, const Binding& binding, bool streaming);

  const Library* library_;
  duckdb_connection handle_ = nullptr;
};

}  // namespace codeanatomy::engine
