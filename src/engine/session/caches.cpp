#include "engine/session/caches.h"

#include <chrono>

#include "catalog/function.h"
#include "expr/function_type.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kFunction = "engine_caches";

FunctionCell Number(uint64_t value) { return static_cast<int64_t>(value); }

std::vector<FunctionRow> RowsOf(const SessionCaches& caches) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::vector<FunctionRow> rows;
  for (const CacheState& state : caches.Describe()) {
    const CacheCounts& counts = state.counts;
    rows.push_back({std::string(state.name), int64_t{now}, Number(counts.entries),
                    Number(counts.hits), Number(counts.misses), Number(counts.evictions),
                    state.limit_bytes ? Number(*state.limit_bytes) : FunctionCell(),
                    state.ttl_seconds ? FunctionCell(*state.ttl_seconds) : FunctionCell()});
  }
  return rows;
}

}  // namespace

std::vector<CacheState> SessionCaches::Describe() const {
  return {{"plan", plans.counts(), std::nullopt},
          {"snapshot", snapshots.counts(), snapshots.limit_bytes(), snapshots.ttl_seconds()},
          {"staging", staging.counts(), std::nullopt}};
}

Result<void> InstallCacheFunction(Database& database, const SessionCaches& caches) {
  std::vector<std::pair<std::string, LogicalType>> columns;
  for (const expr::Field& field : expr::ColumnsOf(*FindFunction(kFunction)).fields) {
    CA_ASSIGN_OR_RETURN(LogicalType type, LogicalType::Parse(field.type.ToString()));
    columns.emplace_back(field.name, std::move(type));
  }
  return InstallRowsFunction(database, kFunction, std::move(columns),
                             [&caches] { return RowsOf(caches); });
}

}  // namespace codeanatomy::engine
