#include "engine/execute/run_measure.h"

#include <algorithm>

namespace codeanatomy::engine {

RunMetrics RunMeasure::metrics() const {
  const std::lock_guard lock(mutex_);
  return metrics_;
}

void RunMeasure::Add(const StatementMetrics& statement) {
  const std::lock_guard lock(mutex_);
  metrics_.compute_microseconds += static_cast<uint64_t>(statement.compute_seconds * 1e6);
  metrics_.rows_scanned += statement.rows_scanned;
  metrics_.peak_memory_bytes = std::max(metrics_.peak_memory_bytes, statement.peak_memory_bytes);
  metrics_.spill_count += statement.spilled_bytes > 0 ? 1 : 0;
  for (const auto& [type, measured] : statement.operators) {
    OperatorMetrics& sum = metrics_.operators[type];
    sum.count += measured.count;
    sum.output_rows += measured.output_rows;
    sum.compute_seconds += measured.compute_seconds;
  }
  metrics_.spilled_bytes = std::max(metrics_.spilled_bytes, statement.spilled_bytes);
}

}  // namespace codeanatomy::engine
