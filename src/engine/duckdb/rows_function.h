// A table function without parameters whose few rows are made anew by every statement.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/duckdb/database.h"
#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {

/// Null, BIGINT or VARCHAR.
using FunctionCell = std::variant<std::monostate, int64_t, std::string>;
using FunctionRow = std::vector<FunctionCell>;

/// `make` is called once per scan, from any thread of the engine, and gives rows of the columns,
/// whose types are those of cells.
/// Errors SessionInitializationFailed.
Result<void> InstallRowsFunction(Database& database, std::string_view name,
                                 std::vector<std::pair<std::string, LogicalType>> columns,
                                 std::function<std::vector<FunctionRow>()> make);

}  // namespace codeanatomy::engine
