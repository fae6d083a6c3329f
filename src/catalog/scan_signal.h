// Scan signals: what a plan and a table's log say that makes a scan differ from the session's
// policy.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

enum class ScanSignal : uint8_t {
  kNoFilter,
  kSmallTable,
  kSelectiveFilter,
  kPartitionFilter,
  kCollation,
  kLineageRequired,
};

struct ScanSignalInfo {
  ScanSignal signal;
  std::string_view name, effect;
  double confidence;  // 1: the effect follows by itself; less: a rule of thumb decides
};

inline constexpr auto kScanSignals = std::to_array<ScanSignalInfo>({
    {ScanSignal::kNoFilter, "no_filter",
     "no condition that statistics can judge reaches the scan: the log is not asked", 1.0},
    {ScanSignal::kSmallTable, "small_table",
     "fewer than 10,000 rows, or one file of unknown size: all files are read", 0.85},
    {ScanSignal::kSelectiveFilter, "selective_filter",
     "several conditions reach the scan: files are pruned, however small the table", 0.85},
    {ScanSignal::kPartitionFilter, "partition_filter",
     "a condition on a partition column reaches the scan: files are pruned, however small the "
     "table",
     1.0},
    {ScanSignal::kCollation, "collation",
     "the session compares text by a collation, statistics by bytes: all files are read", 1.0},
    {ScanSignal::kLineageRequired, "lineage_required",
     "the spec asks for the file of each row: the scan has a column for it", 1.0},
});

constexpr const ScanSignalInfo& InfoOf(ScanSignal signal) {
  return kScanSignals[static_cast<size_t>(signal)];
}

}  // namespace codeanatomy
