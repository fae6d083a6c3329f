#include "engine/execute/run_metrics.h"

#include <algorithm>

namespace codeanatomy::engine {

std::optional<double> RunMetrics::ScanSelectivity() const {
  if (rows_scanned == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(output_rows) / static_cast<double>(rows_scanned));
}

}  // namespace codeanatomy::engine
