#include "engine/execute/log_scan.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/duckdb/connection.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/table_functions.h"
#include "storage/log/changes.h"

namespace codeanatomy::engine {
namespace {

std::string Columns(const expr::Schema& schema, bool nulls) {
  std::vector<std::string> columns;
  for (const expr::Field& field : schema.fields) {
    const std::string name = QuoteIdentifier(field.name);
    columns.push_back(nulls ? fmt::format("CAST(NULL AS {}) AS {}", DuckdbType(field.type), name)
                            : name);
  }
  return fmt::format("{}", fmt::join(columns, ", "));
}

Result<LogRows> RenderChanges(const LogRead& read, const LogTable& table,
                              const storage::Environment& environment) {
  CA_ASSIGN_OR_RETURN(const std::vector<storage::ChangedFile> changes,
                      storage::ReadChanges(environment, table.root,
                                           {read.first, read.last ? read.last : table.version,
                                            read.since, read.until}));
  const auto select = [](std::string_view columns, const storage::ChangedFile& change,
                         std::string_view from) {
    return fmt::format(
        "SELECT {}, '{}' AS _change_type, {}::BIGINT AS _commit_version, "
        "make_timestamp({}::BIGINT) AT TIME ZONE 'UTC' AS _commit_timestamp {}",
        columns, change.is_insert ? "insert" : "delete", change.version, change.milliseconds * 1000,
        from);
  };
  if (changes.empty()) return LogRows{select(Columns(*table.schema, true), {}, "WHERE false"), {}};
  // One scan per version and kind.
  std::map<std::pair<int64_t, bool>, std::vector<const storage::ChangedFile*>> groups;
  for (const storage::ChangedFile& change : changes)
    groups[{change.version, change.is_insert}].push_back(&change);
  LogRows rows;
  for (const auto& [key, files] : groups) {
    std::vector<std::string> paths;
    for (const storage::ChangedFile* file : files) paths.push_back(QuoteLiteral(file->path));
    rows.select +=
        fmt::format("{}{}", rows.select.empty() ? "" : " UNION ALL ",
                    select(Columns(*table.schema, false), *files.front(),
                           fmt::format("FROM read_parquet([{}], hive_partitioning = false)",
                                       fmt::join(paths, ", "))));
  }
  for (const storage::ChangedFile& change : changes) {
    rows.identity +=
        fmt::format("{}:{}:{}:{}\n", change.version, change.is_insert, change.milliseconds,
                    change.path.substr(change.path.rfind('/') + 1));
  }
  return rows;
}

}  // namespace

Result<LogRows> RenderLogRead(const LogRead& read, const LogTable& table,
                              const storage::Environment& environment) {
  if (read.part == LogPart::kChanges) return RenderChanges(read, table, environment);
  CA_ASSIGN_OR_RETURN(const storage::Snapshot snapshot,
                      storage::Snapshot::Load(environment, table.root, table.version));
  LogRows rows{RenderSnapshotRow(snapshot, table.location), {}};
  if (read.part == LogPart::kFiles) {
    CA_ASSIGN_OR_RETURN(rows.select, RenderFileRows(snapshot, table.location));
  }
  rows.identity = rows.select;
  return rows;
}

}  // namespace codeanatomy::engine
