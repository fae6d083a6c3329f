#include "engine/duckdb/conform.h"

#include <algorithm>

#include <fmt/format.h>

namespace codeanatomy::engine {

bool IsReadableAs(const LogicalType& file, const LogicalType& table) {
  if (file.id == table.id && file.children.empty()) {
    return file.id != DUCKDB_TYPE_DECIMAL ||
           (file.scale == table.scale && file.width <= table.width);
  }
  auto is = [&](duckdb_type from, std::initializer_list<duckdb_type> to) {
    return file.id == from && std::find(to.begin(), to.end(), table.id) != to.end();
  };
  if (is(DUCKDB_TYPE_TINYINT, {DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_SMALLINT, {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_INTEGER, {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_FLOAT, {DUCKDB_TYPE_DOUBLE}) || is(DUCKDB_TYPE_BLOB, {DUCKDB_TYPE_VARCHAR}) ||
      is(DUCKDB_TYPE_VARCHAR, {DUCKDB_TYPE_BLOB}) ||
      is(DUCKDB_TYPE_TIMESTAMP, {DUCKDB_TYPE_TIMESTAMP_TZ}) ||
      is(DUCKDB_TYPE_TIMESTAMP_NS, {DUCKDB_TYPE_TIMESTAMP_TZ, DUCKDB_TYPE_TIMESTAMP}) ||
      is(DUCKDB_TYPE_TIMESTAMP_TZ, {DUCKDB_TYPE_TIMESTAMP})) {
    return true;
  }
  if (file.id != table.id) return false;
  if (file.id != DUCKDB_TYPE_STRUCT) {
    for (size_t i = 0; i < file.children.size(); ++i) {
      if (!IsReadableAs(file.children[i].second, table.children[i].second)) return false;
    }
    return true;
  }
  for (const auto& [name, type] : table.children) {
    for (const auto& [file_name, file_type] : file.children) {
      if (file_name == name && !IsReadableAs(file_type, type)) return false;
    }
  }
  return true;
}

std::string Conform(const std::string& expression, const LogicalType& file,
                    const LogicalType& table) {
  if (file == table) return expression;
  if (table.id == DUCKDB_TYPE_STRUCT) {
    std::string fields;
    for (const auto& [name, type] : table.children) {
      std::string value = fmt::format("CAST(NULL AS {})", type.ToSql());
      for (const auto& [file_name, file_type] : file.children) {
        if (file_name != name) continue;
        value = Conform(fmt::format("{}.{}", expression, QuoteIdentifier(name)), file_type, type);
      }
      fmt::format_to(std::back_inserter(fields), "{}{} := {}", fields.empty() ? "" : ", ",
                     QuoteIdentifier(name), value);
    }
    return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE struct_pack({}) END", expression,
                       fields);
  }
  if (table.id == DUCKDB_TYPE_LIST && table.children[0].second.id == DUCKDB_TYPE_STRUCT) {
    return fmt::format("list_transform({}, lambda ca_e: {})", expression,
                       Conform("ca_e", file.children[0].second, table.children[0].second));
  }
  if (file.id == DUCKDB_TYPE_BLOB && table.id == DUCKDB_TYPE_VARCHAR) {
    return fmt::format("decode({})", expression);
  }
  if (file.id == DUCKDB_TYPE_VARCHAR && table.id == DUCKDB_TYPE_BLOB) {
    return fmt::format("encode({})", expression);
  }
  return fmt::format("CAST({} AS {})", expression, table.ToSql());
}

Error UnreadableFile(Error error, const std::string& path) {
  if (error.code() == ErrorCode::kInterrupted || error.code() == ErrorCode::kMemoryBudgetExceeded) {
    return error;
  }
  if (error.message().find("No files found") != std::string::npos) {
    return Error(ErrorCode::kNotFound, "no such Parquet file", path);
  }
  return Error(ErrorCode::kDeltaCorrupt, "not readable as Parquet: " + error.message(), path);
}

}  // namespace codeanatomy::engine
