// RunMetrics: what the execution of a spec took, summed over its statements. Measured when asked
// for only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/duckdb/statement_metrics.h"

namespace codeanatomy::engine {

/// How a spec was executed, as far as its runtime profile may say.
struct ExecutionKnobs {
  int64_t target_partitions = 1;     // threads of the engine
  int64_t planning_concurrency = 1;  // statements side by side
  int64_t row_group_rows = 0;        // of written files
  auto operator<=>(const ExecutionKnobs&) const = default;
};

struct RunMetrics {
  ExecutionKnobs knobs;
  uint64_t elapsed_microseconds = 0;  // from the first statement to the last
  uint64_t compute_microseconds = 0;  // over all threads
  uint64_t output_rows = 0;
  uint64_t rows_scanned = 0;
  uint64_t peak_memory_bytes = 0;  // buffers of the engine
  uint64_t spill_count = 0;        // statements during which something lay on disk
  uint64_t spilled_bytes = 0;      // most that lay there at one time
  std::map<std::string, OperatorMetrics, std::less<>> operators = {};  // by type

  /// Rows written of rows scanned, at most 1; null where nothing was scanned.
  std::optional<double> ScanSelectivity() const;
};

}  // namespace codeanatomy::engine
