#include "engine/execute/output_checks.h"

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/execute/endpoint_check.h"
#include "engine/render/duckdb_sql.h"
#include "engine/render/file_scan.h"

namespace codeanatomy::engine {
namespace {

/// The values of columns as one text, for messages.
std::string ValuesText(const std::vector<std::string>& quoted) {
  std::string text;
  for (const std::string& name : quoted) {
    text += fmt::format("{}coalesce(CAST({} AS VARCHAR), 'null')",
                        text.empty() ? "" : " || ', ' || ", name);
  }
  return text;
}

Result<void> CheckFile(Connection& connection, const WrittenOutput& output,
                       const WrittenFile& file) {
  std::string same;
  std::vector<std::string> names;
  for (const std::string& key : output.plan->order) {
    if (file.constants.contains(key)) continue;
    const std::string name = QuoteIdentifier(key);
    same += fmt::format("{}{} IS NOT DISTINCT FROM lag({}) OVER ()", same.empty() ? "" : " AND ",
                        name, name);
    names.push_back(name);
  }
  if (names.empty()) {
    if (file.data.rows < 2) return {};
    return Violation(output, "rows that agree in every key column");
  }
  // The windows have neither partition nor order: they run over the rows as they stand in the file.
  const std::string sql = fmt::format(
      "SELECT is_same, {} FROM (SELECT {}, {} AS is_same, lag({}) OVER () > {} AS is_before, "
      "row_number() OVER () "
      "AS ca_row FROM {}) WHERE (is_same AND ca_row > 1) OR is_before LIMIT 1",
      ValuesText(names), fmt::join(names, ", "), same, names[0], names[0],
      RenderFileScan({.files = {{file.path, {}}}}));
  CA_ASSIGN_OR_RETURN(QueryResult result, connection.Query(sql));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  if (chunk == nullptr || chunk->rows() == 0) return {};
  const std::string prefix = file.value.empty() ? "" : file.value + ", ";
  return Violation(output, fmt::format("{} ({}{})",
                                       chunk->column(0).Boolean(0) ? "two rows with the key"
                                                                   : "rows out of order at",
                                       prefix, chunk->column(1).Text(0)));
}

}  // namespace

Error Violation(const WrittenOutput& output, std::string message) {
  return Error(ErrorCode::kOutputContractViolation, std::move(message),
               output.plan->target.table_name,
               "nothing was published; please report it with the run's log");
}

std::string ScanOutput(const WrittenOutput& output) {
  FileScan scan{.columns = ScanColumns(output.plan->schema)};
  for (const WrittenFile& file : output.files)
    scan.files.push_back({file.path, file.data.partition_values});
  if (output.rest) {
    for (const WrittenFile& file : output.rest->files)
      scan.files.push_back({file.path, file.data.partition_values});
  }
  return RenderFileScan(scan);
}

Result<std::map<std::string, uint64_t>> CountKinds(Connection& connection,
                                                   const WrittenOutput& output) {
  CA_ASSIGN_OR_RETURN(QueryResult result,
                      connection.Query(fmt::format("SELECT kind, count(*) FROM {} GROUP BY kind",
                                                   ScanOutput(output))));
  std::map<std::string, uint64_t> counts;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) return counts;
    for (size_t row = 0; row < chunk->rows(); ++row) {
      counts[std::string(chunk->column(0).Text(row))] =
          static_cast<uint64_t>(chunk->column(1).Integer(row));
    }
  }
}

Result<void> CheckRequired(const WrittenOutput& output) {
  if (output.plan->table == nullptr) return {};
  for (const ColumnInfo& column : output.plan->table->columns) {
    if (!column.required) continue;
    for (const WrittenFile& file : output.files) {
      for (const storage::ColumnStatistics& statistics : file.data.columns) {
        const int64_t nulls = statistics.null_count.value_or(0);
        if (statistics.column == column.name && nulls > 0) {
          return Violation(output, fmt::format("{} is null in {} rows", column.name, nulls));
        }
      }
    }
  }
  return {};
}

Result<void> CheckKeysAcross(Session& session, const WrittenOutput& output, uint64_t set_bytes) {
  const std::vector<std::string>& key = output.plan->order;
  if (key.size() == 1 && output.plan->schema.Find(key[0])->type.kind == expr::TypeKind::kInt64)
    return CheckIdsAcross(session, output, set_bytes);
  std::vector<std::string> names;
  for (const std::string& column : key) names.push_back(QuoteIdentifier(column));
  const std::string sql =
      fmt::format("SELECT {} FROM {} GROUP BY {} HAVING count(*) > 1 LIMIT 1", ValuesText(names),
                  ScanOutput(output), fmt::join(names, ", "));
  CA_RETURN_IF_ERROR(session.PrepareStatement(session.connection()));
  CA_ASSIGN_OR_RETURN(QueryResult result, session.connection().Query(sql));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  if (chunk == nullptr || chunk->rows() == 0) return {};
  return Violation(output, fmt::format("two rows with the key ({})", chunk->column(0).Text(0)));
}

Result<void> CheckKeys(Connection& connection, const WrittenOutput& output) {
  CA_RETURN_IF_ERROR(CheckRequired(output));
  for (const WrittenFile& file : output.files)
    CA_RETURN_IF_ERROR(CheckFile(connection, output, file));
  return {};
}

}  // namespace codeanatomy::engine
