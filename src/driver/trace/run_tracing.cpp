#include "driver/trace/run_tracing.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/run/metrics_json.h"
#include "driver/run/run_bundle.h"
#include "driver/trace/export_trace.h"
#include "driver/trace/metrics_document.h"
#include "driver/trace/otlp_encoding.h"
#include "driver/trace/preview_table.h"
#include "spec/runtime_json.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::ordered_json;

template <typename Enum>
std::string NameOf(Enum value) {
  return std::string(expr::EnumNames<Enum>::names[static_cast<size_t>(value)]);
}

std::string BoolText(bool value) { return value ? "true" : "false"; }

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A captured signal, as it stands in a run bundle.
std::string SignalText(Json document, const BuildReport& report, storage::Clock& clock) {
  Json file{{"run_id", report.run_id},
            {"output_dir", report.output_dir},
            {"captured_at_unix_s", clock.NowMilliseconds() / 1000}};
  file.update(document);
  return Dump(file) + "\n";
}

}  // namespace

storage::FileSystem& RunTracing::Watch(storage::FileSystem& files, uint64_t parent) {
  if (!config_.enabled || !config_.instrument_object_store) return files;
  watched_ = std::make_unique<storage::InstrumentedFileSystem>(files, recorder_, parent);
  return *watched_;
}

void RunTracing::MoveOperations(uint64_t parent) {
  if (watched_ != nullptr) watched_->SetParent(parent);
}

void RunTracing::Begin(SpanScope& root, const spec::Spec& spec) {
  if (!config_.enabled) return;
  rulepack_profile_ = NameOf(spec.rulepack_profile);
  root.Set("profile", rulepack_profile_);
  root.Set("tracing.rule_mode", NameOf(config_.rule_mode));
  root.Set("tracing.record_metrics", BoolText(config_.record_metrics));
  root.Set("tracing.plan_diff", BoolText(config_.plan_diff));
  root.Set("tracing.instrument_object_store", BoolText(config_.instrument_object_store));
  root.Set("tracing.preview_limit", fmt::format("{}", config_.preview_limit));
}

void RunTracing::Describe(SpanScope& root, const engine::ExecutionReport& executed) {
  if (!config_.enabled) return;
  for (const engine::OutputPreview& preview : executed.previews)
    previews_[preview.table] = PreviewTable(preview, config_);
  metrics_ = executed.metrics;
  root.Set("spec_hash", executed.spec_hash);
  root.Set("envelope_hash", executed.envelope_hash);
  root.Set("rulepack_fingerprint", executed.rulepack_fingerprint);
  std::map<std::string, uint64_t> counts;
  for (const engine::Warning& warning : executed.warnings)
    ++counts[std::string(InfoOf(warning.code).name)];
  root.Set("warning_count_total", fmt::format("{}", executed.warnings.size()));
  root.Set("warning_counts_by_code_json", Dump(Json(counts)));
  if (metrics_) root.Set("collected_metrics_json", Dump(CollectedMetricsJson(*metrics_)));
}

std::vector<std::pair<std::string, std::string>> RunTracing::Finish(
    BuildReport& report, uint64_t span, const std::string& program_version, storage::Clock& clock) {
  std::vector<std::pair<std::string, std::string>> files;
  if (!config_.enabled) return files;
  const TraceDocument trace = MakeTrace({.tracing = config_,
                                         .recorder = recorder_,
                                         .run_id = report.run_id,
                                         .program_version = program_version,
                                         .spec_hash = report.spec_hash,
                                         .rulepack_fingerprint = report.rulepack_fingerprint,
                                         .rulepack_profile = rulepack_profile_,
                                         .previews = previews_});
  files.emplace_back("otel_traces.json", SignalText(OtlpJson(trace, trace.spans), report, clock));
  if (config_.record_metrics) {
    const MeasuredRun measured{&report.tables, metrics_ ? &*metrics_ : nullptr};
    files.emplace_back("otel_metrics.json",
                       SignalText(MetricsJson(trace, report.run_id, measured), report, clock));
  }
  if (!previews_.empty()) {
    std::string text;
    for (const auto& [table, preview] : previews_) text += (text.empty() ? "" : "\n") + preview;
    files.emplace_back("previews.txt", std::move(text));
  }
  if (IsExported(config_)) Export(trace, report, span, clock);
  return files;
}

void RunTracing::Export(const TraceDocument& trace, BuildReport& report, uint64_t span,
                        storage::Clock& clock) {
  ExportReport exported;
  if (auto client = OpenHttpClient()) {
    exported = ExportTrace(trace, config_, **client, clock);
  } else {
    exported.failed = trace.spans.size();
    exported.error = std::move(client.error());
  }
  recorder_.Event(
      span, "trace_export",
      {{"endpoint", EndpointOf(config_)},
       {"protocol", NameOf(config_.otlp_protocol.value_or(spec::OtlpProtocol::kHttpProtobuf))},
       {"sampled", BoolText(exported.is_sampled)},
       {"sent_spans", fmt::format("{}", exported.sent)},
       {"dropped_spans", fmt::format("{}", exported.dropped)},
       {"failed_spans", fmt::format("{}", exported.failed)},
       {"requests", fmt::format("{}", exported.requests)}});
  if (!exported.error) return;
  recorder_.Exception(span, *exported.error);
  engine::Warning warning = engine::WarningOf(WarningCode::kTracingFlushFailed, *exported.error);
  warning.context["failed_spans"] = fmt::format("{}", exported.failed);
  ReportWarnings(recorder_, span, {warning});
  report.warnings.push_back(std::move(warning));
}

}  // namespace codeanatomy::driver
