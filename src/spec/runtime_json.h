// The JSON form of RuntimeConfig and the policies of a spec, and the vocabulary in which
// spec_json.cpp describes the rest. Private to spec/, but for the names of the enumerations.
#pragma once

#include "expr/json_reader.h"
#include "spec/runtime_config.h"

namespace codeanatomy::expr {

#define CA_ENUM_NAMES(Enum, ...)                                                  \
  template <>                                                                     \
  struct EnumNames<Enum> {                                                        \
    static constexpr auto names = std::to_array<std::string_view>({__VA_ARGS__}); \
  }
CA_ENUM_NAMES(spec::RulepackProfile, "Default", "LowLatency", "Replay", "Strict");
CA_ENUM_NAMES(spec::RuleClass, "SemanticIntegrity", "DeltaScanAware", "CostShape", "Safety");
CA_ENUM_NAMES(spec::TunerMode, "Off", "Observe", "Apply");
CA_ENUM_NAMES(spec::PushdownMode, "strict", "warn");
CA_ENUM_NAMES(spec::GovernanceMode, "strict_allowlist", "warn_on_unregistered");
CA_ENUM_NAMES(spec::TracingPreset, "Maximal", "MaximalNoData", "ProductionLean");
CA_ENUM_NAMES(spec::RuleTracing, "Disabled", "PhaseOnly", "Full");
CA_ENUM_NAMES(spec::RedactionMode, "None", "DenyList", "AllowList");
CA_ENUM_NAMES(spec::OtlpProtocol, "http/protobuf", "http/json", "grpc");
CA_ENUM_NAMES(spec::CacheAction, "ForceCache", "NeverCache");

}  // namespace codeanatomy::expr

