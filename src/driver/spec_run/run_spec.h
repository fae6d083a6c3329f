// RunSpec: any execution spec over the tables of a build, published as a build of its own.
//
//   read the spec → open its inputs → execute → commit → CURRENT
//
// The way of a foreign spec and of the embedding interface; replay.h compares instead of
// publishing.
#pragma once

#include <optional>
#include <string>

#include "base/observe.h"
#include "driver/build/build.h"
#include "driver/run/compliance_retention.h"
#include "driver/run/recorder.h"
#include "driver/spec_run/spec_inputs.h"
#include "driver/trace/tracing_choice.h"
#include "engine/execute/run_metrics.h"
#include "engine/schedule/task_graph.h"
#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::driver {

struct RunSpecRequest {
  const spec::Spec* spec = nullptr;
  std::string input_dir;   // the inputs' locations are below it
  std::string output_dir;  // another folder
  std::string run_id;      // empty: a new one
  std::string program_version;
  engine::SessionOptions session;   // temporary folder, sink and cancel flag are set by RunSpec
  std::string tuner_mode = "spec";  // value of engine.tuner_mode
  TracingChoice tracing = {};       // over that of the spec
  int64_t compliance_retention_days = kShortRetentionDays;
  bool collect_metrics = false;  // measure every statement, whatever the tuner's mode
  bool include_manifest = true;  // in the run bundle's folder
  bool include_run_bundle = true;
  Recorder* recorder = nullptr;
  const CancelFlag* cancel = nullptr;
};

struct RunSpecReport {
  BuildReport build;  // tables are the outputs; nothing is known about sources
  std::vector<BuiltTable> inputs;
  engine::TaskSchedule schedule;
  std::optional<engine::RunMetrics> metrics;  // where statements were measured
  std::string plan_json, compliance_json;     // as of a run bundle; empty: not captured
  std::string manifest_path, run_bundle_dir;  // empty where not asked for
};

/// Errors TracingInitFailed; InvalidArgument: output and input folder are one; those of
/// OpenSpecInputs, ExecuteSpec and
///        PublishCurrent. Nothing is published then.
Result<RunSpecReport> RunSpec(const RunSpecRequest& request);

}  // namespace codeanatomy::driver
