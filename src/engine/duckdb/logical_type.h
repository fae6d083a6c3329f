// LogicalType: the engine's type of a column, as a value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/duckdb/library.h"
#include "storage/schema.h"

namespace codeanatomy::engine {

struct LogicalType {
  /// Of what is read of the engine; deeper columns are refused by QueryResult.
  static constexpr int kMaxDepth = 200;

  duckdb_type id = DUCKDB_TYPE_INVALID;
  duckdb_type storage = DUCKDB_TYPE_INVALID;  // of ENUM and DECIMAL
  uint8_t width = 0, scale = 0;               // of DECIMAL
  std::vector<std::string> dictionary;        // of ENUM
  std::vector<std::pair<std::string, LogicalType>>
      children;  // LIST: element; MAP: key, value; STRUCT: fields

  /// Reads the engine's handle, which stays the caller's. What is nested deeper than kMaxDepth + 1
  /// is left out.
  static LogicalType Of(const Library& library, duckdb_logical_type type);
  /// The engine's type of a stored column.
  static LogicalType Of(const storage::DataType& type);
  /// The type of a declared one: "Utf8", "List<Struct<a:Int64>>" (catalog/table.h), also Date,
  /// Timestamp, TimestampNtz, Binary.
  /// Errors InvalidArgument: not in the grammar.
  static Result<LogicalType> Parse(std::string_view declared);

  /// As SQL writes it: BIGINT, DECIMAL(18,3), STRUCT("a" VARCHAR, "b" BIGINT)[].
  std::string ToSql() const;
  /// The engine's handle, the caller destroys it. For types of stored columns.
  duckdb_logical_type Create(const Library& library) const;

  /// Levels below this one.
  int Depth() const;

  bool operator==(const LogicalType&) const = default;
};

/// A double-quoted identifier, a single-quoted literal.
std::string QuoteIdentifier(std::string_view name);
std::string QuoteLiteral(std::string_view text);
/// The literal of a file to read; characters that would make it a pattern stand for themselves.
std::string QuotePath(std::string_view path);

}  // namespace codeanatomy::engine
