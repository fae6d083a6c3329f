// Schema: a table's columns and types as the Delta protocol writes them (`schemaString`).
//
// Everything that names a stored column's type meets in DataType: the types of specs and catalogue
// (expr/type.h), the log's JSON and, in the engine, SQL types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/table.h"
#include "expr/type.h"

namespace codeanatomy::storage {

enum class TypeKind : uint8_t {
  kString,
  kLong,
  kInteger,
  kShort,
  kByte,
  kFloat,
  kDouble,
  kDecimal,
  kBoolean,
  kBinary,
  kDate,
  kTimestamp,     // microseconds since 1970, UTC
  kTimestampNtz,  // microseconds since 1970 of a wall clock; needs the feature timestampNtz
  kStruct,
  kArray,
  kMap,
};

struct Field;

struct DataType {
  TypeKind kind = TypeKind::kString;
  uint8_t precision = 0, scale = 0;  // of kDecimal
  std::vector<Field> children;       // kStruct: fields; kArray: "element"; kMap: "key", "value"

  bool is_nested() const { return kind >= TypeKind::kStruct; }
};

struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  std::vector<std::pair<std::string, std::string>> metadata;  // sorted by key; values are JSON text
};

struct Schema {
  std::vector<Field> fields;

  /// Null where no column has that name.
  const Field* Find(std::string_view name) const;
};

/// Reads a `schemaString`.
/// Errors DeltaCorrupt: not a schema. DeltaFeatureUnsupported: a type we lack (variant, interval).
Result<Schema> ParseSchema(std::string_view json, std::string_view subject);

/// The `schemaString` of a schema: members in the protocol's order, no whitespace.
std::string ToJson(const Schema& schema);

/// The stored type of a spec type; a bare null is stored as text.
DataType FromExpr(const expr::Type& type);
/// The spec type of a stored one. Errors DeltaSchemaMismatch: specs have none for it.
Result<expr::Type> ToExpr(const DataType& type);
/// The stored schema of a view, all columns nullable.
Schema SchemaOf(const expr::Schema& relation);
Field FieldOf(const expr::Field& field);
/// The field's metadata `semantic_type`; empty: none.
std::string SemanticTypeOf(const Field& field);
/// The stored schema of a declared table; `semantic_type` goes into the field metadata.
Schema SchemaOf(const TableInfo& table);

/// As the protocol names it: "long", "decimal(20,4)", "array<string>".
std::string ToText(const DataType& type);

/// The first difference in column names, order or types, as a sentence; nothing where both agree.
/// Nullability and metadata do not count.
std::optional<std::string> DescribeDifference(const Schema& table, const Schema& other);

/// Column names that the engine and other readers can store: not empty, no two alike but for case.
/// Errors InvalidArgument.
Result<void> CheckColumnNames(const Schema& schema);

}  // namespace codeanatomy::storage
