#include "engine/execute/output_checks.h"

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {
namespace {

Error Violation(const WrittenOutput& output, std::string message) {
  return Error(ErrorCode::kOutputContractViolation, std::move(message),
               output.plan->target.table_name,
               "nothing was published; please report it with the run's log");
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

Result<void> CheckFile(Connection& connection, const WrittenOutput& output,
                       const WrittenFile& file) {
  std::string same, columns, text, first;
  for (const std::string& key : output.plan->order) {
    if (file.constants.contains(key)) continue;
    const std::string name = QuoteIdentifier(key);
    same += fmt::format("{}{} IS NOT DISTINCT FROM lag({}) OVER ()", same.empty() ? "" : " AND ",
                        name, name);
    text += fmt::format("{}coalesce(CAST({} AS VARCHAR), 'null')",
                        text.empty() ? "" : " || ', ' || ", name);
    columns += (columns.empty() ? "" : ", ") + name;
    if (first.empty()) first = name;
  }
  if (first.empty()) {
    if (file.data.rows < 2) return {};
    return Violation(output, "rows that agree in every key column");
  }
  // The windows have neither partition nor order: they run over the rows as they stand in the file.
  const std::string sql = fmt::format(
      "SELECT is_same, {} FROM (SELECT {}, {} AS is_same, lag({}) OVER () > {} AS is_before, "
      "row_number() OVER () "
      "AS ca_row FROM {}) WHERE (is_same AND ca_row > 1) OR is_before LIMIT 1",
      text, columns, same, first, first, ScanFiles({file.path}, output.plan->schema));
  CA_ASSIGN_OR_RETURN(QueryResult result, connection.Query(sql));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  if (chunk == nullptr || chunk->rows() == 0) return {};
  const std::string prefix = file.value.empty() ? "" : file.value + ", ";
  return Violation(output, fmt::format("{} ({}{})",
                                       chunk->column(0).Boolean(0) ? "two rows with the key"
                                                                   : "rows out of order at",
                                       prefix, chunk->column(1).Text(0)));
}

std::vector<std::string> Paths(const WrittenOutput& output) {
  std::vector<std::string> paths;
  paths.reserve(output.files.size());
  for (const WrittenFile& file : output.files) paths.push_back(file.path);
  return paths;
}

bool IsConstant(const WrittenOutput& output, std::string_view column) {
  return std::ranges::all_of(output.files, [&](const WrittenFile& file) {
    return file.constants.contains(std::string(column));
  });
}

/// Columns of graph tables that name a node; those with few values are read once per value.
struct EndpointColumn {
  std::string_view table, column;
  bool few_values;
};
constexpr EndpointColumn kEndpoints[] = {
    {"cpg_edges", "src", false},         {"cpg_edges", "dst", false},
    {"cpg_nodes", "parent_id", false},   {"cpg_nodes", "file_id", true},
    {"cpg_nodes", "method_id", true},    {"cpg_nodes", "idom_id", false},
    {"cpg_nodes", "ipostdom_id", false}, {"cpg_nodes", "type_id", true},
    {"calls", "caller_id", true},        {"calls", "callee_id", true},
    {"calls", "call_id", false},         {"cpg_props", "node_id", true},
};

}  // namespace

std::string ScanFiles(const std::vector<std::string>& paths, const expr::Schema& schema) {
  std::string text;
  if (paths.empty()) {
    for (const expr::Field& field : schema.fields) {
      text += fmt::format("{}CAST(NULL AS {}) AS {}", text.empty() ? "" : ", ",
                          DuckdbType(field.type), QuoteIdentifier(field.name));
    }
    return fmt::format("(SELECT {} WHERE false)", text);
  }
  for (const std::string& path : paths) text += (text.empty() ? "" : ", ") + QuotePath(path);
  return fmt::format("read_parquet([{}], hive_partitioning = false)", text);
}

Result<void> CheckKeys(Connection& connection, const WrittenOutput& output) {
  CA_RETURN_IF_ERROR(CheckRequired(output));
  for (const WrittenFile& file : output.files)
    CA_RETURN_IF_ERROR(CheckFile(connection, output, file));
  return {};
}

Result<void> CheckEndpoints(Connection& connection, const std::vector<WrittenOutput>& outputs) {
  const auto named = [&](std::string_view table) {
    return std::ranges::find_if(
        outputs, [&](const WrittenOutput& o) { return o.plan->target.table_name == table; });
  };
  const auto nodes = named("cpg_nodes");
  if (nodes == outputs.end()) return {};
  std::string ends;
  for (const EndpointColumn& end : kEndpoints) {
    const auto output = named(end.table);
    if (output == outputs.end() || output->files.empty()) continue;
    if (output->plan->schema.Find(end.column) == nullptr || IsConstant(*output, end.column))
      continue;
    const std::string column = QuoteIdentifier(end.column);
    ends += fmt::format(
        "{}SELECT {} AS place, id FROM (SELECT {}{} AS id FROM {}) WHERE id IS NOT NULL",
        ends.empty() ? "" : " UNION ALL ",
        QuoteLiteral(fmt::format("{}.{}", end.table, end.column)),
        end.few_values ? "DISTINCT " : "", column, ScanFiles(Paths(*output), output->plan->schema));
  }
  if (ends.empty()) return {};
  const std::string sql = fmt::format(
      "SELECT e.place, e.id FROM ({}) AS e ANTI JOIN {} AS n ON e.id = n.node_id LIMIT 1", ends,
      ScanFiles(Paths(*nodes), nodes->plan->schema));
  CA_ASSIGN_OR_RETURN(QueryResult result, connection.Query(sql));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  if (chunk == nullptr || chunk->rows() == 0) return {};
  return Violation(*nodes, fmt::format("{} = {} is no node of the graph", chunk->column(0).Text(0),
                                       chunk->column(1).Integer(0)));
}

}  // namespace codeanatomy::engine
