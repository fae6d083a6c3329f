#include "engine/duckdb/statement_profile.h"

#include <utility>

#include <fmt/format.h>

#include "engine/duckdb/library.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kBegin =
    "SET enable_profiling = 'no_output'; SET custom_profiling_settings = "
    R"('{"CPU_TIME": "true", "CUMULATIVE_ROWS_SCANNED": "true",)"
    R"( "SYSTEM_PEAK_BUFFER_MEMORY": "true", "SYSTEM_PEAK_TEMP_DIR_SIZE": "true"}')";

Result<double> Measure(const Library& library, duckdb_profiling_info info, const char* name) {
  duckdb_value value = library.duckdb_profiling_info_get_value(info, name);
  if (value == nullptr) {
    return Error(ErrorCode::kEngineFailed, fmt::format("the engine does not measure {}", name));
  }
  const double number = library.duckdb_get_double(value);
  library.duckdb_destroy_value(&value);
  return number;
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
  return metrics;
}

}  // namespace codeanatomy::engine
