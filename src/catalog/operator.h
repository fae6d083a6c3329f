// OperatorInfo: the operators of spec expressions, declared once; the type checker and the
// renderers read this table.
#pragma once

#include <array>
#include <string_view>

namespace codeanatomy {

struct OperatorInfo {
  std::string_view name;
  std::string_view parameters;  // the grammar is in operator.def
  std::string_view result;
  std::string_view duckdb;  // form in DuckDB's dialect
};

inline constexpr auto kOperators = std::to_array<OperatorInfo>({
#define CA_OPERATOR(name, parameters, result, duckdb) {name, parameters, result, duckdb},
#include "catalog/operator.def"
});

/// nullptr where no operator has that name.
constexpr const OperatorInfo* FindOperator(std::string_view name) {
  for (const OperatorInfo& op : kOperators) {
    if (op.name == name) return &op;
  }
  return nullptr;
}

}  // namespace codeanatomy
