#include "embed/run_build.h"

#include <algorithm>

#include <codeanatomy/run_build.h>
#include <nlohmann/json.hpp>

#include "driver/run/metrics_json.h"
#include "driver/run/tuning.h"
#include "driver/spec_run/run_spec.h"
#include "embed/document.h"
#include "engine/schedule/schedule_json.h"
#include "storage/environment.h"
#include "storage/scalar_text.h"

namespace codeanatomy::embed {
namespace {

using expr::Json;

struct Request {
  spec::Spec spec;
  std::string input_dir, output_dir;
  engine::SessionOptions session;
  bool include_manifest = true, include_run_bundle = false;
};

/// The request's `runtime` replaces that of the spec as a whole.
Result<spec::Spec> ReadSpec(const std::string& text, const Json& runtime) {
  CA_ASSIGN_OR_RETURN(spec::Spec spec, spec::ParseSpec(text));
  if (runtime.is_null()) return spec;
  CA_ASSIGN_OR_RETURN(Json replaced, expr::ParseJson(spec::CanonicalJson(spec)));
  replaced["runtime"] = runtime;
  return spec::ParseSpec(replaced.dump());
}

Result<Request> ReadRequest(const char* text) {
  expr::JsonReader reader;
  auto document = expr::ParseJson(text == nullptr ? "" : text);
  if (!document) return InvalidRequest(document.error());
  Request request;
  std::string spec_json, profile = "medium";
  std::vector<std::string> features, plugins;
  Json runtime, orchestration = Json::object();
  expr::ObjectReader members(reader, *document, "$");
  members.Required("spec_json", spec_json);
  members.Required("input_dir", request.input_dir);
  members.Required("output_dir", request.output_dir);
  members.Default("engine_profile", profile);
  members.Default("features", features);
  members.Default("plugins", plugins);
  members.Default("runtime", runtime);
  members.Default("orchestration", orchestration);
  members.Finish();
  expr::ObjectReader flags(reader, orchestration, "$.orchestration");
  flags.Default("include_manifest", request.include_manifest);
  flags.Default("include_run_bundle", request.include_run_bundle);
  flags.Finish();
  if (reader.error) return InvalidRequest(*reader.error);
  CA_ASSIGN_OR_RETURN(request.session.features, engine::FeatureGates::Parse(features));
  CA_ASSIGN_OR_RETURN(request.session.profile, engine::ParseProfile(profile));
  CA_ASSIGN_OR_RETURN(request.session.plugins, engine::OpenPlugins(plugins));
  CA_ASSIGN_OR_RETURN(request.spec, ReadSpec(spec_json, runtime));
  return request;
}

/// RFC 3339 in UTC, to the millisecond.
std::string TimeText(int64_t milliseconds) {
  return storage::FormatTimestamp(milliseconds * 1000, 3) + "Z";
}

OrderedJson OutputsJson(const std::vector<driver::BuiltTable>& tables) {
  OrderedJson rows = OrderedJson::array();
  for (const driver::BuiltTable& table : tables) {
    rows.push_back({{"table_name", table.name},
                    {"delta_location", table.path},
                    {"rows_written", table.rows},
                    {"content_digest", table.content_digest},
                    {"write_outcome",
                     {{"status", "captured"},
                      {"delta_version", table.version},
                      {"files_added", table.files_added},
                      {"bytes_written", table.bytes_written}}}});
  }
  return rows;
}

OrderedJson InputsJson(const std::vector<driver::BuiltTable>& tables) {
  OrderedJson rows = OrderedJson::array();
  for (const driver::BuiltTable& table : tables) {
    rows.push_back({{"logical_name", table.name},
                    {"delta_location", table.path},
                    {"delta_version", table.version},
                    {"content_digest", table.content_digest}});
  }
  return rows;
}

OrderedJson TextOrNull(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

/// Of plan.json what identifies the plan; `path` where the file was asked for.
OrderedJson PlanBundlesJson(const driver::RunSpecReport& report) {
  static constexpr const char* kMembers[] = {"p0",
                                             "p1",
                                             "p2",
                                             "plan_identity",
                                             "rulepack_fingerprint",
                                             "envelope_hash",
                                             "portable_schema_version",
                                             "schema_fingerprints",
                                             "referenced_tables",
                                             "required_functions",
                                             "replay_flags"};
  const OrderedJson plan = OrderedJson::parse(report.plan_json, nullptr, false);
  OrderedJson bundle = OrderedJson::object();
  for (const char* member : kMembers) bundle[member] = plan.value(member, OrderedJson());
  const bool is_written =
      !report.run_bundle_dir.empty() &&
      std::ranges::none_of(report.build.warnings, [](const engine::Warning& warning) {
        return warning.code == WarningCode::kPlanBundleArtifactBuildFailed;
      });
  bundle["path"] = TextOrNull(is_written ? report.run_bundle_dir + "/plan.json" : "");
  return OrderedJson::array({std::move(bundle)});
}

OrderedJson RunResultJson(const driver::RunSpecReport& report, int64_t started, int64_t completed) {
  const driver::BuildReport& build = report.build;
  OrderedJson metrics, summary;
  if (report.metrics) {
    metrics = driver::CollectedMetricsJson(*report.metrics);
    summary = driver::TraceMetricsSummaryJson(*report.metrics, build.tables, build.warnings);
  }
  return {
      {"run_id", build.run_id},
      {"spec_hash", build.spec_hash},
      {"envelope_hash", build.envelope_hash},
      {"rulepack_fingerprint", build.rulepack_fingerprint},
      {"inputs", InputsJson(report.inputs)},
      {"outputs", OutputsJson(build.tables)},
      {"task_schedule", OrderedJson(engine::TaskScheduleJson(report.schedule))},
      {"stats_quality", engine::kStatsQualityNames[static_cast<size_t>(report.schedule.quality)]},
      {"plan_bundles", PlanBundlesJson(report)},
      {"compliance_capture_json", TextOrNull(report.compliance_json)},
      {"collected_metrics", std::move(metrics)},
      {"trace_metrics_summary", std::move(summary)},
      {"tuner_hints", driver::TunerHintsJson(build.tuner_hints)},
      {"maintenance_reports", engine::MaintenanceReportsJson(build.maintenance)},
      {"warnings", engine::WarningsJson(build.warnings)},
      {"started_at", TimeText(started)},
      {"completed_at", TimeText(completed)}};
}

Result<std::string> Run(const char* request_json) {
  const auto clock = storage::OpenSystemClock();
  const int64_t started = clock->NowMilliseconds();
  CA_ASSIGN_OR_RETURN(const Request request, ReadRequest(request_json));
  driver::Recorder recorder;
  CA_ASSIGN_OR_RETURN(const driver::RunSpecReport report,
                      driver::RunSpec({.spec = &request.spec,
                                       .input_dir = request.input_dir,
                                       .output_dir = request.output_dir,
                                       .program_version = CA_PROGRAM_VERSION,
                                       .session = request.session,
                                       .collect_metrics = true,
                                       .include_manifest = request.include_manifest,
                                       .include_run_bundle = request.include_run_bundle,
                                       .recorder = &recorder}));
  const OrderedJson result = RunResultJson(report, started, clock->NowMilliseconds());
  const OrderedJson document{{"contract_version", CODEANATOMY_CONTRACT_VERSION},
                             {"run_result", result},
                             {"outputs", result.at("outputs")},
                             {"warnings", result.at("warnings")},
                             {"artifacts",
                              {{"manifest_path", TextOrNull(report.manifest_path)},
                               {"run_bundle_dir", TextOrNull(report.run_bundle_dir)},
                               {"include_manifest", request.include_manifest},
                               {"include_run_bundle", request.include_run_bundle}}}};
  return Dump(document);
}

}  // namespace

Response RunBuild(const char* request_json) {
  Result<std::string> document = Run(request_json);
  if (document) return {0, *std::move(document)};
  return ErrorResponse(document.error());
}

}  // namespace codeanatomy::embed
