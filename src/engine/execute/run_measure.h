// RunMeasure: measures the statements of an execution.
#pragma once

#include <mutex>

#include "engine/duckdb/statement_profile.h"
#include "engine/execute/run_metrics.h"

namespace codeanatomy::engine {

/// Collects the metrics of statements that run side by side.
class RunMeasure {
 public:
  explicit RunMeasure(bool is_on) : is_on_(is_on) {}

  /// Does `work`, whose last statement on `connection` counts. Errors those of `work` and of
  /// StatementProfile.
  template <typename Work>
  auto Measure(Connection& connection, const Work& work) -> decltype(work()) {
    if (!is_on_) return work();
    CA_ASSIGN_OR_RETURN(const StatementProfile profile, StatementProfile::Begin(connection));
    auto done = work();
    if (!done) return done;
    CA_ASSIGN_OR_RETURN(const StatementMetrics metrics, profile.Read());
    Add(metrics);
    return done;
  }

  bool is_on() const { return is_on_; }
  RunMetrics metrics() const;

 private:
  void Add(const StatementMetrics& statement);

  bool is_on_;
  mutable std::mutex mutex_;
  RunMetrics metrics_;
};

}  // namespace codeanatomy::engine
