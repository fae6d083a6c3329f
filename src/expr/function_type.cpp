#include "expr/function_type.h"

#include <algorithm>

#include "base/check.h"

namespace codeanatomy::expr {

std::optional<Type> TypeOfSql(std::string_view name) {
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name == "VARCHAR") return Type(TypeKind::kUtf8);
  if (name == "BIGINT") return Type(TypeKind::kInt64);
  if (name == "INTEGER") return Type(TypeKind::kInt32);
  if (name == "DOUBLE") return Type(TypeKind::kFloat64);
  if (name == "BOOLEAN") return Type(TypeKind::kBoolean);
  return std::nullopt;
}

Schema ColumnsOf(const FunctionInfo& table_function) {
  Schema schema;
  std::string_view rest = table_function.returns;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(", "), rest.size());
    const std::string_view column = rest.substr(0, comma);
    const size_t blank = std::min(column.find(' '), column.size());
    const std::optional<Type> type = TypeOfSql(column.substr(blank));
    CA_CHECK(type.has_value(), "columns of table functions are declared with their types");
    schema.fields.push_back({std::string(column.substr(0, blank)), *type});
    rest.remove_prefix(std::min(rest.size(), comma + 2));
  }
  return schema;
}

}  // namespace codeanatomy::expr
