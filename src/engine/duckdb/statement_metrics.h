// StatementMetrics: what a statement took, as figures.
#pragma once

#include <cstdint>
#include <map>
#include <string>

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

}  // namespace codeanatomy::engine
