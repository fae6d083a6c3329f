// Type: the types of columns and expressions, written as in specs and the catalogue.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace codeanatomy::expr {

enum class TypeKind : uint8_t {
  kNull,  // of a bare null before it meets another type
  kBoolean,
  kInt32,
  kInt64,
  kFloat64,
  kUtf8,
  kBinary,
  kDate,
  kTimestamp,
  kTimestampNtz,
  kList,
  kMap,
  kStruct,
  kSpan,  // {bstart Int64, bend Int64, line_base Int32, col_unit Utf8, end_exclusive Boolean}
};

struct Type {
  TypeKind kind = TypeKind::kNull;
  std::vector<Type> children;       // List: element; Map: value (keys are Utf8); Struct: fields
  std::vector<std::string> fields;  // Struct: names

  Type() = default;
  Type(TypeKind kind) : kind(kind) {}  // NOLINT: scalar types convert

  static Type List(Type element);
  static Type Map(Type value);
  static Type Struct(std::vector<std::pair<std::string, Type>> fields);

  bool is_integer() const { return kind == TypeKind::kInt32 || kind == TypeKind::kInt64; }
  bool is_numeric() const { return is_integer() || kind == TypeKind::kFloat64; }
  bool operator==(const Type&) const = default;
  /// `Struct<a:Int64,b:List<Utf8>>`; ParseType reads it back.
  std::string ToString() const;
};

/// Types nested deeper are refused: those that are read, and those of a view's columns.
inline constexpr int kMaxTypeDepth = 16;

/// Errors InvalidSpecJson: not in the grammar, or nested deeper than kMaxTypeDepth.
Result<Type> ParseType(std::string_view text);

/// True where a value of `from` may stand for `to` without a cast: equal, null to anything,
/// Int32 → Int64 → Float64, and the same inside lists, maps and structs.
bool Widens(const Type& from, const Type& to);
/// The smaller type that both widen to, if there is one.
Result<Type> CommonType(const Type& a, const Type& b);

struct Field {
  std::string name;
  Type type;
  std::string semantic_type = {};  // what the values mean: node_id, byte_offset …; empty: unknown
  bool operator==(const Field&) const = default;
};

/// The columns of a relation, in order.
struct Schema {
  std::vector<Field> fields;
  /// nullptr where no column has that name.
  const Field* Find(std::string_view name) const;
  bool operator==(const Schema&) const = default;
};

}  // namespace codeanatomy::expr
