// MetricsJson: otel_metrics.json of a run bundle, the sums behind the spans.
#pragma once

#include <map>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "driver/build/build.h"
#include "driver/trace/trace_document.h"
#include "engine/execute/run_metrics.h"

namespace codeanatomy::driver {

/// The measured part of a run; of one that failed what there is.
struct MeasuredRun {
  const std::vector<BuiltTable>* outputs = nullptr;
  const engine::RunMetrics* metrics = nullptr;  // null: statements were not measured
};

/// OTLP's JSON form of metrics: durations of stages, writes and storage operations as histograms,
/// counts of storage operations and errors, rows of the outputs, and what the engine measured;
/// names begin with `codeanatomy.`. Every point carries the run's id. Cost linear in spans.
nlohmann::ordered_json MetricsJson(const TraceDocument& trace, const std::string& run_id,
                                   const MeasuredRun& run);

}  // namespace codeanatomy::driver
