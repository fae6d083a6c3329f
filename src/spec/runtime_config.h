// RuntimeConfig and the optional policies of a spec: what may vary between runs of one spec.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.h"

namespace codeanatomy::spec {

enum class RulepackProfile : uint8_t { kDefault, kLowLatency, kReplay, kStrict };
enum class TunerMode : uint8_t { kOff, kObserve, kApply };
enum class PushdownMode : uint8_t { kStrict, kWarn };
enum class GovernanceMode : uint8_t { kStrictAllowlist, kWarnOnUnregistered };
enum class TracingPreset : uint8_t { kMaximal, kMaximalNoData, kProductionLean };
enum class RuleTracing : uint8_t { kDisabled, kPhaseOnly, kFull };
enum class RedactionMode : uint8_t { kNone, kDenyList, kAllowList };
enum class OtlpProtocol : uint8_t { kHttpProtobuf, kHttpJson, kGrpc };
enum class CacheAction : uint8_t { kForceCache, kNeverCache };
enum class RuleClass : uint8_t { kSemanticIntegrity, kDeltaScanAware, kCostShape, kSafety };

using TextMap = std::map<std::string, std::string>;

struct ExportPolicy {
  std::string traces_sampler = "parentbased_always_on";
  std::optional<std::string> traces_sampler_arg;
  int64_t bsp_max_queue_size = 2048;
  int64_t bsp_max_export_batch_size = 512;
  int64_t bsp_schedule_delay_ms = 5000;
  int64_t bsp_export_timeout_ms = 30000;
  bool operator==(const ExportPolicy&) const = default;
};

struct TracingConfig {
  bool enabled = false;
  bool record_metrics = true;
  bool plan_diff = false;
  bool instrument_object_store = false;
  RuleTracing rule_mode = RuleTracing::kDisabled;
  int64_t preview_limit = 0;
  RedactionMode preview_redaction_mode = RedactionMode::kNone;
  std::vector<std::string> preview_redacted_columns;
  std::string preview_redaction_token = "[REDACTED]";
  int64_t preview_max_width = 96;
  int64_t preview_max_row_height = 4;
  int64_t preview_min_compacted_col_width = 10;
  std::optional<std::string> otlp_endpoint;
  std::optional<OtlpProtocol> otlp_protocol;
  std::optional<std::string> otel_service_name;
  TextMap otel_resource_attributes, custom_span_fields;
  ExportPolicy export_policy;
  bool operator==(const TracingConfig&) const = default;
};

struct RuntimeConfig {
  bool compliance_capture = false;
  bool capture_optimizer_lab = false;
  TunerMode tuner_mode = TunerMode::kOff;
  PushdownMode pushdown_enforcement_mode = PushdownMode::kStrict;
  GovernanceMode extension_governance_mode = GovernanceMode::kStrictAllowlist;
  bool enable_tracing = false;
  bool enable_rule_tracing = false;
  bool enable_plan_preview = false;
  TextMap lineage_tags;
  std::optional<TracingPreset> tracing_preset;
  TracingConfig tracing;
};

struct RuleIntent {
  std::string name;
  RuleClass rule_class = RuleClass::kSemanticIntegrity;
  std::string params = "{}";  // canonical JSON of any value
};

struct PriorityOverride {
  std::string rule_name;
  int64_t priority = 0;
};
struct RuleOverlay {
  std::vector<RuleIntent> additional_intents;
  std::vector<std::string> exclude_rules;
  std::vector<PriorityOverride> priority_overrides;
  bool explain_per_rule = false;
};

struct CacheOverride {
  std::string view_name;
  CacheAction action = CacheAction::kForceCache;
};
struct CachePolicy {
  int64_t min_fanout = 2;
  std::optional<int64_t> min_estimated_rows, cache_memory_budget;
  bool use_historical_metrics = false;
  std::vector<CacheOverride> overrides;
};

struct CompactPolicy {
  int64_t target_file_size = int64_t{512} << 20;  // bytes
};
struct VacuumPolicy {
  int64_t retention_hours = 0;
  bool require_protocol_check = true;
  bool dry_run_first = false;
};
struct NamedConstraint {
  std::string name;
  expr::Expr expression;
};
struct MaintenanceSchedule {
  std::vector<std::string> target_tables;  // empty: all outputs
  std::optional<CompactPolicy> compact;
  std::optional<VacuumPolicy> vacuum;
  bool checkpoint = false;
  bool metadata_cleanup = false;
  std::vector<NamedConstraint> constraints;
  int64_t max_parallel_tables = 1;
  bool require_table_quiescence = false;

  /// Whether the table is among those to be maintained.
  bool IsTarget(std::string_view table) const {
    return target_tables.empty() ||
           std::find(target_tables.begin(), target_tables.end(), table) != target_tables.end();
  }
};

/// Knobs of the engine profile that a spec may fix; absent ones are the profile's.
struct RuntimeProfile {
  std::string name;                                 // small, medium or large
  std::optional<int64_t> target_partitions;         // threads of the engine
  std::optional<int64_t> planning_concurrency;      // statements side by side
  std::optional<int64_t> memory_pool_bytes;         // the engine's limit
  std::optional<int64_t> max_temp_directory_bytes;  // on disk, for spilling
  std::optional<int64_t> row_group_rows;            // of written files
  std::optional<int64_t> batch_size;                // rows per batch of an Arrow stream
  std::optional<int64_t> optimizer_max_passes;      // of the rules over a plan
  std::optional<int64_t> meta_fetch_concurrency;    // logs of inputs read side by side
  std::optional<int64_t> snapshot_cache_limit;      // bytes of logs that are kept
  std::optional<std::string> snapshot_cache_ttl;    // "30s", "5m", "1h", "1d" or seconds
  std::optional<bool> file_pruning;                 // files that cannot match are not read
  std::optional<bool> pushdown_filters, enable_join_filter_pushdown, enable_top_n;
  /// False: a task with such an operator runs alone and with one thread.
  std::optional<bool> repartition_joins, repartition_aggregations, repartition_windows,
      repartition_sorts, repartition_file_scans;
  std::optional<bool> filter_null_join_keys;         // rows without a key do not reach their join
  std::optional<bool> show_statistics, show_schema;  // in explanations of statements
};

}  // namespace codeanatomy::spec
