#include "engine/execute/write_files.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"
#include "engine/duckdb/value_chunk.h"
#include "engine/render/duckdb_sql.h"
#include "storage/log/file_path.h"
#include "storage/partition_value.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kTable = "ca_partitions";  // temporary, of one connection

/// A combination of values and the consecutive rows that have it.
struct Partition {
  storage::PartitionValues values;
  std::string folder;
  std::map<std::string, expr::Expr> constants;
  int64_t first = 0, last = 0;
};

/// A stored value as a literal of a spec, from the text that the log has for it.
expr::Expr LiteralOf(const expr::Field& field, const storage::Value& value,
                     const std::optional<std::string>& text) {
  expr::Expr literal = expr::Null(field.type);
  if (!text) return literal;
  if (const auto* flag = std::get_if<bool>(&value)) {
    literal.literal = *flag;
  } else if (const auto* number = std::get_if<double>(&value)) {
    literal.literal = *number;
  } else if (field.type.is_integer()) {
    literal.literal = std::get<int64_t>(value);
  } else {
    literal.literal = *text;
  }
  return literal;
}

/// The partitions of the temporary table, which is sorted by them.
Result<std::vector<Partition>> FindPartitions(Connection& connection, const PlannedOutput& output) {
  std::vector<std::string> names;
  for (const std::string& name : output.target.partition_by) names.push_back(QuoteIdentifier(name));
  const std::string list = fmt::format("{}", fmt::join(names, ", "));
  CA_ASSIGN_OR_RETURN(QueryResult rows, connection.Query(fmt::format(
                                            "SELECT {0}, min(rowid), max(rowid), count(*) FROM {1} "
                                            "GROUP BY {0} ORDER BY min(rowid)",
                                            list, kTable)));
  std::vector<Partition> partitions;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, rows.Next());
    if (chunk == nullptr) return partitions;
    for (size_t row = 0; row < chunk->rows(); ++row) {
      Partition& partition = partitions.emplace_back();
      for (size_t i = 0; i < names.size(); ++i) {
        const expr::Field& field = *output.schema.Find(output.target.partition_by[i]);
        const storage::Field stored = storage::FieldOf(field);
        const storage::Value value = ReadValue(chunk->column(i), stored.type, row);
        CA_ASSIGN_OR_RETURN(const auto text, storage::FormatPartitionValue(stored, value));
        partition.values[field.name] = text;
        partition.constants.emplace(field.name, LiteralOf(field, value, text));
        partition.folder += (i == 0 ? "" : "/") + storage::PartitionFolder(field.name, text);
      }
      partition.first = chunk->column(names.size()).Integer(row);
      partition.last = chunk->column(names.size() + 1).Integer(row);
      CA_CHECK(partition.last - partition.first + 1 == chunk->column(names.size() + 2).Integer(row),
               "rows of one partition stand together in a sorted table");
    }
  }
}

/// The rows, sorted by partition and then by the output's order.
Result<void> Fill(Connection& connection, const FileWrite& write) {
  std::vector<std::string> keys = write.output.target.partition_by;
  keys.insert(keys.end(), write.output.order.begin(), write.output.order.end());
  std::string order;
  for (const std::string& key : keys) {
    order += fmt::format("{}{} ASC NULLS LAST", order.empty() ? "" : ", ", QuoteIdentifier(key));
  }
  return connection.Execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE {} AS SELECT * FROM ({}) "
                  "ORDER BY {}",
                  kTable, write.select.sql, order));
}

Result<std::vector<WrittenFile>> WriteAll(Connection& connection, const FileWrite& write) {
  std::vector<std::string> stored;
  for (const expr::Field& field : write.output.schema.fields) {
    const std::vector<std::string>& by = write.output.target.partition_by;
    if (std::ranges::find(by, field.name) == by.end())
      stored.push_back(QuoteIdentifier(field.name));
  }
  CA_ASSIGN_OR_RETURN(const std::vector<Partition> partitions,
                      FindPartitions(connection, write.output));
  ParquetOptions options = write.parquet;
  options.sorted = false;  // a slice of a table: its vectors are not those of a sort
  std::vector<WrittenFile> written;
  for (const Partition& partition : partitions) {
    const std::string folder = storage::JoinPath(write.folder, partition.folder);
    CA_RETURN_IF_ERROR(write.files.CreateDirectories(folder));
    CA_ASSIGN_OR_RETURN(
        auto files,
        WriteParquet(connection,
                     fmt::format("SELECT {} FROM {} WHERE rowid BETWEEN {} AND {}",
                                 fmt::join(stored, ", "), kTable, partition.first, partition.last),
                     folder, options));
    for (storage::DataFile& file : files) {
      std::string path = storage::JoinPath(folder, file.path);
      file.path = storage::JoinPath(partition.folder, file.path);
      file.partition_values = partition.values;
      WrittenFile one{"", std::move(path), std::move(file), write.select.constants};
      for (const auto& [name, literal] : partition.constants) one.constants[name] = literal;
      written.push_back(std::move(one));
    }
  }
  return written;
}

}  // namespace

Result<std::vector<WrittenFile>> WriteFiles(Connection& connection, const FileWrite& write) {
  if (write.output.target.partition_by.empty()) {
    CA_ASSIGN_OR_RETURN(auto files,
                        WriteParquet(connection, write.select.sql, write.folder, write.parquet));
    std::vector<WrittenFile> written;
    for (storage::DataFile& file : files) {
      std::string path = storage::JoinPath(write.folder, file.path);
      written.push_back({"", std::move(path), std::move(file), write.select.constants});
    }
    return written;
  }
  CA_RETURN_IF_ERROR(Fill(connection, write));
  auto written = WriteAll(connection, write);
  auto dropped = connection.Execute(fmt::format("DROP TABLE {}", kTable));
  if (!written) return std::move(written.error()).WithSubject(write.output.target.table_name);
  CA_RETURN_IF_ERROR(std::move(dropped));
  return written;
}

bool PartitionsAreKey(const PlannedOutput& output) {
  return std::ranges::all_of(output.target.partition_by, [&](const std::string& name) {
    return std::ranges::find(output.order, name) != output.order.end();
  });
}

}  // namespace codeanatomy::engine
