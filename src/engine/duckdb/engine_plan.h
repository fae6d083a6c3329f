// EnginePlan: the engine's own plan of a statement, operator by operator, as its EXPLAIN has it.
// Asked for only where explanations are captured: some 5 ms a statement. What the engine says of
// pushdown is read here and nowhere guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/connection.h"

namespace codeanatomy::engine {

struct EngineOperator {
  std::string name;      // "READ_PARQUET", "HASH_JOIN"
  size_t depth = 0;      // 0: the root
  bool is_scan = false;  // of files
  /// What it takes rows away by: the filters of a scan, the condition of a filter.
  std::vector<std::string> filters;
  std::optional<int64_t> estimated_rows;
};

/// Depth first. Errors those of Connection; Internal: the engine explains in another form.
Result<std::vector<EngineOperator>> ReadEnginePlan(Connection& connection, std::string_view sql);

}  // namespace codeanatomy::engine
