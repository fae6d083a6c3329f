// Types of functions as the catalogue declares them, in SQL's names.
#pragma once

#include <optional>
#include <string_view>

#include "catalog/function.h"
#include "expr/type.h"

namespace codeanatomy::expr {

/// The type of a SQL type name that function.def uses; nothing where expressions have none such.
std::optional<Type> TypeOfSql(std::string_view name);

/// The columns of a table function: `returns` is "name TYPE, …".
Schema ColumnsOf(const FunctionInfo& table_function);

}  // namespace codeanatomy::expr
