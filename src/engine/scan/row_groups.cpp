#include "engine/scan/row_groups.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/scan/can_match.h"
#include "storage/partition_value.h"

namespace codeanatomy::engine {
namespace {

/// A bound as the engine prints it; not known where it does not read as the column's type.
storage::Value BoundOf(const storage::Field& field, const VectorView& texts, size_t row) {
  if (texts.is_null(row)) return {};
  const auto value =
      storage::ParsePartitionValue(field, std::string(texts.Text(row)), std::string());
  if (!value) return {};
  const auto* number = std::get_if<double>(&*value);
  if (number != nullptr && field.type.kind == storage::TypeKind::kFloat)  // printed shortest
    return storage::Value(static_cast<double>(static_cast<float>(*number)));
  return *value;
}

}  // namespace

Result<RowGroupCounts> CountRowGroups(Connection& connection, const ScanUnit& unit,
                                      const storage::Schema& schema) {
  RowGroupCounts counts;
  if (unit.candidates.empty()) return counts;
  std::string paths;
  for (const std::string& path : unit.candidates)
    paths += (paths.empty() ? "" : ", ") + QuotePath(path);
  CA_ASSIGN_OR_RETURN(
      QueryResult result,
      connection.Query(
          fmt::format("SELECT file_name, row_group_id, row_group_num_rows, path_in_schema, "
                      "coalesce(stats_min_value, stats_min), coalesce(stats_max_value, stats_max), "
                      "stats_null_count FROM parquet_metadata([{}])",
                      paths)));
  std::map<std::pair<std::string, int64_t>, storage::FileStatistics> groups;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) break;
    for (size_t row = 0; row < chunk->rows(); ++row) {
      storage::FileStatistics& group =
          groups[{std::string(chunk->column(0).Text(row)), chunk->column(1).Integer(row)}];
      group.rows = chunk->column(2).Integer(row);
      const storage::Field* field = schema.Find(chunk->column(3).Text(row));
      if (field == nullptr || field->type.is_nested()) continue;
      storage::ColumnBounds& bounds = group.columns[field->name];
      bounds.min = BoundOf(*field, chunk->column(4), row);
      bounds.max = BoundOf(*field, chunk->column(5), row);
      if (!chunk->column(6).is_null(row)) bounds.null_count = chunk->column(6).Integer(row);
    }
  }
  for (const auto& [key, statistics] : groups) {
    ++counts.total;
    const bool matches = std::ranges::all_of(unit.conditions, [&](const expr::Expr& condition) {
      return CanMatch(condition, statistics);
    });
    if (matches)
      counts.candidate_rows += static_cast<uint64_t>(*statistics.rows);
    else
      ++counts.pruned;
  }
  return counts;
}

}  // namespace codeanatomy::engine
