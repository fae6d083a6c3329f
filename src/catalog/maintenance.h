// What the maintenance of a table consists of, declared once: reports and decisions name these.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

/// In the order in which they are done.
enum class MaintenanceOperation : uint8_t {
  kCompact,
  kCheckpoint,
  kVacuumDryRun,
  kVacuum,
  kMetadataCleanup,
  kConstraints,
};

struct MaintenanceOperationInfo {
  MaintenanceOperation operation;
  std::string_view name;
};

inline constexpr auto kMaintenanceOperations = std::to_array<MaintenanceOperationInfo>({
    {MaintenanceOperation::kCompact, "compact"},
    {MaintenanceOperation::kCheckpoint, "checkpoint"},
    {MaintenanceOperation::kVacuumDryRun, "vacuum_dry_run"},
    {MaintenanceOperation::kVacuum, "vacuum"},
    {MaintenanceOperation::kMetadataCleanup, "metadata_cleanup"},
    {MaintenanceOperation::kConstraints, "constraints"},
});

/// Why an operation was done or not.
enum class MaintenanceReason : uint8_t {
  kNotConfigured,
  kMetricsUnavailable,
  kThresholdsNotMet,
  kOptimizeFileThreshold,  // two files fit into one
  kRequested,              // what has no threshold
};
inline constexpr std::string_view kMaintenanceReasonNames[] = {
    "maintenance_not_configured", "metrics_unavailable", "thresholds_not_met",
    "optimize_file_threshold", "requested"};

constexpr std::string_view NameOf(MaintenanceReason reason) {
  return kMaintenanceReasonNames[static_cast<size_t>(reason)];
}

constexpr const MaintenanceOperationInfo& InfoOf(MaintenanceOperation operation) {
  return kMaintenanceOperations[static_cast<size_t>(operation)];
}

}  // namespace codeanatomy
