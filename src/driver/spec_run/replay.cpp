#include "driver/spec_run/replay.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "driver/spec_run/spec_inputs.h"
#include "engine/duckdb/library.h"
#include "engine/duckdb/parquet_io.h"
#include "engine/execute/execute_spec.h"
#include "engine/session/introspection.h"
#include "spec/knobs.h"
#include "storage/current.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

Json ToJsonRows(const std::vector<ReplayComparison>& comparisons) {
  Json rows = Json::array();
  for (const ReplayComparison& one : comparisons)
    rows.push_back({{"name", one.name}, {"expected", one.expected}, {"actual", one.actual}});
  return rows;
}

std::string TableText(uint64_t rows, const std::string& digest) {
  return fmt::format("{} rows {}", rows, digest);
}

/// What a run bundle says, read and checked for shape.
struct Bundle {
  std::string spec_json;
  Json manifest, plan;
  std::map<std::string, std::string> settings;
  std::vector<std::string> features, knobs;
  std::vector<std::pair<std::string, std::string>> plugins;  // name, options
};

class BundleReader {
 public:
  BundleReader(storage::FileSystem& files, const std::string& folder)
      : files_(files), folder_(folder) {}

  Result<Bundle> Read() {
    Bundle bundle;
    CA_ASSIGN_OR_RETURN(bundle.manifest, ReadJson("manifest.json"));
    if (TextOf(bundle.manifest, "status") != "ok")
      return Refused("the bundle of a run that failed cannot be replayed");
    CA_ASSIGN_OR_RETURN(bundle.plan, ReadJson("plan.json"));
    CA_ASSIGN_OR_RETURN(bundle.spec_json, ReadText("spec.json"));
    if (bundle.plan.contains("envelope") && !bundle.plan["envelope"].is_object())
      return Refused("plan.json: envelope is no object");
    CA_ASSIGN_OR_RETURN(const Json settings, ReadJson("settings.json"));
    for (const auto& [name, value] : settings.items()) {
      if (!value.is_string()) return Refused("settings.json: " + name + " is no text");
      bundle.settings[name] = value.get<std::string>();
    }
    CA_RETURN_IF_ERROR(ReadSession(bundle));
    for (const char* list : {"outputs", "inputs"}) {
      if (bundle.manifest.contains(list) && !IsTableList(bundle.manifest[list]))
        return Refused(fmt::format("manifest.json: {} is no list of tables", list));
    }
    return bundle;
  }

  static std::string TextOf(const Json& object, const char* name) {
    const auto at = object.find(name);
    return at == object.end() || !at->is_string() ? "" : at->get<std::string>();
  }

 private:
  Result<void> ReadSession(Bundle& bundle) const {
    const Json session = bundle.manifest.value("session", Json());
    const Json none = Json::array();
    if (!session.is_object()) return Refused("manifest.json does not describe the session");
    for (const Json& word : session.value("features", none)) {
      if (!word.is_string()) return Refused("manifest.json: a feature is no text");
      bundle.features.push_back(word);
    }
    for (const Json& knob : session.value("knobs", none)) {
      if (!knob.is_string()) return Refused("manifest.json: a knob is no text");
      bundle.knobs.push_back(knob);
    }
    for (const Json& plugin : session.value("plugins", none)) {
      if (!plugin.is_object() || TextOf(plugin, "name").empty())
        return Refused("manifest.json: a plugin has no name");
      bundle.plugins.emplace_back(TextOf(plugin, "name"), TextOf(plugin, "options"));
    }
    return {};
  }

  Error Refused(std::string message) const {
    return {ErrorCode::kInvalidArgument, std::move(message), folder_};
  }

  static bool IsTableList(const Json& list) {
    return list.is_array() && std::ranges::all_of(list, [](const Json& table) {
             return table.is_object() && table.contains("version") &&
                    table["version"].is_number_integer() && table.contains("rows") &&
                    table["rows"].is_number_unsigned() && !TextOf(table, "table").empty() &&
                    !TextOf(table, "path").empty() && !TextOf(table, "content_digest").empty();
           });
  }

  Result<std::string> ReadText(const std::string& name) {
    auto text = files_.ReadFile(folder_ + "/" + name);
    if (!text && text.error().code() == ErrorCode::kNotFound)
      return Refused("no run bundle: it has no " + name);
    return text;
  }

  Result<Json> ReadJson(const std::string& name) {
    CA_ASSIGN_OR_RETURN(const std::string text, ReadText(name));
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return Refused("no run bundle: " + name + " is no JSON object");
    return json;
  }

  storage::FileSystem& files_;
  const std::string& folder_;
};

class ReplayRun {
 public:
  explicit ReplayRun(const ReplayRequest& request) : request_(request) {}

