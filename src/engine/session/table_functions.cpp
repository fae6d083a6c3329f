#include "engine/session/table_functions.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "catalog/function.h"
#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"
#include "engine/render/file_scan.h"
#include "engine/scan/schema_adapter.h"
#include "engine/session/capabilities.h"
#include "engine/session/interval_align.h"
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

std::string DatasetRows(const Session& session) {
  Values values("datasets");
  for (const RegistrationReceipt& one : session.datasets().receipts()) {
    values.Add({Text(one.name), Text(kProviderKindNames[static_cast<size_t>(one.kind)]),
                one.version < 0 ? "NULL::BIGINT" : Number(one.version), Text(one.content_digest),
                Text(one.schema_fingerprint), Text(one.identity)});
  }
  return values.Select();
}

Result<std::vector<std::string>> ColumnsOf(const std::string& relation, Connection& connection) {
  CA_ASSIGN_OR_RETURN(QueryResult rows,
                      connection.Query(fmt::format("SELECT column_name FROM (DESCRIBE {})",
                                                   QuoteIdentifier(relation))));
  std::vector<std::string> columns;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return columns;
    for (size_t row = 0; row < chunk->rows(); ++row)
      columns.emplace_back(chunk->column(0).Text(row));
  }
}

Result<std::string> AlignRows(const TableCall& call, Connection& connection) {
  CA_ASSIGN_OR_RETURN(const IntervalAlign align, IntervalAlign::Read(call.arguments));
  CA_ASSIGN_OR_RETURN(const auto left, ColumnsOf(align.left, connection));
  CA_ASSIGN_OR_RETURN(const auto right, ColumnsOf(align.right, connection));
  return RenderIntervalAlign(align, left, right);
}

/// An ENUM of the values that a partition column of text has, in the order of their bytes, so that
/// they sort as texts do; nothing: the column is none.
std::optional<std::string> PartitionEnum(const storage::Snapshot& snapshot,
                                         const storage::Field& field) {
  const std::vector<std::string>& by = snapshot.metadata().partition_columns;
  if (field.type.kind != storage::TypeKind::kString ||
      std::ranges::find(by, field.name) == by.end())
    return std::nullopt;
  std::set<std::string> literals;
  for (const storage::AddFile& file : snapshot.files()) {
    const auto value = file.partition_values.find(field.name);
    if (value != file.partition_values.end() && value->second) literals.insert(*value->second);
  }
  if (literals.empty()) return std::nullopt;
  std::string type;
  for (const std::string& value : literals)
    type += fmt::format("{}{}", type.empty() ? "" : ", ", QuoteLiteral(value));
  return fmt::format("ENUM({})", type);
}

Result<storage::ChangeRange> RangeOf(const TableCall& call) {
  const auto version = [&](size_t at) -> Result<std::optional<int64_t>> {
    const std::string& text = call.arguments[at];
    if (text.empty()) return std::optional<int64_t>();
    int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || value < 0)
      return Error(ErrorCode::kInvalidArgument, "a version is an integer from 0", text);
    return std::optional<int64_t>(value);
  };
  const auto time = [&](size_t at) {
    const std::string& text = call.arguments[at];
    return text.empty() ? std::nullopt : std::optional(text);
  };
  storage::ChangeRange range{.since = time(3), .until = time(4)};
  CA_ASSIGN_OR_RETURN(range.first, version(1));
  CA_ASSIGN_OR_RETURN(range.last, version(2));
  return range;
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

std::string RenderChangeScan(std::span<const storage::ChangedFile> changes,
                             std::span<const std::pair<std::string, std::string>> columns) {
  std::vector<std::string> names, nulls;
  for (const auto& [name, type] : columns) {
    names.push_back(QuoteIdentifier(name));
    nulls.push_back(fmt::format("CAST(NULL AS {}) AS {}", type, names.back()));
  }
  const auto select = [](const std::vector<std::string>& values, const storage::ChangedFile& change,
                         std::string_view from) {
    return fmt::format(
        "SELECT {}, '{}' AS _change_type, {}::BIGINT AS _commit_version, "
        "make_timestamp({}::BIGINT) AT TIME ZONE 'UTC' AS _commit_timestamp {}",
        fmt::join(values, ", "), change.is_insert ? "insert" : "delete", change.version,
        change.milliseconds * 1000, from);
  };
  if (changes.empty()) return select(nulls, {}, "WHERE false");
  // One scan per version and kind, and of equal partition values.
  std::map<std::tuple<int64_t, bool, storage::PartitionValues>,
           std::vector<const storage::ChangedFile*>>
      groups;
  for (const storage::ChangedFile& change : changes)
    groups[{change.version, change.is_insert, change.partition_values}].push_back(&change);
  std::string all;
  for (const auto& [key, files] : groups) {
    std::vector<std::string> paths;
    for (const storage::ChangedFile* file : files) paths.push_back(QuotePath(file->path));
    std::vector<std::string> values = names;
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto known = std::get<2>(key).find(columns[i].first);
      if (known != std::get<2>(key).end())
        values[i] = PartitionLiteral(known->second, columns[i].second) + " AS " + names[i];
    }
    all += fmt::format("{}{}", all.empty() ? "" : " UNION ALL ",
                       select(values, *files.front(),
                              fmt::format("FROM read_parquet([{}], hive_partitioning = false)",
                                          fmt::join(paths, ", "))));
  }
  return all;
}

