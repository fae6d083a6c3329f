#include "driver/run/metrics_json.h"

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::ordered_json;

Json OrNull(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

}  // namespace

Json CollectedMetricsJson(const engine::RunMetrics& metrics) {
  Json operators = Json::array();
  for (const auto& [name, measured] : metrics.operators) {
    operators.push_back(
        {{"operator_name", name},
         {"operator_count", measured.count},
         {"output_rows", measured.output_rows},
         {"elapsed_compute_nanos", static_cast<uint64_t>(measured.compute_seconds * 1e9)}});
  }
  return {{"output_rows", metrics.output_rows},
          {"spill_count", metrics.spill_count},
          {"spilled_bytes", metrics.spilled_bytes},
          {"elapsed_compute_nanos", metrics.compute_microseconds * 1000},
          {"peak_memory_bytes", metrics.peak_memory_bytes},
          {"scan_selectivity", metrics.ScanSelectivity().value_or(1)},
          {"partition_count", metrics.knobs.target_partitions},
          {"operator_metrics", std::move(operators)}};
}

Json TraceMetricsSummaryJson(const engine::RunMetrics& metrics,
                             const std::vector<BuiltTable>& outputs,
                             const std::vector<engine::Warning>& warnings) {
  uint64_t files = 0, bytes = 0, operators = 0;
  for (const BuiltTable& table : outputs) {
    files += table.files_added;
    bytes += table.bytes_written;
  }
  for (const auto& [name, measured] : metrics.operators) operators += measured.count;
  Json counts = Json::object();
  for (const engine::Warning& warning : warnings) {
    Json& count = counts[std::string(InfoOf(warning.code).name)];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  return {{"output_rows", metrics.output_rows},
          {"output_batches", files},
          {"output_bytes", bytes},
          {"selectivity", OrNull(metrics.ScanSelectivity())},
          {"operator_count", operators},
          {"elapsed_nanos", metrics.elapsed_microseconds * 1000},
          {"warning_counts_by_code", std::move(counts)}};
}

}  // namespace codeanatomy::driver
