#include "embed/query.h"

#include <algorithm>
#include <map>
#include <optional>

#include <codeanatomy/run_build.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "embed/document.h"
#include "engine/session/build_reader.h"
#include "engine/session/function_factory.h"
#include "query/format/row_printer.h"
#include "storage/file_system.h"

namespace codeanatomy::embed {
namespace {

using expr::Json;

/// A dataset as a request names it.
struct RequestedDataset {
  std::string name, path;
  std::optional<std::string> provider;  // absent: what the folder is
  std::optional<int64_t> version, starting_version, ending_version;
  std::optional<std::string> starting_timestamp, ending_timestamp;
};

void Describe(expr::ObjectReader& v, RequestedDataset& x) {
  v.Required("name", x.name);
  v.Required("path", x.path);
  v.Default("provider", x.provider);
  v.Default("version", x.version);
  v.Default("starting_version", x.starting_version);
  v.Default("ending_version", x.ending_version);
  v.Default("starting_timestamp", x.starting_timestamp);
  v.Default("ending_timestamp", x.ending_timestamp);
}

struct Request {
  std::string build_dir, statement;
  Json parameters = Json::object();
  std::vector<std::string> functions;
  std::vector<RequestedDataset> datasets;
  engine::SessionOptions session;
};

Result<Request> ReadRequest(const char* text) {
  auto document = expr::ParseJson(text == nullptr ? "" : text);
  if (!document) return InvalidRequest(document.error());
  expr::JsonReader reader;
  Request request;
  std::string profile = "medium";
  std::vector<std::string> features, plugins;
  expr::ObjectReader members(reader, *document, "$");
  members.Required("build_dir", request.build_dir);
  members.Required("statement", request.statement);
  members.Default("parameters", request.parameters);
  members.Default("functions", request.functions);
  members.Default("datasets", request.datasets);
  members.Default("engine_profile", profile);
  members.Default("features", features);
  members.Default("plugins", plugins);
  members.Finish();
  if (reader.error) return InvalidRequest(*reader.error);
  if (!request.parameters.is_object())
    return InvalidRequest(Error(ErrorCode::kInvalidArgument,
                                "an object is expected at $.parameters", "$.parameters"));
  CA_ASSIGN_OR_RETURN(request.session.profile, engine::ParseProfile(profile));
  CA_ASSIGN_OR_RETURN(request.session.features, engine::FeatureGates::Parse(features));
  CA_ASSIGN_OR_RETURN(request.session.plugins, engine::OpenPlugins(plugins));
  return request;
}

/// Values are scalars; texts are read from `parameters`, which outlives them.
Result<std::vector<engine::NamedValue>> BindParameters(const Json& parameters) {
  std::vector<engine::NamedValue> values;
  for (const auto& [name, value] : parameters.items()) {
    engine::Value bound;
    if (value.is_boolean()) {
      bound = value.get<bool>();
    } else if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX}) {
      const std::string path = "$.parameters." + name;
      return InvalidRequest(
          Error(ErrorCode::kInvalidArgument, "an integer of 64 bits is expected at " + path, path));
    } else if (value.is_number_integer()) {
      bound = value.get<int64_t>();
    } else if (value.is_number()) {
      bound = value.get<double>();
    } else if (value.is_string()) {
      bound = std::string_view(value.get_ref<const std::string&>());
    } else if (!value.is_null()) {
      const std::string path = "$.parameters." + name;
      return InvalidRequest(
          Error(ErrorCode::kInvalidArgument, "a scalar is expected at " + path, path));
    }
    values.emplace_back(name, bound);
  }
  return values;
}

Result<engine::DatasetSpec> SpecOf(const RequestedDataset& asked, const std::string& path) {
  engine::DatasetSpec spec{.name = asked.name,
                           .version = asked.version,
                           .changes = {asked.starting_version, asked.ending_version,
                                       asked.starting_timestamp, asked.ending_timestamp}};
  CA_ASSIGN_OR_RETURN(spec.path, storage::CanonicalPath(asked.path));
  if (!asked.provider) {
    CA_ASSIGN_OR_RETURN(spec.kind,
                        engine::KindOfFolder(spec.path, *storage::OpenPosixFileSystem()));
    return spec;
  }
  const auto kind = std::ranges::find(engine::kProviderKindNames, *asked.provider);
  if (kind == std::end(engine::kProviderKindNames)) {
    const std::string member = path + ".provider";
    return InvalidRequest(Error(ErrorCode::kInvalidArgument,
                                fmt::format("one of {} is expected at {}",
                                            fmt::join(engine::kProviderKindNames, ", "), member),
                                member));
  }
  spec.kind = static_cast<engine::ProviderKind>(kind - std::begin(engine::kProviderKindNames));
  return spec;
}

Result<std::string> Run(const char* text) {
  CA_ASSIGN_OR_RETURN(const Request request, ReadRequest(text));
  CA_ASSIGN_OR_RETURN(const auto parameters, BindParameters(request.parameters));
  std::vector<engine::DatasetSpec> datasets;
  for (size_t i = 0; i < request.datasets.size(); ++i) {
    CA_ASSIGN_OR_RETURN(engine::DatasetSpec dataset,
                        SpecOf(request.datasets[i], fmt::format("$.datasets[{}]", i)));
    datasets.push_back(std::move(dataset));
  }
  CA_ASSIGN_OR_RETURN(auto reader,
                      engine::BuildReader::Open(request.build_dir, request.session, datasets));
  for (const std::string& definition : request.functions)
    CA_RETURN_IF_ERROR(engine::CreateFunction(reader->session(), definition));
  CA_ASSIGN_OR_RETURN(engine::QueryResult rows, reader->Query(request.statement, parameters));
  std::string printed;
  CA_ASSIGN_OR_RETURN(const size_t count,
                      query::PrintRows(rows, query::RowFormat::kJson, {},
                                       [&](std::string_view piece) -> Result<void> {
                                         printed += piece;
                                         return {};
                                       }));
  // The printed rows are JSON already; read again, numbers beyond 64 bits and columns of one name
  // would change.
  return fmt::format("{{\n \"contract_version\": {},\n \"row_count\": {},\n \"rows\": {}}}",
                     CODEANATOMY_CONTRACT_VERSION, count, printed);
}

}  // namespace

Response Query(const char* request_json) {
  Result<std::string> document = Run(request_json);
  if (document) return {0, *std::move(document)};
  return ErrorResponse(document.error());
}

}  // namespace codeanatomy::embed