Result<ChangeRows> RenderChanges(const storage::Snapshot& snapshot,
                                 const storage::ChangeRange& range,
                                 const storage::Environment& environment, const Session& session) {
  if (!session.features().is_on(FeatureGate::kDeltaCdf)) {
    return Error(ErrorCode::kSqlPolicyViolation, "changes of tables are not read in this session",
                 snapshot.root(), "switch the feature delta_cdf on");
  }
  CA_ASSIGN_OR_RETURN(const auto changes,
                      storage::ReadChanges(environment, snapshot.root(), range));
  std::vector<std::pair<std::string, std::string>> columns;
  for (const storage::Field& field : snapshot.schema().fields)
    columns.emplace_back(field.name, LogicalType::Of(field.type).ToSql());
  Sha256 digest;
  for (const storage::ChangedFile& change : changes) {
    digest.Update(fmt::format("{}\n{}\n{}\n{}\n", change.version, change.is_insert,
                              change.milliseconds, change.path.substr(change.path.rfind('/') + 1)));
  }
  return ChangeRows{RenderChangeScan(changes, columns), Hex(digest.Finish())};
}

std::string TableCall::ViewName() const {
  if (!arguments.empty()) return fmt::format("ca_{}:{}", function, fmt::join(arguments, "|"));
  return fmt::format("ca_{}:{}{}", function, uri, version ? fmt::format("@{}", *version) : "");
}

Result<std::string> RenderSnapshotScan(const storage::Snapshot& snapshot, Session& session) {
  FileScan scan;
  std::vector<std::string> columns;
  for (const storage::Field& field : snapshot.schema().fields) {
    columns.push_back(QuoteIdentifier(field.name));
    scan.columns.emplace_back(field.name, LogicalType::Of(field.type).ToSql());
    if (!session.wraps_partition_values()) continue;
    if (auto type = PartitionEnum(snapshot, field)) scan.columns.back().second = *std::move(type);
  }
  CA_ASSIGN_OR_RETURN(scan.files, ScannedFiles(snapshot));
  CA_RETURN_IF_ERROR(AdaptFiles(session, session.connection(), scan));
  return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), RenderFileScan(scan));
}

Result<std::string> RenderTableCall(const TableCall& call, const std::string& out,
                                    const storage::Environment& environment, Session& session) {
  if (call.function == "capabilities") return CapabilityRows(session);
  if (call.function == "feature_state") return FeatureRows(session);
  if (call.function == "settings_snapshot") return SettingRows(session);
  if (call.function == "datasets") return DatasetRows(session);
  if (call.function == "udf_registry") return RegistryRows();
  if (call.function == "udf_docs") return DocumentationRows();
  if (call.function == "interval_align") return AlignRows(call, session.connection());
  std::error_code failed;
  const std::string root =
      std::filesystem::weakly_canonical(std::filesystem::path(out) / call.uri, failed).string();
  if (failed || !root.starts_with(out + "/")) {
    return Error(ErrorCode::kSqlPolicyViolation, "the table lies outside of the build", call.uri,
                 "name a table by its path below the build, such as cpg/cpg_nodes");
  }
  CA_ASSIGN_OR_RETURN(const std::shared_ptr<const storage::Snapshot> kept,
                      session.caches().snapshots.Load(environment, root, call.version));
  const storage::Snapshot& snapshot = *kept;
  if (call.function == "read_delta_cdf") {
    CA_ASSIGN_OR_RETURN(const storage::ChangeRange range, RangeOf(call));
    CA_ASSIGN_OR_RETURN(ChangeRows rows, RenderChanges(snapshot, range, environment, session));
    return std::move(rows.select);
  }
  if (call.function == "delta_snapshot") return RenderSnapshotRow(snapshot, snapshot.root());
  if (call.function == "delta_add_actions") return RenderFileRows(snapshot, snapshot.root());
  if (std::ranges::any_of(snapshot.files(), &storage::AddFile::has_deletion_vector)) {
    return Error(ErrorCode::kDeltaFeatureUnsupported,
                 "read_delta reads tables without deletion vectors", call.uri,
                 "read it with `codeanatomy delta read`");
  }
  return RenderSnapshotScan(snapshot, session);
}

}  // namespace codeanatomy::engine
