// The native half of a build: scan, extraction in shards, resolution, evidence tables committed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/observe.h"
#include "base/result.h"
#include "driver/build/build.h"
#include "engine/plan/warning.h"
#include "engine/session/session.h"
#include "evidence/extract.h"
#include "source/repository_scan.h"
#include "storage/environment.h"

namespace codeanatomy::driver {

struct EvidenceStageRequest {
  source::ScanOptions scan;
  evidence::ExtractOptions extract;
  std::string repository;
  std::string out, spill_folder;
  uint64_t max_file_bytes = 0;
  std::map<std::string, std::string> commit_metadata;
};

struct EvidenceStageResult {
  std::vector<BuiltTable> tables;  // every declared evidence and quality table, by name
  /// Live Parquet files by table, absolute, in row order.
  std::map<std::string, std::vector<std::string>, std::less<>> files;
  evidence::FileCounts counts;
  uint64_t file_count = 0, failed_files = 0;
  std::map<std::string, uint64_t> diagnostics;  // rows by code
  std::vector<engine::Warning> warnings;
};

/// Errors  ExtractionFailed when the repository holds no Python file; IdCollision;
///         MemoryBudgetExceeded for a file whose tree cannot fit; those of scan,
///         storage and engine; Interrupted.
/// Memory  reserved of the session's: a shard of 1 MiB as trees and rows, rows of a file per table
///         (spilled where memory is short), per-file interfaces.
Result<EvidenceStageResult> RunEvidenceStage(const EvidenceStageRequest& request,
                                             engine::Session& session,
                                             const storage::Environment& environment,
                                             Recorder& recorder, uint64_t parent_span,
                                             const CancelFlag& cancel);

}  // namespace codeanatomy::driver
