// ScanPolicy: how an input is scanned. The session's defaults, and what signals of the plan and of
// the table's log make of them for one scan; each difference is recorded with its reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/scan_signal.h"
#include "engine/plan/plan.h"

namespace codeanatomy::engine {

/// Tables below this many rows are read whole: asking the log would take as long.
inline constexpr int64_t kSmallTableRows = 10'000;
/// Conditions from which a scan counts as selective: each is taken to keep half of the rows.
inline constexpr size_t kSelectiveConditions = 2;

struct ScanPolicy {
  bool file_pruning = true;                // files that cannot match are not read
  bool parquet_pushdown = true;            // conditions are judged in the engine's scan
  std::optional<std::string> file_column;  // of the scan's rows
  bool operator==(const ScanPolicy&) const = default;
};

/// What is known of a scan before it runs.
struct ScanSignals {
  size_t files = 0;
  std::optional<int64_t> rows;     // of the table, by its log
  size_t judged_conditions = 0;    // that reach the scan and that statistics can judge
  bool filters_partition = false;  // one of them names a partition column
  bool has_collation = false;      // of the session
  bool requires_lineage = false;

  double selectivity() const;  // 0.5 for each judged condition
};

struct ScanDecision {
  ScanPolicy policy;
  std::vector<ScanSignal> reasons;  // empty: the defaults
  double confidence = 1.0;          // the least of the reasons'
};

/// Whether the log has to be asked for the rest of the signals: without it nothing else can decide.
bool NeedsLog(const ScanSignals& signals, const ScanPolicy& defaults);

/// The policy of one scan. A default that prunes no file is not overridden by signals that would
/// prune.
ScanDecision DecideScan(const ScanSignals& signals, const ScanPolicy& defaults);

}  // namespace codeanatomy::engine
