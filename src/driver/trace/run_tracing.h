// RunTracing: what a run records of itself beyond its timings, from its begin to the files of its
// bundle and to the collector. Without tracing it does nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "driver/build/build.h"
#include "driver/run/recorder.h"
#include "engine/execute/execute_spec.h"
#include "spec/spec.h"
#include "storage/environment.h"
#include "storage/instrumented_file_system.h"

namespace codeanatomy::driver {

struct TraceDocument;

class RunTracing {
 public:
  RunTracing(spec::TracingConfig config, Recorder& recorder)
      : config_(std::move(config)), recorder_(recorder) {}

  const spec::TracingConfig& config() const { return config_; }
  /// Whether statements are to be measured.
  bool measures() const { return config_.enabled && config_.record_metrics; }

  /// `files`, with a span for every operation where they are asked for; below `parent` until
  /// MoveOperations. To be called once.
  storage::FileSystem& Watch(storage::FileSystem& files, uint64_t parent);
  void MoveOperations(uint64_t parent);

  /// What the root span says of a run before and after it is executed; kept for Finish.
  void Begin(SpanScope& root, const spec::Spec& spec);
  void Describe(SpanScope& root, const engine::ExecutionReport& executed);

  /// The files of the run bundle by name: otel_traces.json, otel_metrics.json, previews.txt. Sends
  /// the spans where an endpoint is named: what fails there is one of `report.warnings` and an
  /// exception of `span`, never more. Spans that are still open end here.
  std::vector<std::pair<std::string, std::string>> Finish(BuildReport& report, uint64_t span,
                                                          const std::string& program_version,
                                                          storage::Clock& clock);

 private:
  void Export(const TraceDocument& trace, BuildReport& report, uint64_t span,
              storage::Clock& clock);

  const spec::TracingConfig config_;
  Recorder& recorder_;
  std::unique_ptr<storage::InstrumentedFileSystem> watched_;
  std::string rulepack_profile_;
  std::map<std::string, std::string> previews_;  // by table
  std::optional<engine::RunMetrics> metrics_;
};

}  // namespace codeanatomy::driver
