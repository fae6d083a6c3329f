#include "engine/scan/schema_adapter.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/duckdb/conform.h"

namespace codeanatomy::engine {
namespace {

using ColumnTypes = std::map<std::string, LogicalType, std::less<>>;

ColumnTypes TypesOf(const QueryResult& result) {
  ColumnTypes types;
  for (size_t i = 0; i < result.column_count(); ++i)
    types.emplace(result.column_name(i), result.column_type(i));
  return types;
}

class Adapter {
 public:
  Adapter(Connection& connection, bool is_on, FileScan& scan)
      : connection_(connection), is_on_(is_on), scan_(scan) {}

  Result<void> Run() {
    CA_ASSIGN_OR_RETURN(table_, TableTypes());
    CA_ASSIGN_OR_RETURN(const auto shapes, Shapes());
    std::map<std::string, Adapted, std::less<>> adapted;  // by shape
    for (ScannedFile& file : scan_.files) {
      const auto shape = shapes.find(file.path);
      // What has no columns at all has no row in the list of footers.
      const std::string key = shape == shapes.end() ? "" : shape->second;
      if (!adapted.contains(key)) {
        CA_ASSIGN_OR_RETURN(adapted[key], Adapt(file));
      }
      file.adapted = adapted[key];
    }
    return {};
  }

 private:
  /// Of the scan's columns that stand in files.
  Result<ColumnTypes> TableTypes() {
    std::string nulls;
    for (const auto& [name, type] : scan_.columns) {
      nulls += fmt::format("{}CAST(NULL AS {}) AS {}", nulls.empty() ? "" : ", ", type,
                           QuoteIdentifier(name));
    }
    CA_ASSIGN_OR_RETURN(const QueryResult result, connection_.Query("SELECT " + nulls));
    ColumnTypes types = TypesOf(result);
    types.erase(scan_.file_column);
    for (const ScannedFile& file : scan_.files) {
      for (const auto& [name, value] : file.partition_values) types.erase(name);
    }
    return types;
  }

  /// What tells files apart by their columns, by path.
  Result<std::map<std::string, std::string>> Shapes() {
    std::string paths;
    for (const ScannedFile& file : scan_.files)
      paths += (paths.empty() ? "" : ", ") + QuotePath(file.path);
    auto rows = connection_.Query(fmt::format(
        "SELECT file_name, string_agg(concat_ws(' ', name, type, type_length, num_children, "
        "converted_type, scale, precision, logical_type), ',') FROM parquet_schema([{}]) GROUP BY "
        "file_name",
        paths));
    if (!rows) return UnreadableFile(std::move(rows.error()), scan_.files[0].path);
    std::map<std::string, std::string> shapes;
    while (true) {
      CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows->Next());
      if (chunk == nullptr) return shapes;
      for (size_t row = 0; row < chunk->rows(); ++row)
        shapes[std::string(chunk->column(0).Text(row))] = chunk->column(1).Text(row);
    }
  }

  Result<Adapted> Adapt(const ScannedFile& file) {
    auto shape = connection_.Query(fmt::format(
        "SELECT * FROM read_parquet({}, hive_partitioning = false) LIMIT 0", QuotePath(file.path)));
    if (!shape) return UnreadableFile(std::move(shape.error()), file.path);
    const ColumnTypes stored = TypesOf(*shape);
    Adapted expressions;
    for (const auto& [name, type] : table_) {
      const auto at = stored.find(name);
      if (at != stored.end() && at->second == type) continue;
      const std::string found = at == stored.end() ? "missing" : at->second.ToSql();
      if (!is_on_ || (at != stored.end() && !IsReadableAs(at->second, type))) {
        return Error(
            ErrorCode::kDeltaSchemaMismatch,
            fmt::format("column {} is {} in the file, {} in the table", name, found, type.ToSql()),
            file.path, is_on_ ? "" : "the feature schema_evolution_adapter reads it");
      }
      expressions[name] = at == stored.end() ? fmt::format("CAST(NULL AS {})", type.ToSql())
                                             : Conform(QuoteIdentifier(name), at->second, type);
    }
    return expressions;
  }

  Connection& connection_;
  bool is_on_;
  FileScan& scan_;
  ColumnTypes table_;
};

}  // namespace

Result<void> AdaptFiles(const Session& session, Connection& connection, FileScan& scan) {
  if (scan.files.empty()) return {};
  const bool is_on = session.features().is_on(FeatureGate::kSchemaEvolutionAdapter);
  return Adapter(connection, is_on, scan).Run();
}

}  // namespace codeanatomy::engine
