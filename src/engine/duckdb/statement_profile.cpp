#include "engine/duckdb/statement_profile.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/duckdb/library.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kBegin =
    "SET enable_profiling = 'no_output'; SET custom_profiling_settings = "
    R"('{"CPU_TIME": "true", "CUMULATIVE_ROWS_SCANNED": "true",)"
    R"( "SYSTEM_PEAK_BUFFER_MEMORY": "true", "SYSTEM_PEAK_TEMP_DIR_SIZE": "true",)"
    R"( "OPERATOR_TYPE": "true", "OPERATOR_TIMING": "true", "OPERATOR_CARDINALITY": "true"}')";

Result<double> Measure(const Library& library, duckdb_profiling_info info, const char* name) {
  duckdb_value value = library.duckdb_profiling_info_get_value(info, name);
  if (value == nullptr) {
    return Error(ErrorCode::kEngineFailed, fmt::format("the engine does not measure {}", name));
  }
  const double number = library.duckdb_get_double(value);
  library.duckdb_destroy_value(&value);
  return number;
}

Result<std::string> Text(const Library& library, duckdb_profiling_info info, const char* name) {
  duckdb_value value = library.duckdb_profiling_info_get_value(info, name);
  if (value == nullptr) {
    return Error(ErrorCode::kEngineFailed, fmt::format("the engine does not measure {}", name));
  }
  char* text = library.duckdb_get_varchar(value);
  std::string copy = text == nullptr ? "" : text;
  library.duckdb_free(text);
  library.duckdb_destroy_value(&value);
  return copy;
}

/// Every node below the statement is an operator.
Result<void> AddOperators(const Library& library, duckdb_profiling_info statement,
                          StatementMetrics& metrics) {
  std::vector<duckdb_profiling_info> open{statement};
  while (!open.empty()) {
    const duckdb_profiling_info node = open.back();
    open.pop_back();
    const idx_t count = library.duckdb_profiling_info_get_child_count(node);
    for (idx_t i = 0; i < count; ++i)
      open.push_back(library.duckdb_profiling_info_get_child(node, i));
    if (node == statement) continue;
    CA_ASSIGN_OR_RETURN(const std::string type, Text(library, node, "OPERATOR_TYPE"));
    CA_ASSIGN_OR_RETURN(const double rows, Measure(library, node, "OPERATOR_CARDINALITY"));
    CA_ASSIGN_OR_RETURN(const double seconds, Measure(library, node, "OPERATOR_TIMING"));
    OperatorMetrics& sum = metrics.operators[type];
    ++sum.count;
    sum.output_rows += static_cast<uint64_t>(rows);
    sum.compute_seconds += seconds;
  }
  return {};
}

}  // namespace

Result<StatementProfile> StatementProfile::Begin(Connection& connection) {
  CA_RETURN_IF_ERROR(connection.Execute(kBegin));
  return StatementProfile(connection);
}

StatementProfile::StatementProfile(StatementProfile&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

StatementProfile::~StatementProfile() {
  // A connection that cannot be told so only goes on measuring.
  if (connection_ != nullptr) (void)connection_->Execute("PRAGMA disable_profiling");
}

Result<StatementMetrics> StatementProfile::Read() const {
  const Library& library = connection_->library();
  duckdb_profiling_info info = library.duckdb_get_profiling_info(connection_->handle());
  StatementMetrics metrics;
  // A count or an extreme that stands in the footers is answered without a plan to measure.
  if (info == nullptr) return metrics;
  CA_ASSIGN_OR_RETURN(metrics.compute_seconds, Measure(library, info, "CPU_TIME"));
  CA_ASSIGN_OR_RETURN(const double scanned, Measure(library, info, "CUMULATIVE_ROWS_SCANNED"));
  CA_ASSIGN_OR_RETURN(const double memory, Measure(library, info, "SYSTEM_PEAK_BUFFER_MEMORY"));
  CA_ASSIGN_OR_RETURN(const double spilled, Measure(library, info, "SYSTEM_PEAK_TEMP_DIR_SIZE"));
  metrics.rows_scanned = static_cast<uint64_t>(scanned);
  metrics.peak_memory_bytes = static_cast<uint64_t>(memory);
  metrics.spilled_bytes = static_cast<uint64_t>(spilled);
  CA_RETURN_IF_ERROR(AddOperators(library, info, metrics));
  return metrics;
}

}  // namespace codeanatomy::engine