namespace codeanatomy::spec {

template <typename T, typename U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;

// Found by argument-dependent lookup from expr::Read and expr::Write, hence outside of the unnamed
// namespace; X is the type or its const form.
#define CA_DESCRIBE(Struct)        \
  template <class V, Is<Struct> X> \
  void Describe(V& v, X& x)

void Read(expr::JsonReader& r, const expr::Json& json, const std::string& path, RuleIntent& x);
expr::Json Write(const RuleIntent& x);

CA_DESCRIBE(ExportPolicy) {
  v.Default("traces_sampler", x.traces_sampler);
  v.Default("traces_sampler_arg", x.traces_sampler_arg);
  v.Default("bsp_max_queue_size", x.bsp_max_queue_size);
  v.Default("bsp_max_export_batch_size", x.bsp_max_export_batch_size);
  v.Default("bsp_schedule_delay_ms", x.bsp_schedule_delay_ms);
  v.Default("bsp_export_timeout_ms", x.bsp_export_timeout_ms);
}
CA_DESCRIBE(TracingConfig) {
  v.Default("enabled", x.enabled);
  v.Default("record_metrics", x.record_metrics);
  v.Default("plan_diff", x.plan_diff);
  v.Default("instrument_object_store", x.instrument_object_store);
  v.Default("rule_mode", x.rule_mode);
  v.Default("preview_limit", x.preview_limit);
  v.Default("preview_redaction_mode", x.preview_redaction_mode);
  v.Default("preview_redacted_columns", x.preview_redacted_columns);
  v.Default("preview_redaction_token", x.preview_redaction_token);
  v.Default("preview_max_width", x.preview_max_width);
  v.Default("preview_max_row_height", x.preview_max_row_height);
  v.Default("preview_min_compacted_col_width", x.preview_min_compacted_col_width);
  v.Default("otlp_endpoint", x.otlp_endpoint);
  v.Default("otlp_protocol", x.otlp_protocol);
  v.Default("otel_service_name", x.otel_service_name);
  v.Default("otel_resource_attributes", x.otel_resource_attributes);
  v.Default("custom_span_fields", x.custom_span_fields);
  v.Default("export_policy", x.export_policy);
}
CA_DESCRIBE(RuntimeConfig) {
  v.Default("compliance_capture", x.compliance_capture);
  v.Default("capture_optimizer_lab", x.capture_optimizer_lab);
  v.Default("tuner_mode", x.tuner_mode);
  v.Default("pushdown_enforcement_mode", x.pushdown_enforcement_mode);
  v.Default("extension_governance_mode", x.extension_governance_mode);
  v.Default("enable_tracing", x.enable_tracing);
  v.Default("enable_rule_tracing", x.enable_rule_tracing);
  v.Default("enable_plan_preview", x.enable_plan_preview);
  v.Default("lineage_tags", x.lineage_tags);
  v.Default("tracing_preset", x.tracing_preset);
  v.Default("tracing", x.tracing);
}
CA_DESCRIBE(PriorityOverride) {
  v.Required("rule_name", x.rule_name);
  v.Required("priority", x.priority);
}
CA_DESCRIBE(RuleOverlay) {
  v.Default("additional_intents", x.additional_intents);
  v.Default("exclude_rules", x.exclude_rules);
  v.Default("priority_overrides", x.priority_overrides);
  v.Default("explain_per_rule", x.explain_per_rule);
}
CA_DESCRIBE(RuntimeProfile) {
  v.Required("name", x.name);
  v.Default("target_partitions", x.target_partitions);
  v.Default("planning_concurrency", x.planning_concurrency);
  v.Default("memory_pool_bytes", x.memory_pool_bytes);
  v.Default("max_temp_directory_bytes", x.max_temp_directory_bytes);
  v.Default("row_group_rows", x.row_group_rows);
  v.Default("batch_size", x.batch_size);
  v.Default("optimizer_max_passes", x.optimizer_max_passes);
  v.Default("meta_fetch_concurrency", x.meta_fetch_concurrency);
  v.Default("snapshot_cache_limit", x.snapshot_cache_limit);
  v.Default("snapshot_cache_ttl", x.snapshot_cache_ttl);
  v.Default("file_pruning", x.file_pruning);
  v.Default("pushdown_filters", x.pushdown_filters);
  v.Default("enable_join_filter_pushdown", x.enable_join_filter_pushdown);
  v.Default("enable_top_n", x.enable_top_n);
  v.Default("repartition_joins", x.repartition_joins);
  v.Default("repartition_aggregations", x.repartition_aggregations);
  v.Default("repartition_windows", x.repartition_windows);
  v.Default("repartition_sorts", x.repartition_sorts);
  v.Default("repartition_file_scans", x.repartition_file_scans);
  v.Default("filter_null_join_keys", x.filter_null_join_keys);
  v.Default("show_statistics", x.show_statistics);
  v.Default("show_schema", x.show_schema);
}
CA_DESCRIBE(CacheOverride) {
  v.Required("view_name", x.view_name);
  v.Required("action", x.action);
}
CA_DESCRIBE(CachePolicy) {
  v.Default("min_fanout", x.min_fanout);
  v.Default("min_estimated_rows", x.min_estimated_rows);
  v.Default("cache_memory_budget", x.cache_memory_budget);
  v.Default("use_historical_metrics", x.use_historical_metrics);
  v.Default("overrides", x.overrides);
}
CA_DESCRIBE(CompactPolicy) { v.Default("target_file_size", x.target_file_size); }
CA_DESCRIBE(VacuumPolicy) {
  v.Required("retention_hours", x.retention_hours);
  v.Default("require_protocol_check", x.require_protocol_check);
  v.Default("dry_run_first", x.dry_run_first);
}
CA_DESCRIBE(NamedConstraint) {
  v.Required("name", x.name);
  v.Required("expression", x.expression);
}
CA_DESCRIBE(MaintenanceSchedule) {
  v.Default("target_tables", x.target_tables);
  v.Default("compact", x.compact);
  v.Default("vacuum", x.vacuum);
  v.Default("checkpoint", x.checkpoint);
  v.Default("metadata_cleanup", x.metadata_cleanup);
  v.Default("constraints", x.constraints);
  v.Default("max_parallel_tables", x.max_parallel_tables);
  v.Default("require_table_quiescence", x.require_table_quiescence);
}
}  // namespace codeanatomy::spec
