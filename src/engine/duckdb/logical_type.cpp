#include "engine/duckdb/logical_type.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "expr/type.h"

namespace codeanatomy::engine {
namespace {

struct SimpleType {
  duckdb_type id;
  std::string_view sql;
};

constexpr auto kSimpleTypes = std::to_array<SimpleType>({
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_SQLNULL, "NULL"},
});

/// Text that the engine allocated.
std::string Take(const Library& library, char* text) {
  std::string copy = text == nullptr ? std::string() : std::string(text);
  if (text != nullptr) library.duckdb_free(text);
  return copy;
}

LogicalType Read(const Library& library, duckdb_logical_type type, int depth);

LogicalType TakeType(const Library& library, duckdb_logical_type type, int depth) {
  LogicalType result;
  if (depth <= LogicalType::kMaxDepth + 1) result = Read(library, type, depth);
  library.duckdb_destroy_logical_type(&type);
  return result;
}

LogicalType Read(const Library& library, duckdb_logical_type type, int depth) {
  LogicalType result;
  result.id = library.duckdb_get_type_id(type);
  switch (result.id) {
    case DUCKDB_TYPE_DECIMAL:
      result.width = library.duckdb_decimal_width(type);
      result.scale = library.duckdb_decimal_scale(type);
      result.storage = library.duckdb_decimal_internal_type(type);
      break;
    case DUCKDB_TYPE_ENUM:
      result.storage = library.duckdb_enum_internal_type(type);
      for (idx_t i = 0; i < library.duckdb_enum_dictionary_size(type); ++i) {
        result.dictionary.push_back(Take(library, library.duckdb_enum_dictionary_value(type, i)));
      }
      break;
    case DUCKDB_TYPE_LIST:
      result.children.emplace_back(
          "", TakeType(library, library.duckdb_list_type_child_type(type), depth + 1));
      break;
    case DUCKDB_TYPE_MAP:
      result.children.emplace_back(
          "key", TakeType(library, library.duckdb_map_type_key_type(type), depth + 1));
      result.children.emplace_back(
          "value", TakeType(library, library.duckdb_map_type_value_type(type), depth + 1));
      break;
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < library.duckdb_struct_type_child_count(type); ++i) {
        result.children.emplace_back(
            Take(library, library.duckdb_struct_type_child_name(type, i)),
            TakeType(library, library.duckdb_struct_type_child_type(type, i), depth + 1));
      }
      break;
    default:
      break;
  }
  return result;
}

}  // namespace

LogicalType LogicalType::Of(const Library& library, duckdb_logical_type type) {
  return Read(library, type, 0);
}

int LogicalType::Depth() const {
  int deepest = 0;
  std::vector<std::pair<const LogicalType*, int>> open{{this, 0}};
  while (!open.empty()) {
    const auto [type, depth] = open.back();
    open.pop_back();
    deepest = std::max(deepest, depth);
    for (const auto& [name, child] : type->children) open.emplace_back(&child, depth + 1);
  }
  return deepest;
}

LogicalType LogicalType::Of(const storage::DataType& type) {
  using storage::TypeKind;
  static constexpr duckdb_type kIds[] = {
      DUCKDB_TYPE_VARCHAR,   DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_SMALLINT,
      DUCKDB_TYPE_TINYINT,   DUCKDB_TYPE_FLOAT,  DUCKDB_TYPE_DOUBLE,  DUCKDB_TYPE_DECIMAL,
      DUCKDB_TYPE_BOOLEAN,   DUCKDB_TYPE_BLOB,   DUCKDB_TYPE_DATE,    DUCKDB_TYPE_TIMESTAMP_TZ,
      DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_STRUCT, DUCKDB_TYPE_LIST,    DUCKDB_TYPE_MAP};
  static_assert(std::size(kIds) == static_cast<size_t>(TypeKind::kMap) + 1);
  LogicalType result;
  result.id = kIds[static_cast<size_t>(type.kind)];
  if (type.kind == TypeKind::kDecimal) {
    result.width = type.precision;
    result.scale = type.scale;
    result.storage = type.precision <= 4    ? DUCKDB_TYPE_SMALLINT
                     : type.precision <= 9  ? DUCKDB_TYPE_INTEGER
                     : type.precision <= 18 ? DUCKDB_TYPE_BIGINT
                                            : DUCKDB_TYPE_HUGEINT;
  }
  for (const storage::Field& child : type.children) {
    const bool named = type.kind != TypeKind::kArray;
    result.children.emplace_back(named ? child.name : std::string(), Of(child.type));
  }
  return result;
}

Result<LogicalType> LogicalType::Parse(std::string_view declared) {
  auto type = expr::ParseType(declared);
  if (!type)
    return Error(ErrorCode::kInvalidArgument, type.error().message(), std::string(declared));
  return Of(storage::FromExpr(*type));
}

std::string LogicalType::ToSql() const {
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", width, scale);
    case DUCKDB_TYPE_LIST:
      return children[0].second.ToSql() + "[]";
    case DUCKDB_TYPE_MAP:
      return fmt::format("MAP({}, {})", children[0].second.ToSql(), children[1].second.ToSql());
    case DUCKDB_TYPE_STRUCT: {
      std::string fields;
      for (const auto& [name, type] : children) {
        fmt::format_to(std::back_inserter(fields), "{}{} {}", fields.empty() ? "" : ", ",
                       QuoteIdentifier(name), type.ToSql());
      }
      return fmt::format("STRUCT({})", fields);
    }
    case DUCKDB_TYPE_ENUM: {
      std::string values;
      for (const std::string& value : dictionary) {
        fmt::format_to(std::back_inserter(values), "{}{}", values.empty() ? "" : ", ",
                       QuoteLiteral(value));
      }
      return fmt::format("ENUM({})", values);
    }
    default:
      for (const SimpleType& simple : kSimpleTypes) {
        if (simple.id == id) return std::string(simple.sql);
      }
      return fmt::format("UNSUPPORTED_{}", static_cast<int>(id));
  }
}

duckdb_logical_type LogicalType::Create(const Library& library) const {
  if (id == DUCKDB_TYPE_DECIMAL) return library.duckdb_create_decimal_type(width, scale);
  if (children.empty()) return library.duckdb_create_logical_type(id);
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const auto& [name, type] : children) {
    types.push_back(type.Create(library));
    names.push_back(name.c_str());
  }
  duckdb_logical_type created = nullptr;
  if (id == DUCKDB_TYPE_LIST) {
    created = library.duckdb_create_list_type(types[0]);
  } else if (id == DUCKDB_TYPE_MAP) {
    created = library.duckdb_create_map_type(types[0], types[1]);
  } else {
    CA_CHECK(id == DUCKDB_TYPE_STRUCT, "only lists, maps and structs have children");
    created = library.duckdb_create_struct_type(types.data(), names.data(), types.size());
  }
  for (duckdb_logical_type& type : types) library.duckdb_destroy_logical_type(&type);
  return created;
}

namespace {

std::string Quote(std::string_view text, char mark) {
  std::string quoted(1, mark);
  for (const char c : text) {
    if (c == mark) quoted += mark;
    quoted += c;
  }
  quoted += mark;
  return quoted;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) { return Quote(name, '"'); }
std::string QuoteLiteral(std::string_view text) { return Quote(text, '\''); }

std::string QuotePath(std::string_view path) {
  std::string plain;
  for (const char c : path) {
    const bool pattern = c == '*' || c == '?' || c == '[';
    plain += pattern ? std::string{'[', c, ']'} : std::string{c};
  }
  return QuoteLiteral(plain);
}

}  // namespace codeanatomy::engine