  Result<ReplayReport> Run() {
    CA_ASSIGN_OR_RETURN(bundle_, BundleReader(*files_, request_.bundle).Read());
    CA_ASSIGN_OR_RETURN(spec_, spec::ParseSpec(bundle_.spec_json));
    for (const spec::OutputTarget& output : spec_.output_targets) {
      if (output.materialization_mode != spec::MaterializationMode::kOverwrite)
        return Error(ErrorCode::kInvalidArgument,
                     "an output that goes on from the run before it cannot be repeated",
                     output.table_name, "replay runs whose outputs are all written by Overwrite");
    }
    const std::string named = BundleReader::TextOf(bundle_.manifest, "input_dir");
    CA_ASSIGN_OR_RETURN(
        inputs_dir_, storage::CanonicalPath(
                         !request_.build_dir.empty() ? request_.build_dir
                         : !named.empty()            ? named
                                          : BundleReader::TextOf(bundle_.manifest, "output_dir")));
    CA_ASSIGN_OR_RETURN(const storage::FileStatus inputs, files_->Status(inputs_dir_));
    if (!inputs.exists)
      return Error(ErrorCode::kReplayInputMissing, "the folder of the inputs is not there",
                   inputs_dir_, "name the build by --build");
    CA_ASSIGN_OR_RETURN(const auto lock, storage::LockOutput(*files_, inputs_dir_));
    const std::string scratch = inputs_dir_ + "/cache/replay";
    CA_RETURN_IF_ERROR(storage::RemoveTree(*files_, scratch));
    auto done = Repeat(scratch);
    auto removed = storage::RemoveTree(*files_, scratch);
    CA_RETURN_IF_ERROR(std::move(done));
    CA_RETURN_IF_ERROR(std::move(removed));
    return std::move(report_);
  }

 private:
  Result<void> Repeat(const std::string& scratch) {
    CA_RETURN_IF_ERROR(files_->CreateDirectories(scratch + "/spill"));
    CA_ASSIGN_OR_RETURN(const auto session, OpenSession(scratch + "/spill"));
    engine::DuckdbParquetIo parquet(*session);
    const storage::Environment environment{*files_, parquet, *clock_};
    const std::string engine =
        BundleReader::TextOf(bundle_.plan.value("envelope", Json::object()), "engine_version");
    report_.engine_version = {"engine_version", engine, std::string(engine::kDuckdbVersion)};
    CompareHash("spec_hash", spec::SpecHash(spec_));
    CA_ASSIGN_OR_RETURN(const SpecInputs inputs, OpenInputs(*session, environment));
    if (report_.CountDrift() > 0) return {};  // another run than the bundle's: nothing to repeat
    return Execute(*session, environment, inputs, scratch);
  }

  /// Under the bundle's settings, which differ from the defaults by what the run was told.
  Result<std::unique_ptr<engine::Session>> OpenSession(const std::string& spill) {
    engine::SessionOptions options{
        .temp_directory = spill, .sink = request_.recorder, .cancel = request_.cancel};
    CA_ASSIGN_OR_RETURN(options.features, engine::FeatureGates::Parse(bundle_.features));
    // Those that are settings of the engine, too, are restored as such.
    CA_ASSIGN_OR_RETURN(options.knobs, spec::ParseKnobs(bundle_.knobs));
    CA_ASSIGN_OR_RETURN(options.plugins, AllowedPlugins());
    options.governance = spec_.runtime.extension_governance_mode;
    std::map<std::string, std::string> wanted = bundle_.settings;
    wanted.erase("temp_directory");
    if (!request_.profile.empty()) {
      CA_ASSIGN_OR_RETURN(options.profile, engine::ParseProfile(request_.profile));
      for (const char* name : {"threads", "external_threads", "memory_limit"}) wanted.erase(name);
      wanted.erase("max_temp_directory_size");
    } else {
      if (wanted.erase("external_threads") > 0) {  // how a session with one thread is set up
        options.threads = 1;
        wanted.erase("threads");
      } else if (const auto threads = wanted.extract("threads")) {
        options.threads = std::atoi(threads.mapped().c_str());
      }
      if (auto limit = wanted.extract("memory_limit"))
        options.settings.emplace_back("memory_limit", std::move(limit.mapped()));
    }
    CA_ASSIGN_OR_RETURN(auto session, engine::Session::Create(options));
    const auto defaults = session->SettingsSnapshot();
    for (const auto& [name, value] : wanted) {
      const auto known = defaults.find(name);
      if (known == defaults.end() && !engine::IsPlanningSetting(name))
        return Error(ErrorCode::kInvalidArgument, "settings.json: no setting of a session", name);
      if (known == defaults.end() || known->second != value)
        CA_RETURN_IF_ERROR(session->Set(name, value));
    }
    for (const auto& [name, value] : session->SettingsSnapshot()) {
      const auto said = bundle_.settings.find(name);
      if (name == "temp_directory" || (said != bundle_.settings.end() && said->second == value))
        continue;
      report_.settings_changed.push_back(
          {name, said == bundle_.settings.end() ? "" : said->second, value});
    }
    return session;
  }

