// StatementProfile: what the engine measured of the last statement of a connection.
#pragma once

#include "engine/duckdb/connection.h"
#include "engine/duckdb/statement_metrics.h"

namespace codeanatomy::engine {

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
