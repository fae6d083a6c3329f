#include "driver/run/run_bundle.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/run/tuning.h"

namespace codeanatomy::driver {
namespace {

nlohmann::ordered_json TablesJson(const std::vector<BuiltTable>& tables) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const BuiltTable& table : tables) {
    rows.push_back({{"table", table.name},
                    {"path", table.path},
                    {"version", table.version},
                    {"rows", table.rows},
                    {"content_digest", table.content_digest}});
  }
  return rows;
}

/// What settings.json does not tell of a session, for one that repeats the run.
nlohmann::ordered_json SessionJson(const engine::SessionIdentity& session) {
  nlohmann::ordered_json plugins = nlohmann::ordered_json::array();
  for (const engine::ExtensionDescriptor& plugin : session.plugins) {
    plugins.push_back({{"name", plugin.name},
                       {"version", plugin.version},
                       {"digest", plugin.digest},
                       {"options", plugin.options}});
  }
  return {
      {"features", session.features}, {"knobs", session.knobs}, {"plugins", std::move(plugins)}};
}

/// Bytes: the limit, and the most that each owner had reserved.
nlohmann::ordered_json MemoryJson(const MemoryUse& memory) {
  nlohmann::ordered_json peaks = nlohmann::ordered_json::object();
  for (size_t i = 0; i < kMemoryOwnerCount; ++i)
    peaks[std::string(kMemoryOwnerNames[i])] = memory.peaks[i];
  return {{"limit_bytes", memory.limit_bytes}, {"reserved_peak_bytes", std::move(peaks)}};
}

std::string Manifest(const RunBundle& bundle, const std::vector<engine::Warning>& missing) {
  const BuildReport& report = *bundle.report;
  std::vector<engine::Warning> warnings = report.warnings;
  warnings.insert(warnings.end(), missing.begin(), missing.end());
  nlohmann::ordered_json manifest{
      {"run_id", report.run_id},
      {"status", bundle.error == nullptr ? "ok" : "error"},
      {"repository", report.repository},
      {"output_dir", report.output_dir},
      {"target_version", PythonVersionName(report.target_version)},
      {"spec_hash", report.spec_hash},
      {"envelope_hash", report.envelope_hash},
      {"rulepack_fingerprint", report.rulepack_fingerprint},
      {"files", report.files},
      {"bytes", report.bytes},
      {"lines", report.lines},
      {"failed_files", report.failed_files},
      {"nodes", report.nodes},
      {"edges", report.edges},
      {"diagnostics", report.diagnostics},
      {"tuner_hints", TunerHintsJson(report.tuner_hints)},
      {"maintenance_reports", engine::MaintenanceReportsJson(report.maintenance)},
      {"warnings", engine::WarningsJson(warnings)},
      {"seconds", report.seconds},
      {"peak_memory_bytes", report.memory.peak_resident_bytes},
      {"memory", MemoryJson(report.memory)},
      {"outputs", TablesJson(report.tables)}};
  if (bundle.config != nullptr) {
    manifest["id_salt"] = bundle.config->GetInt("graph.id_salt");
    manifest["edges_form"] = bundle.config->GetText("graph.edges");
    manifest["props_form"] = bundle.config->GetText("graph.props");
  } else {
    manifest["input_dir"] = bundle.input_dir;
    manifest["inputs"] = TablesJson(bundle.inputs);
  }
  for (const engine::CacheState& cache : bundle.caches) {
    manifest["caches"][cache.name] = {{"entries", cache.counts.entries},
                                      {"hits", cache.counts.hits},
                                      {"misses", cache.counts.misses},
                                      {"evictions", cache.counts.evictions}};
  }
  if (bundle.session != nullptr) manifest["session"] = SessionJson(*bundle.session);
  if (bundle.error != nullptr) {
    manifest["error"] = {{"code", GetErrorCodeInfo(bundle.error->code()).name},
                         {"message", bundle.error->message()},
                         {"subject", bundle.error->subject()},
                         {"way_out", bundle.error->way_out()},
                         {"frames", bundle.error->frames()}};
  }
  return manifest.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// A file beside the manifest. Without a warning of its own its failure is that of the bundle.
struct BundleFile {
  std::string_view name;
  std::string text;
  std::optional<WarningCode> warning;
};

/// All but the manifest, which tells what of them is missing.
std::vector<BundleFile> PartsOf(const RunBundle& bundle) {
  std::vector<BundleFile> parts;
  const auto add = [&](std::string_view name, std::string text,
                       std::optional<WarningCode> warning = {}) {
    if (!text.empty()) parts.push_back({name, std::move(text), warning});
  };
  nlohmann::json settings = nlohmann::json::object();
  for (const auto& [name, value] : bundle.settings) settings[name] = value;
  constexpr WarningCode kRuntime = WarningCode::kPlanBundleRuntimeCaptureFailed;
  constexpr WarningCode kArtifact = WarningCode::kPlanBundleArtifactBuildFailed;
  if (bundle.config != nullptr) add("config.json", bundle.config->ToJson(true) + "\n");
  add("settings.json", settings.dump(2) + "\n", kRuntime);
  if (!bundle.capabilities_json.empty())
    add("capabilities.json", bundle.capabilities_json + "\n", kRuntime);
  add("compliance.json", bundle.compliance_json, WarningCode::kComplianceSerializationFailed);
  add("statements.sql", bundle.statements_sql, WarningCode::kOptionalSqlCaptureFailed);
  add("plan.json", bundle.plan_json, kArtifact);
  add("policy.json", bundle.policy_json, kArtifact);
  if (!bundle.decisions.empty())
    add("decisions.json", engine::DecisionsJson(bundle.decisions).dump(1) + "\n", kArtifact);
  for (const auto& [name, text] : bundle.trace_files) add(name, text, kRuntime);
  add("spec.json", bundle.spec_json);
  add("timings.json", bundle.recorder->TimingsJson());
  add("events.jsonl", bundle.recorder->EventsJsonLines(bundle.report->run_id));
  return parts;
}

}  // namespace

