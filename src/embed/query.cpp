#include "embed/query.h"

#include <map>

#include <codeanatomy/run_build.h>
#include <fmt/format.h>

#include "embed/document.h"
#include "engine/session/build_reader.h"
#include "engine/session/function_factory.h"
#include "query/format/row_printer.h"

namespace codeanatomy::embed {
namespace {

using expr::Json;

struct Request {
  std::string build_dir, statement;
  Json parameters = Json::object();
  std::vector<std::string> functions;
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

Result<std::string> Run(const char* text) {
  CA_ASSIGN_OR_RETURN(const Request request, ReadRequest(text));
  CA_ASSIGN_OR_RETURN(const auto parameters, BindParameters(request.parameters));
  CA_ASSIGN_OR_RETURN(auto reader, engine::BuildReader::Open(request.build_dir, request.session));
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
