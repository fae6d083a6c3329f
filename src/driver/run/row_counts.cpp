#include "driver/run/row_counts.h"

#include <fmt/format.h>

#include "driver/run/spec_key.h"
#include "storage/current.h"

namespace codeanatomy::driver {
namespace {

constexpr int64_t kFormat = 1;  // of the file of rows

bool GoesByPastRuns(const spec::Spec& spec) {
  return spec.cache_policy && spec.cache_policy->use_historical_metrics;
}

std::string RowsPath(const std::string& folder, const spec::Spec& spec) {
  return fmt::format("{}/state/rows/{}.json", folder, SpecKey(spec));
}

}  // namespace

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

Result<engine::RowCounts> PastViewRows(storage::FileSystem& files, const std::string& folder,
                                       const engine::FeatureGates& features,
                                       const spec::Spec& spec) {
  engine::RowCounts rows;
  if (!GoesByPastRuns(spec) || !features.is_on(FeatureGate::kStatisticsCollection)) return rows;
  const std::string path = RowsPath(folder, spec);
  CA_ASSIGN_OR_RETURN(const expr::Json document, ReadState(files, path));
  if (document.is_null()) return rows;
  expr::JsonReader reader;
  int64_t format = 0;
  std::map<std::string, int64_t> views;
  expr::ObjectReader members(reader, document, "$");
  members.Required("format", format);
  members.Required("views", views);
  members.Finish();
  if (!reader.error && format != kFormat) reader.Fail("$.format", "another format");
  for (const auto& [name, count] : views) {
    if (count < 0) reader.Fail("$.views." + name, "a count is not negative");
  }
  if (reader.error) return RefusedState(path, *reader.error);
  rows.insert(views.begin(), views.end());
  return rows;
}

Result<void> KeepViewRows(storage::FileSystem& files, const std::string& folder,
                          const spec::Spec& spec, const engine::RowCounts& rows) {
  if (!GoesByPastRuns(spec)) return {};
  expr::Json views = expr::Json::object();
  for (const auto& [name, count] : rows) views[name] = count;
  CA_RETURN_IF_ERROR(files.CreateDirectories(folder + "/state/rows"));
  const expr::Json document{{"format", kFormat}, {"views", std::move(views)}};
  return storage::ReplaceFile(files, RowsPath(folder, spec), document.dump(1) + "\n");
}

}  // namespace codeanatomy::driver