Result<void> WriteSpec(storage::FileSystem& files, const std::string& out,
                       const std::string& spec_hash, const std::string& spec_json) {
  CA_RETURN_IF_ERROR(files.CreateDirectories(out + "/specs"));
  return files.WriteFile(fmt::format("{}/specs/{}.json", out, spec_hash), spec_json);
}

void ReportWarnings(EventSink& sink, uint64_t span, const std::vector<engine::Warning>& warnings) {
  for (const engine::Warning& warning : warnings) {
    Attributes attributes{{"code", std::string(InfoOf(warning.code).name)},
                          {"message", warning.message}};
    attributes.insert(attributes.end(), warning.context.begin(), warning.context.end());
    sink.Event(span, "warning", attributes);
  }
}

Result<std::vector<engine::Warning>> WriteRunBundle(const RunBundle& bundle) {
  const auto files = storage::OpenPosixFileSystem();
  const std::string folder = fmt::format("{}/run_bundles/{}", bundle.out, bundle.report->run_id);
  CA_RETURN_IF_ERROR(files->CreateDirectories(folder));
  const auto path_of = [&](std::string_view name) { return fmt::format("{}/{}", folder, name); };
  std::vector<engine::Warning> missing;
  if (!bundle.manifest_only) {
    const std::vector<BundleFile> parts = PartsOf(bundle);
    std::vector<storage::FileText> texts;
    for (const BundleFile& part : parts) texts.push_back({path_of(part.name), part.text});
    std::vector<Result<void>> written = files->WriteFiles(texts);
    for (size_t i = 0; i < parts.size(); ++i) {
      if (written[i]) continue;
      if (!parts[i].warning) return std::move(written[i].error());
      missing.push_back(engine::WarningOf(*parts[i].warning, written[i].error()));
    }
  }
  CA_RETURN_IF_ERROR(files->WriteFile(path_of("manifest.json"), Manifest(bundle, missing)));
  return missing;
}

}  // namespace codeanatomy::driver
