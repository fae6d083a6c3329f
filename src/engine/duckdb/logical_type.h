// LogicalType: the type of a result column, read once from the engine.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/duckdb/library.h"

namespace codeanatomy::engine {

struct LogicalType {
  duckdb_type id = DUCKDB_TYPE_INVALID;
  duckdb_type storage = DUCKDB_TYPE_INVALID;                  // of ENUM and DECIMAL
  uint8_t width = 0, scale = 0;                               // of DECIMAL
  std::vector<std::string> dictionary;                        // of ENUM
  std::vector<std::pair<std::string, LogicalType>> children;  // LIST: 1, MAP: key, value; STRUCT: fields

  static LogicalType Of(const Library& library, duckdb_logical_type type);

  /// As SQL writes it: BIGINT, DECIMAL(18,3), STRUCT(a VARCHAR, b BIGINT)[].
  std::string ToSql() const;
  bool operator==(const LogicalType&) const = default;
};

/// A double-quoted identifier, a single-quoted literal.
std::string QuoteIdentifier(std::string_view name);
std::string QuoteLiteral(std::string_view text);

/// The engine's type of a declared type ("Utf8", "List<Struct<a:Int64>>", catalog/table.h).
/// Errors InvalidArgument: a type that is not in the grammar.
Result<std::string> SqlTypeOf(std::string_view declared_type);

}  // namespace codeanatomy::engine
