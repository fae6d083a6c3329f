#include "embed/run_build.h"

#include <cstdlib>
#include <cstring>
#include <ctime>

#include <codeanatomy/run_build.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/spec_run/run_spec.h"
#include "expr/json_reader.h"
#include "storage/environment.h"

namespace codeanatomy::embed {
namespace {

using expr::Json;
using OrderedJson = nlohmann::ordered_json;

struct Request {
  spec::Spec spec;
  std::string input_dir, output_dir;
  engine::Profile profile = engine::Profile::kMedium;
  bool include_manifest = true, include_run_bundle = false;
};

/// The reader's words under the code of a request: the spec in it has codes of its own.
Error InvalidRequest(const Error& error) {
  return {ErrorCode::kInvalidArgument, "the request: " + error.message(), error.subject(),
          "docs/formats/embedding.md tells its members"};
}

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
  Json runtime, orchestration = Json::object();
  expr::ObjectReader members(reader, *document, "$");
  members.Required("spec_json", spec_json);
  members.Required("input_dir", request.input_dir);
  members.Required("output_dir", request.output_dir);
  members.Default("engine_profile", profile);
  members.Default("runtime", runtime);
  members.Default("orchestration", orchestration);
  members.Finish();
  expr::ObjectReader flags(reader, orchestration, "$.orchestration");
  flags.Default("include_manifest", request.include_manifest);
  flags.Default("include_run_bundle", request.include_run_bundle);
  flags.Finish();
  if (reader.error) return InvalidRequest(*reader.error);
  CA_ASSIGN_OR_RETURN(request.profile, engine::ParseProfile(profile));
  CA_ASSIGN_OR_RETURN(request.spec, ReadSpec(spec_json, runtime));
  return request;
}

/// RFC 3339 in UTC, to the millisecond.
std::string TimeText(int64_t milliseconds) {
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     milliseconds % 1000);
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

std::string Dump(const OrderedJson& document) {
  return document.dump(1, ' ', false, OrderedJson::error_handler_t::replace);
}

Result<std::string> Run(const char* request_json) {
  const auto clock = storage::OpenSystemClock();
  const int64_t started = clock->NowMilliseconds();
  CA_ASSIGN_OR_RETURN(const Request request, ReadRequest(request_json));
  driver::Recorder recorder;
  const CancelFlag cancel;
  CA_ASSIGN_OR_RETURN(const driver::RunSpecReport report,
                      driver::RunSpec({.spec = &request.spec,
                                       .input_dir = request.input_dir,
                                       .output_dir = request.output_dir,
                                       .program_version = CA_PROGRAM_VERSION,
                                       .session = {.profile = request.profile},
                                       .include_manifest = request.include_manifest,
                                       .include_run_bundle = request.include_run_bundle,
                                       .recorder = &recorder,
                                       .cancel = &cancel}));
  const OrderedJson document{{"contract_version", CODEANATOMY_CONTRACT_VERSION},
                             {"run_result",
                              {{"run_id", report.build.run_id},
                               {"spec_hash", report.build.spec_hash},
                               {"envelope_hash", report.build.envelope_hash},
                               {"rulepack_fingerprint", report.build.rulepack_fingerprint},
                               {"inputs", InputsJson(report.inputs)},
                               {"outputs", OutputsJson(report.build.tables)},
                               {"started_at", TimeText(started)},
                               {"completed_at", TimeText(clock->NowMilliseconds())}}},
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
  const Error& error = document.error();
  const ErrorCodeInfo& code = GetErrorCodeInfo(error.code());
  return {code.exit_status, Dump({{"contract_version", CODEANATOMY_CONTRACT_VERSION},
                                  {"error",
                                   {{"stage", code.stage},
                                    {"code", code.name},
                                    {"message", error.message()},
                                    {"subject", error.subject()},
                                    {"frames", error.frames()}}}})};
}

}  // namespace codeanatomy::embed

extern "C" {

const char* codeanatomy_version(void) { return CA_PROGRAM_VERSION; }

int codeanatomy_run_build(const char* request_json, char** response_json) {
  const codeanatomy::embed::Response response = codeanatomy::embed::RunBuild(request_json);
  *response_json = static_cast<char*>(std::malloc(response.json.size() + 1));
  if (*response_json != nullptr)
    std::memcpy(*response_json, response.json.c_str(), response.json.size() + 1);
  return response.status;
}

void codeanatomy_free(char* response_json) { std::free(response_json); }
}
