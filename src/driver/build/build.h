// RunBuild: a repository becomes evidence tables and a graph, published together.
//
//   scan → shards: extract ∥ write evidence → resolve → commit evidence
//        → compile the spec → execute it → commit the graph → CURRENT
//
// Until CURRENT is replaced readers see the build before; a crash at any moment leaves it readable.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/memory_budget.h"
#include "base/observe.h"
#include "base/result.h"
#include "catalog/python_version.h"
#include "driver/config/config.h"
#include "driver/run/recorder.h"
#include "engine/execute/maintenance_report.h"
#include "engine/plan/warning.h"
#include "engine/schedule/tuner.h"

namespace codeanatomy::driver {

struct BuildRequest {
  std::string repository;  // an existing directory
  std::string run_id;      // empty: a new one
  std::string program_version;
  const Config* config = nullptr;
  Recorder* recorder = nullptr;
  const CancelFlag* cancel = nullptr;
};

struct BuiltTable {
  std::string name;
  std::string path;  // below the output folder
  int64_t version = 0;
  uint64_t rows = 0, files_added = 0, bytes_written = 0;
  std::string content_digest;
};

struct BuildReport {
  std::string run_id, repository, output_dir, spec_hash;
  std::string envelope_hash, rulepack_fingerprint;
  PythonVersion target_version = kNewestPythonVersion;
  uint64_t files = 0, bytes = 0, lines = 0;
  uint64_t failed_files = 0;  // not readable or not valid Python
  uint64_t nodes = 0;
  std::map<std::string, uint64_t> edges;        // relation cpg_edges: stored kinds
  std::map<std::string, uint64_t> diagnostics;  // by code
  std::vector<engine::TunerHint> tuner_hints;   // empty where the run was not observed
  std::vector<engine::Warning> warnings;
  std::vector<engine::MaintenanceReport> maintenance;  // empty where the spec asks for none
  std::vector<BuiltTable> tables;                      // by name
  double seconds = 0;
  MemoryUse memory;
};

/// Errors  of every stage, typed; nothing is published then. With `build.strict` a file that cannot
/// be
///         read or parsed is ExtractionFailed.
/// Cost    linear in the sources; memory bounded by the session's limit.
Result<BuildReport> RunBuild(const BuildRequest& request);

}  // namespace codeanatomy::driver
