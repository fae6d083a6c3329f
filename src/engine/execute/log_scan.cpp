#include "engine/execute/log_scan.h"

#include <fmt/format.h>

#include "engine/plan/plan.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/table_functions.h"
#include "storage/log/changes.h"

namespace codeanatomy::engine {
namespace {

Result<LogRows> RenderChanges(const LogRead& read, const LogTable& table,
                              const storage::Environment& environment) {
  CA_ASSIGN_OR_RETURN(const std::vector<storage::ChangedFile> changes,
                      storage::ReadChanges(environment, table.root,
                                           {read.first, read.last ? read.last : table.version,
                                            read.since, read.until}));
  std::vector<std::pair<std::string, std::string>> columns;
  for (const expr::Field& field : table.schema->fields) {
    if (field.name == kSourceFileColumn) continue;  // changes are of rows, wherever they lie
    columns.emplace_back(field.name, DuckdbType(field.type));
  }
  LogRows rows{RenderChangeScan(changes, columns), {}};
  for (const storage::ChangedFile& change : changes) {
    rows.identity +=
        fmt::format("{}:{}:{}:{}\n", change.version, change.is_insert, change.milliseconds,
                    change.path.substr(change.path.rfind('/') + 1));
  }
  return rows;
}

}  // namespace

Result<LogRows> RenderLogRead(const LogRead& read, const LogTable& table,
                              const storage::Environment& environment,
                              storage::SnapshotCache& kept) {
  if (read.part == LogPart::kChanges) return RenderChanges(read, table, environment);
  CA_ASSIGN_OR_RETURN(const auto snapshot, kept.Load(environment, table.root, table.version));
  LogRows rows{RenderSnapshotRow(*snapshot, table.location), {}};
  if (read.part == LogPart::kFiles) {
    CA_ASSIGN_OR_RETURN(rows.select, RenderFileRows(*snapshot, table.location));
  }
  rows.identity = rows.select;
  return rows;
}

}  // namespace codeanatomy::engine