  /// Those of the run, with its options, among the ones that may be loaded.
  Result<std::vector<engine::Plugin>> AllowedPlugins() const {
    std::vector<engine::Plugin> plugins;
    for (const auto& [name, given] : bundle_.plugins) {
      const auto at = std::ranges::find(request_.plugins, name, [](const engine::Plugin& one) {
        return one.library.descriptor().name;
      });
      if (at == request_.plugins.end()) {
        return Error(ErrorCode::kInvalidArgument, fmt::format("the run had the plugin {}", name),
                     request_.bundle, "name its library by --plugin: a bundle loads no code");
      }
      plugins.push_back({at->library, given});
    }
    return plugins;
  }

  Result<SpecInputs> OpenInputs(engine::Session& session, const storage::Environment& environment) {
    std::map<std::string, int64_t> versions;
    std::map<std::string, std::string> digests;
    for (const char* list : {"outputs", "inputs"}) {
      for (const Json& table : bundle_.manifest.value(list, Json::array())) {
        versions[table["path"]] = table["version"];
        digests[table["path"]] = table["content_digest"];
      }
    }
    const auto missing = [&](const Error& error) {
      return Error(ErrorCode::kReplayInputMissing, error.ToString(), inputs_dir_,
                   "replay a newer run: the last builds stay readable");
    };
    auto inputs = OpenSpecInputs(spec_, environment, inputs_dir_, LogsOf(session), versions);
    if (!inputs && inputs.error().code() == ErrorCode::kNotFound) return missing(inputs.error());
    if (!inputs) return std::move(inputs.error());
    for (const BuiltTable& table : inputs->tables) {
      const auto known = digests.find(table.path);
      if (known != digests.end())
        report_.inputs.push_back({table.name, known->second, table.content_digest});
    }
    CA_ASSIGN_OR_RETURN(const InputDamage damage, CheckInputFiles(*inputs, environment));
    if (!damage.missing.empty())
      return missing(Error(ErrorCode::kNotFound, "no such file", damage.missing.front()));
    for (const std::string& path : damage.changed)
      report_.inputs.push_back({path, "the bytes that it is named by", "others"});
    return inputs;
  }

  Result<void> Execute(engine::Session& session, const storage::Environment& environment,
                       const SpecInputs& inputs, const std::string& scratch) {
    const SpanScope span(*request_.recorder, "engine_execute");
    const Json envelope = bundle_.plan.value("envelope", Json::object());
    CA_ASSIGN_OR_RETURN(
        const engine::ExecutionReport executed,
        engine::ExecuteSpec(
            spec_, session,
            {environment, scratch, inputs.files, inputs.digests, inputs.foreign_schemas,
             inputs.versions, inputs_dir_, inputs.partitions},
            {.program_version = request_.program_version,
             .content_settings = envelope.value("content_settings", Json::object()).dump(),
             .sink = request_.recorder,
             .parent_span = span.id()}));
    CompareHash("envelope_hash", executed.envelope_hash);
    CompareHash("rulepack_fingerprint", executed.rulepack_fingerprint);
    if (report_.engine_version.matches()) {
      for (const auto& [name, actual] :
           {std::pair("p0", &executed.rules.p0), std::pair("p1", &executed.rules.p1)}) {
        report_.plans.push_back({name, BundleReader::TextOf(bundle_.plan, name), *actual});
      }
    }
    std::map<std::string, std::string> expected;
    for (const Json& table : bundle_.manifest.value("outputs", Json::array()))
      expected[table["table"]] = TableText(table["rows"], table["content_digest"]);
    for (const engine::OutputReport& output : executed.outputs) {
      report_.tables.push_back(
          {output.table, expected[output.table], TableText(output.rows, output.content_digest)});
    }
    std::ranges::sort(report_.tables, {}, &ReplayComparison::name);
    return {};
  }

  void CompareHash(const char* name, const std::string& actual) {
    report_.hashes.push_back({name, BundleReader::TextOf(bundle_.manifest, name), actual});
  }

  const ReplayRequest& request_;
  std::unique_ptr<storage::FileSystem> files_ = storage::OpenPosixFileSystem();
  std::unique_ptr<storage::Clock> clock_ = storage::OpenSystemClock();
  Bundle bundle_;
  spec::Spec spec_;
  std::string inputs_dir_;
  ReplayReport report_;
};

}  // namespace

size_t ReplayReport::CountDrift() const {
  size_t drift = 0;
  for (const auto* list : {&inputs, &hashes, &plans, &tables})
    drift += static_cast<size_t>(
        std::ranges::count_if(*list, [](const ReplayComparison& one) { return !one.matches(); }));
  return drift;
}

std::string ReplayReport::ToJson() const {
  const nlohmann::ordered_json document = {
      {"status", CountDrift() == 0 ? "match" : "drift"},
      {"inputs", ToJsonRows(inputs)},
      {"hashes", ToJsonRows(hashes)},
      {"plans", ToJsonRows(plans)},
      {"tables", ToJsonRows(tables)},
      {"settings_changed", ToJsonRows(settings_changed)},
      {"engine_versions",
       {{"expected", engine_version.expected}, {"actual", engine_version.actual}}}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ReplayReport> Replay(const ReplayRequest& request) { return ReplayRun(request).Run(); }

}  // namespace codeanatomy::driver
