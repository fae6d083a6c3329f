// StatementProfile: what the engine measured of the last statement of a connection.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/duckdb/connection.h"

namespace codeanatomy::engine {

/// Of all operators of one type in a statement.
struct OperatorMetrics {
  uint64_t count = 0;  // of operators
  uint64_t output_rows = 0;
  double compute_seconds = 0;  // over all threads
};

/// Peaks are of the whole database while the statement ran: of statements side by side each sees
/// what all of them took.
struct StatementMetrics {
  double compute_seconds = 0;  // over all threads
  uint64_t rows_scanned = 0;
  uint64_t peak_memory_bytes = 0;  // buffers of the engine
  uint64_t spilled_bytes = 0;      // most that lay in its temporary folder
  std::map<std::string, OperatorMetrics, std::less<>> operators;  // by type, as the engine names it
};

/// Measures what its connection executes while it lives; one at a time.
class StatementProfile {
 public:
  /// Errors EngineFailed.
  static Result<StatementProfile> Begin(Connection& connection);
  StatementProfile(StatementProfile&& other) noexcept;
  StatementProfile& operator=(StatementProfile&&) = delete;
  ~StatementProfile();

  /// Of the statement that ended last; zeros for one that was answered from statistics alone.
  /// Errors EngineFailed: the engine lacks a measure.
  Result<StatementMetrics> Read() const;

 private:
  explicit StatementProfile(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace codeanatomy::engine
