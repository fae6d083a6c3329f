#include "engine/session/table_functions.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "catalog/function.h"
#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/capabilities.h"
#include "engine/session/introspection.h"
#include "expr/function_type.h"

namespace codeanatomy::engine {
namespace {

using Json = nlohmann::json;

/// Rows of a table function: every value a literal, every column of its declared type.
class Values {
 public:
  explicit Values(std::string_view function) : schema_(expr::ColumnsOf(*FindFunction(function))) {}
  void Add(const std::vector<std::string>& literals) {
    rows_ += fmt::format("{}({})", rows_.empty() ? "" : ", ", fmt::join(literals, ", "));
  }
  std::string Select() const {
    std::vector<std::string> names, nulls;
    for (const expr::Field& field : schema_.fields) {
      names.push_back(QuoteIdentifier(field.name));
      nulls.push_back(fmt::format("CAST(NULL AS {}) AS {}", DuckdbType(field.type), names.back()));
    }
    if (rows_.empty()) return fmt::format("SELECT {} WHERE false", fmt::join(nulls, ", "));
    return fmt::format("SELECT * FROM (VALUES {}) AS t({})", rows_, fmt::join(names, ", "));
  }

 private:
  expr::Schema schema_;
  std::string rows_;
};

std::string Text(std::string_view value) { return QuoteLiteral(value) + "::VARCHAR"; }
std::string TextOrNull(const std::optional<std::string>& value) {
  return value ? Text(*value) : "NULL::VARCHAR";
}
std::string Number(int64_t value) { return fmt::format("{}::BIGINT", value); }

std::string RegistryRows() {
  Values values("udf_registry");
  for (const FunctionInfo& info : kFunctions) {
    values.Add({Text(info.name), Text(kFunctionKindNames[static_cast<size_t>(info.kind)]),
                Text(kFunctionFormNames[static_cast<size_t>(info.form)]), Text(kFunctionVolatility),
                Text(info.parameters), Text(info.returns), Text(info.clauses), Text(info.tags)});
  }
  return values.Select();
}

/// Other functions of the same section.
std::string Related(const FunctionInfo& function) {
  std::string names;
  for (const FunctionInfo& other : kFunctions) {
    if (other.section() != function.section() || other.name == function.name) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", other.name);
  }
  return names;
}

std::string DocumentationRows() {
  Values values("udf_docs");
  for (const FunctionInfo& info : kFunctions) {
    values.Add({Text(info.name), Text(kFunctionKindNames[static_cast<size_t>(info.kind)]),
                Text(info.section()), Text(fmt::format("{}; {}", info.summary, info.nulls)),
                Text(fmt::format("{}({}{})", info.name, info.parameters,
                                 info.variadic.empty() ? "" : "…")),
                Text(info.example), Text(info.parameters), Text(Related(info))});
  }
  return values.Select();
}

std::string CapabilityRows(const Session& session) {
  Values values("capabilities");
  for (const Capability& one : Capabilities(session))
    values.Add({Text(one.kind), Text(one.name), Text(one.value)});
  return values.Select();
}

std::string FeatureRows(const Session& session) {
  Values values("feature_state");
  for (const FeatureState& state : DescribeFeatures(session.features(), FeatureGates())) {
    values.Add({Text(state.name), state.is_on ? "true" : "false",
                state.is_default ? "true" : "false", Text(state.meaning)});
  }
  return values.Select();
}

std::string SettingRows(const Session& session) {
  Values values("settings_snapshot");
  for (const SettingState& state :
       DescribeSettings(session.SettingsSnapshot(), session.default_settings())) {
    values.Add(
        {Text(state.name), Text(state.value), Text(state.source), state.plans ? "true" : "false"});
  }
  return values.Select();
}

}  // namespace

std::string RenderSnapshotRow(const storage::Snapshot& snapshot, std::string_view uri) {
  Values values("delta_snapshot");
  const storage::Protocol& protocol = snapshot.protocol();
  auto sorted = [](auto features) {
    std::sort(features.begin(), features.end());
    return Text(Json(features).dump());
  };
  values.Add({Text(uri), Number(snapshot.version()), Number(protocol.min_reader),
              Number(protocol.min_writer), sorted(protocol.reader_features),
              sorted(protocol.writer_features),
              Text(Json(snapshot.metadata().configuration).dump()),
              Text(Json(snapshot.metadata().partition_columns).dump()),
              Text(snapshot.metadata().schema_json)});
  return values.Select();
}

Result<std::string> RenderFileRows(const storage::Snapshot& snapshot, std::string_view uri) {
  Values values("delta_add_actions");
  for (const storage::AddFile& file : snapshot.files()) {
    CA_ASSIGN_OR_RETURN(const std::string path, storage::LocalPath(snapshot.root(), file));
    Json partition = Json::object();
    for (const auto& [name, value] : file.partition_values) {
      partition[name] = value ? Json(*value) : Json(nullptr);
    }
    std::string relative = std::filesystem::path(path).lexically_relative(snapshot.root()).string();
    values.Add({Text(uri), Number(snapshot.version()), Text(relative), Number(file.size),
                Number(file.modification_time), file.data_change ? "true" : "false",
                TextOrNull(file.stats), Text(partition.dump()), Text(Json(file.tags).dump())});
  }
  return values.Select();
}

std::string TableCall::ViewName() const {
  return fmt::format("ca_{}:{}{}", function, uri, version ? fmt::format("@{}", *version) : "");
}

std::string RenderSnapshotScan(const storage::Snapshot& snapshot) {
  std::vector<std::string> columns, nulls, paths;
  for (const storage::Field& field : snapshot.schema().fields) {
    columns.push_back(QuoteIdentifier(field.name));
    nulls.push_back(
        fmt::format("CAST(NULL AS {}) AS {}", LogicalType::Of(field.type).ToSql(), columns.back()));
  }
  for (const std::string& path : snapshot.LocalPaths()) paths.push_back(QuoteLiteral(path));
  if (paths.empty()) return fmt::format("SELECT {} WHERE false", fmt::join(nulls, ", "));
  return fmt::format("SELECT {} FROM read_parquet([{}])", fmt::join(columns, ", "),
                     fmt::join(paths, ", "));
}

Result<std::string> RenderTableCall(const TableCall& call, const std::string& out,
                                    const storage::Environment& environment,
                                    const Session& session) {
  if (call.function == "capabilities") return CapabilityRows(session);
  if (call.function == "feature_state") return FeatureRows(session);
  if (call.function == "settings_snapshot") return SettingRows(session);
  if (call.function == "udf_registry") return RegistryRows();
  if (call.function == "udf_docs") return DocumentationRows();
  std::error_code failed;
  const std::string root =
      std::filesystem::weakly_canonical(std::filesystem::path(out) / call.uri, failed).string();
  if (failed || !root.starts_with(out + "/")) {
    return Error(ErrorCode::kSqlPolicyViolation, "the table lies outside of the build", call.uri,
                 "name a table by its path below the build, such as cpg/cpg_nodes");
  }
  CA_ASSIGN_OR_RETURN(const storage::Snapshot snapshot,
                      storage::Snapshot::Load(environment, root, call.version));
  if (call.function == "delta_snapshot") return RenderSnapshotRow(snapshot, snapshot.root());
  if (call.function == "delta_add_actions") return RenderFileRows(snapshot, snapshot.root());
  const bool deleted =
      std::ranges::any_of(snapshot.files(), &storage::AddFile::has_deletion_vector);
  if (deleted || !snapshot.metadata().partition_columns.empty()) {
    return Error(ErrorCode::kDeltaFeatureUnsupported,
                 "read_delta reads tables without partitions and deletion vectors", call.uri,
                 "read it with `codeanatomy delta read`");
  }
  return RenderSnapshotScan(snapshot);
}

}  // namespace codeanatomy::engine
