#include "driver/run/row_counts.h"

#include "storage/current.h"

namespace codeanatomy::driver {

engine::RowCounts CountedRows(storage::FileSystem& files, const std::string& folder,
                              const engine::FeatureGates& features) {
  engine::RowCounts counts;
  if (!features.is_on(FeatureGate::kStatisticsCollection)) return counts;
  if (const auto current = storage::ReadCurrent(files, folder)) {
    for (const auto& [name, table] : current->build.tables) counts[name] = table.rows;
  }
  return counts;
}

engine::RowCounts CountedRows(storage::FileSystem& files, const std::string& folder,
                              const engine::FeatureGates& features,
                              const std::vector<BuiltTable>& inputs) {
  engine::RowCounts counts = CountedRows(files, folder, features);
  if (!features.is_on(FeatureGate::kStatisticsCollection)) return counts;
  for (const BuiltTable& table : inputs) counts[table.name] = static_cast<int64_t>(table.rows);
  return counts;
}

}  // namespace codeanatomy::driver
