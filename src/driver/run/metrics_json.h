// What the execution of a spec took, for responses.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "driver/build/build.h"
#include "engine/execute/run_metrics.h"

namespace codeanatomy::driver {

/// {output_rows, spill_count, spilled_bytes, elapsed_compute_nanos, peak_memory_bytes,
/// scan_selectivity (1 where unknown), partition_count (threads of the engine), operator_metrics
/// [{operator_name, operator_count, output_rows, elapsed_compute_nanos}]}, operators by name.
nlohmann::ordered_json CollectedMetricsJson(const engine::RunMetrics& metrics);

/// {output_rows, output_batches (files), output_bytes, selectivity (null where unknown),
/// operator_count, elapsed_nanos, warning_counts_by_code}.
nlohmann::ordered_json TraceMetricsSummaryJson(const engine::RunMetrics& metrics,
                                               const std::vector<BuiltTable>& outputs,
                                               const std::vector<engine::Warning>& warnings);

}  // namespace codeanatomy::driver
