#include "storage/schema.h"

#include <map>

#include <fmt/format.h>

#include "base/json_text.h"
#include "expr/json_reader.h"

namespace codeanatomy::storage {
namespace {

constexpr std::string_view kSemanticType = "semantic_type";

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

std::optional<std::string> DifferenceOfTypes(const DataType& a, const DataType& b,
                                             const std::string& path) {
  const std::string text_a = ToText(a), text_b = ToText(b);
  if (text_a == text_b) return std::nullopt;
  return fmt::format("column {} is {} in the table and {} in the rows", path, text_a, text_b);
}

}  // namespace

const Field* Schema::Find(std::string_view name) const {
  for (const Field& field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

DataType FromExpr(const expr::Type& type) {
  using expr::TypeKind;
  const auto plain = [](storage::TypeKind kind) { return DataType{.kind = kind}; };
  switch (type.kind) {
    case TypeKind::kBoolean:
      return plain(storage::TypeKind::kBoolean);
    case TypeKind::kInt32:
      return plain(storage::TypeKind::kInteger);
    case TypeKind::kInt64:
      return plain(storage::TypeKind::kLong);
    case TypeKind::kFloat64:
      return plain(storage::TypeKind::kDouble);
    case TypeKind::kNull:
    case TypeKind::kUtf8:
      return plain(storage::TypeKind::kString);
    case TypeKind::kBinary:
      return plain(storage::TypeKind::kBinary);
    case TypeKind::kDate:
      return plain(storage::TypeKind::kDate);
    case TypeKind::kTimestamp:
      return plain(storage::TypeKind::kTimestamp);
    case TypeKind::kTimestampNtz:
      return plain(storage::TypeKind::kTimestampNtz);
    case TypeKind::kSpan: {
      Result<expr::Type> span = expr::ParseType(
          "Struct<bstart:Int64,bend:Int64,line_base:Int32,col_unit:Utf8,end_exclusive:Boolean>");
      return FromExpr(*span);
    }
    case TypeKind::kList:
      return {.kind = storage::TypeKind::kArray,
              .children = {{"element", FromExpr(type.children[0])}}};
    case TypeKind::kMap:
      return {.kind = storage::TypeKind::kMap,
              .children = {{"key", plain(storage::TypeKind::kString), false},
                           {"value", FromExpr(type.children[0])}}};
    case TypeKind::kStruct:
      break;
  }
  DataType made{.kind = storage::TypeKind::kStruct};
  for (size_t i = 0; i < type.children.size(); ++i)
    made.children.push_back({type.fields[i], FromExpr(type.children[i])});
  return made;
}

Result<expr::Type> ToExpr(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kString:
      return expr::Type(expr::TypeKind::kUtf8);
    case TypeKind::kLong:
      return expr::Type(expr::TypeKind::kInt64);
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return expr::Type(expr::TypeKind::kInt32);
    case TypeKind::kDouble:
    case TypeKind::kFloat:
      return expr::Type(expr::TypeKind::kFloat64);
    case TypeKind::kBoolean:
      return expr::Type(expr::TypeKind::kBoolean);
    case TypeKind::kBinary:
      return expr::Type(expr::TypeKind::kBinary);
    case TypeKind::kDate:
      return expr::Type(expr::TypeKind::kDate);
    case TypeKind::kTimestamp:
      return expr::Type(expr::TypeKind::kTimestamp);
    case TypeKind::kTimestampNtz:
      return expr::Type(expr::TypeKind::kTimestampNtz);
    case TypeKind::kArray: {
      CA_ASSIGN_OR_RETURN(expr::Type element, ToExpr(type.children[0].type));
      return expr::Type::List(std::move(element));
    }
    case TypeKind::kMap: {
      CA_ASSIGN_OR_RETURN(expr::Type value, ToExpr(type.children[1].type));
      return expr::Type::Map(std::move(value));
    }
    case TypeKind::kStruct: {
      expr::Type made(expr::TypeKind::kStruct);
      for (const Field& field : type.children) {
        CA_ASSIGN_OR_RETURN(expr::Type child, ToExpr(field.type));
        made.fields.push_back(field.name);
        made.children.push_back(std::move(child));
      }
      return made;
    }
    case TypeKind::kDecimal:
      break;
  }
  return Error(ErrorCode::kDeltaSchemaMismatch, "specs have no type " + ToText(type));
}

Field FieldOf(const expr::Field& field) {
  Field stored{.name = field.name, .type = FromExpr(field.type)};
  if (!field.semantic_type.empty()) {
    std::string value;
    AppendJsonString(value, field.semantic_type);
    stored.metadata.emplace_back(kSemanticType, std::move(value));
  }
  return stored;
}

std::string SemanticTypeOf(const Field& field) {
  for (const auto& [key, value] : field.metadata) {
    if (key != kSemanticType) continue;
    const auto text = expr::ParseJson(value);
    return text && text->is_string() ? text->get<std::string>() : "";
  }
  return {};
}

Schema SchemaOf(const expr::Schema& relation) {
  Schema schema;
  for (const expr::Field& field : relation.fields) schema.fields.push_back(FieldOf(field));
  return schema;
}

Schema SchemaOf(const TableInfo& table) {
  Schema schema;
  for (const ColumnInfo& column : table.columns) {
    const Result<expr::Type> type = expr::ParseType(column.type);
    CA_CHECK(type.has_value(), "every declared column has a type of the grammar");
    schema.fields.push_back(
        FieldOf({std::string(column.name), *type, std::string(column.semantic_type)}));
    schema.fields.back().nullable = !column.required;
  }
  return schema;
}

std::string ToText(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kString:
      return "string";
    case TypeKind::kLong:
      return "long";
    case TypeKind::kInteger:
      return "integer";
    case TypeKind::kShort:
      return "short";
    case TypeKind::kByte:
      return "byte";
    case TypeKind::kFloat:
      return "float";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kDecimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeKind::kBoolean:
      return "boolean";
    case TypeKind::kBinary:
      return "binary";
    case TypeKind::kDate:
      return "date";
    case TypeKind::kTimestamp:
      return "timestamp";
    case TypeKind::kTimestampNtz:
      return "timestamp_ntz";
    case TypeKind::kArray:
      return fmt::format("array<{}>", ToText(type.children[0].type));
    case TypeKind::kMap:
      return fmt::format("map<{},{}>", ToText(type.children[0].type),
                         ToText(type.children[1].type));
    case TypeKind::kStruct:
      break;
  }
  std::string text = "struct<";
  for (const Field& field : type.children) {
    if (text.back() != '<') text += ',';
    text += fmt::format("{}:{}", field.name, ToText(field.type));
  }
  return text + ">";
}

std::optional<std::string> DescribeDifference(const Schema& table, const Schema& other) {
  for (const Field& field : table.fields)
    if (other.Find(field.name) == nullptr)
      return fmt::format("the table's column {} is missing", field.name);
  for (const Field& field : other.fields)
    if (table.Find(field.name) == nullptr)
      return fmt::format("the table has no column {}", field.name);
  for (size_t i = 0; i < table.fields.size(); ++i) {
    if (i >= other.fields.size() || table.fields[i].name != other.fields[i].name)
      return fmt::format("column {} stands at another place", table.fields[i].name);
    if (auto text =
            DifferenceOfTypes(table.fields[i].type, other.fields[i].type, table.fields[i].name))
      return text;
  }
  return std::nullopt;
}

Result<void> CheckColumnNames(const Schema& schema) {
  if (schema.fields.empty()) return Error(ErrorCode::kInvalidArgument, "the schema has no columns");
  // Lists of fields still to look at: the columns, and the fields of every struct below them.
  std::vector<const std::vector<Field>*> open{&schema.fields};
  while (!open.empty()) {
    const std::vector<Field>& fields = *open.back();
    open.pop_back();
    std::map<std::string, std::string_view> seen;
    for (const Field& field : fields) {
      if (field.name.empty() || field.name.find('\0') != std::string::npos)
        return Error(ErrorCode::kInvalidArgument, "a column's name is empty or has a null byte");
      const auto [other, is_new] = seen.emplace(LowerAscii(field.name), field.name);
      if (!is_new)
        return Error(
            ErrorCode::kInvalidArgument,
            fmt::format("columns {} and {} differ in case only", other->second, field.name));
      if (field.type.kind == TypeKind::kStruct && field.type.children.empty())
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("struct {} has no fields", field.name));
      if (field.type.is_nested()) open.push_back(&field.type.children);
    }
  }
  return {};
}

}  // namespace codeanatomy::storage
