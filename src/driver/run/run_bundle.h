// The run bundle: what a run did, as files below `<out>/run_bundles/<run_id>/`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "driver/build/build.h"
#include "engine/decision/decision.h"
#include "engine/session/session.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

struct RunBundle {
  std::string out;
  const BuildReport* report = nullptr;
  const Config* config = nullptr;  // null: a spec was executed, no repository built
  const Recorder* recorder = nullptr;
  std::string spec_json;  // canonical; empty: the run ended before it was compiled
  std::string plan_json;  // plan.json (plan_artifact.h); empty: the run ended before it was planned
  std::vector<engine::DecisionRecord> decisions = {};  // empty: likewise
  std::string policy_json = {};  // policy.json (plan_artifact.h); empty: likewise
  engine::Settings settings;     // of the engine session
  const engine::SessionIdentity* session = nullptr;  // null: it was not opened
  std::vector<engine::CacheState> caches = {};       // of the engine session
  std::string compliance_json =
      {};                           // compliance.json (compliance_artifact.h); empty: not asked for
  std::string statements_sql = {};  // statements.sql, likewise
  std::string capabilities_json = {};  // of the engine session; empty: it was not opened
  // What the run recorded of itself, by name (trace/run_tracing.h).
  std::vector<std::pair<std::string, std::string>> trace_files = {};
  std::vector<BuiltTable> inputs =
      {};                      // of an executed spec; those of a build stand among its tables
  std::string input_dir = {};  // below which they lie
  bool manifest_only = false;
  const Error* error = nullptr;  // null: the run succeeded
};

/// Takes warnings down as events of a span.
void ReportWarnings(EventSink& sink, uint64_t span, const std::vector<engine::Warning>& warnings);

/// Writes manifest.json, config.json, spec.json, plan.json, policy.json, decisions.json,
/// compliance.json, settings.json, statements.sql, capabilities.json, timings.json, events.jsonl
/// and what was traced. `sha256sum spec.json` prints the spec hash. What a run can do without, all
/// but manifest, spec, configuration, timings and events, may fail: those are the warnings that are
/// returned; the manifest has them behind those of the report. Errors IoError, NoSpace.
Result<std::vector<engine::Warning>> WriteRunBundle(const RunBundle& bundle);

/// As `<out>/specs/<spec_hash>.json`: where readers of a build find the spec that made it. Written
/// before CURRENT names the hash.
Result<void> WriteSpec(storage::FileSystem& files, const std::string& out,
                       const std::string& spec_hash, const std::string& spec_json);

}  // namespace codeanatomy::driver
