#include "engine/duckdb/parquet_io.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/duckdb/conform.h"
#include "engine/duckdb/parquet_writer.h"
#include "engine/duckdb/value_chunk.h"

namespace codeanatomy::engine {
namespace {

using storage::DataFile;
using storage::Field;
using storage::Row;
using storage::Schema;

std::string SelectList(const Schema& schema) {
  std::string list;
  for (const Field& field : schema.fields) {
    fmt::format_to(std::back_inserter(list), "{}{} {}", list.empty() ? "" : ", ",
                   QuoteIdentifier(field.name), LogicalType::Of(field.type).ToSql());
  }
  return list;
}

/// One chunk of rows appended to the temporary table.
Result<void> AppendChunk(const Library& library, duckdb_appender appender, const Schema& schema,
                         std::span<const Row> rows, std::vector<duckdb_logical_type>& types) {
  duckdb_data_chunk chunk = library.duckdb_create_data_chunk(types.data(), types.size());
  Result<void> status;
  for (size_t i = 0; i < types.size() && status; ++i) {
    status = FillVector(library, library.duckdb_data_chunk_get_vector(chunk, i), schema.fields[i],
                        rows, i);
  }
  if (status) {
    library.duckdb_data_chunk_set_size(chunk, rows.size());
    if (library.duckdb_append_data_chunk(appender, chunk) != DuckDBSuccess) {
      status = Error(ErrorCode::kEngineFailed, "the engine refuses rows for a Parquet file");
    }
  }
  library.duckdb_destroy_data_chunk(&chunk);
  return status;
}

Result<void> AppendRows(Connection& connection, const Schema& schema, std::span<const Row> rows) {
  const Library& library = connection.library();
  for (const Row& row : rows) {
    if (row.size() != schema.fields.size()) {
      return Error(ErrorCode::kDeltaSchemaMismatch, fmt::format("a row of {} values for {} columns",
                                                                row.size(), schema.fields.size()));
    }
  }
  duckdb_appender appender = nullptr;
  if (library.duckdb_appender_create(connection.handle(), nullptr, "ca_rows", &appender) !=
      DuckDBSuccess) {
    library.duckdb_appender_destroy(&appender);
    return Error(ErrorCode::kEngineFailed, "the engine gives no appender");
  }
  std::vector<duckdb_logical_type> types;
  types.reserve(schema.fields.size());
  for (const Field& field : schema.fields) {
    types.push_back(LogicalType::Of(field.type).Create(library));
  }
  Result<void> status;
  const size_t capacity = library.duckdb_vector_size();
  for (size_t first = 0; first < rows.size() && status; first += capacity) {
    status = AppendChunk(library, appender, schema,
                         rows.subspan(first, std::min(capacity, rows.size() - first)), types);
  }
  if (status && library.duckdb_appender_close(appender) != DuckDBSuccess) {
    status = Error(ErrorCode::kEngineFailed, "the engine refuses rows for a Parquet file");
  }
  library.duckdb_appender_destroy(&appender);
  for (duckdb_logical_type& type : types) library.duckdb_destroy_logical_type(&type);
  return status;
}

/// Whether a negative zero is among the values, at any depth.
bool HasNegativeZero(const storage::Value& value) {
  if (const auto* number = std::get_if<double>(&value))
    return *number == 0 && std::signbit(*number);
  const auto* values = std::get_if<storage::Values>(&value);
  return values != nullptr && std::any_of(values->begin(), values->end(), HasNegativeZero);
}

// A table's partition folders are no columns of its files.
std::string ScanOf(const std::string& paths) {
  return fmt::format("read_parquet([{}], hive_partitioning = false)", paths);
}

/// The select list that gives the columns of `schema` out of the file.
Result<std::string> RenderColumns(Connection& connection, const std::string& path,
                                  const Schema& schema) {
  auto shape = connection.Query(fmt::format("SELECT * FROM {} LIMIT 0", ScanOf(QuotePath(path))));
  if (!shape) return UnreadableFile(std::move(shape.error()), path);
  std::string list;
  for (const Field& field : schema.fields) {
    const LogicalType type = LogicalType::Of(field.type);
    std::string expression = fmt::format("CAST(NULL AS {})", type.ToSql());
    for (size_t i = 0; i < shape->column_count(); ++i) {
      if (shape->column_name(i) != field.name) continue;
      const LogicalType& stored = shape->column_type(i);
      if (!IsReadableAs(stored, type)) {
        return Error(ErrorCode::kDeltaSchemaMismatch,
                     fmt::format("column {} is {} in the file, {} in the table", field.name,
                                 stored.ToSql(), type.ToSql()),
                     path);
      }
      expression = Conform(QuoteIdentifier(field.name), stored, type);
    }
    fmt::format_to(std::back_inserter(list), "{}{} AS {}", list.empty() ? "" : ", ", expression,
                   QuoteIdentifier(field.name));
  }
  return list;
}

/// The rows of several files, in order; files that follow one another and are alike are one scan.
Result<std::string> RenderFiles(Connection& connection, const storage::FileRewrite& rewrite) {
  std::string sql, columns, paths;
  const auto close = [&] {
    if (paths.empty()) return;
    sql += fmt::format("{}SELECT {} FROM {}", sql.empty() ? "" : " UNION ALL ", columns,
                       ScanOf(std::exchange(paths, {})));
  };
  for (const std::string& path : rewrite.paths) {
    CA_ASSIGN_OR_RETURN(std::string list, RenderColumns(connection, path, rewrite.schema));
    if (list != columns) close();
    columns = std::move(list);
    paths += (paths.empty() ? "" : ", ") + QuotePath(path);
  }
  close();
  return sql;
}

bool IsFloat(const storage::DataType& type) {
  return type.kind == storage::TypeKind::kDouble || type.kind == storage::TypeKind::kFloat;
}

/// At any depth.
bool HoldsFloats(const Field& field) {
  std::vector<const Field*> open{&field};
  while (!open.empty()) {
    const storage::DataType& type = open.back()->type;
    open.pop_back();
    if (IsFloat(type)) return true;
    for (const Field& child : type.children) open.push_back(&child);
  }
  return false;
}

/// Whether a negative zero is among the rows of `sql`; of nested floats it is taken to be.
Result<bool> FindNegativeZero(Connection& connection, const Schema& schema,
                              const std::string& sql) {
  std::string any;
  for (const Field& field : schema.fields) {
    if (!HoldsFloats(field)) continue;
    if (!IsFloat(field.type)) return true;
    fmt::format_to(std::back_inserter(any), "{0}{1} = 0 AND signbit({1})",
                   any.empty() ? "" : " OR ", QuoteIdentifier(field.name));
  }
  if (any.empty()) return false;
  CA_ASSIGN_OR_RETURN(QueryResult found, connection.Query(fmt::format(
                                             "SELECT count(*) FROM ({}) WHERE {}", sql, any)));
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, found.Next());
  return chunk != nullptr && chunk->column(0).Integer(0) > 0;
}

}  // namespace

Result<Session::PooledConnection> DuckdbParquetIo::Connect() {
  const std::lock_guard lock(mutex_);
  if (session_ == nullptr) {
    CA_ASSIGN_OR_RETURN(own_, Session::Create(options_));
    session_ = own_.get();
  }
  return session_->Connect();
}

Result<std::vector<DataFile>> DuckdbParquetIo::Write(const Schema& schema,
                                                     std::span<const Row> rows,
                                                     const std::string& folder) {
  CA_ASSIGN_OR_RETURN(Session::PooledConnection connection, Connect());
  CA_RETURN_IF_ERROR(connection->Execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE ca_rows ({})", SelectList(schema))));
  auto status = AppendRows(*connection, schema, rows);
  Result<std::vector<DataFile>> files = std::vector<DataFile>{};
  if (status) {
    const bool zeros = std::any_of(rows.begin(), rows.end(), [](const Row& row) {
      return std::any_of(row.begin(), row.end(), HasNegativeZero);
    });
    files = WriteParquet(*connection, "SELECT * FROM ca_rows", folder,
                         {.sorted = true, .dictionaries = !zeros});
  }
  const auto dropped = connection->Execute("DROP TABLE ca_rows");
  if (!status) return std::move(status.error());
  if (files && !dropped) return Error(ErrorCode::kEngineFailed, "a temporary table stays");
  return files;
}

Result<void> DuckdbParquetIo::Read(const std::string& path, const Schema& schema,
                                   const storage::RowSink& sink) {
  CA_ASSIGN_OR_RETURN(Session::PooledConnection connection, Connect());
  CA_ASSIGN_OR_RETURN(const std::string columns, RenderColumns(*connection, path, schema));
  auto result =
      connection->Stream(fmt::format("SELECT {} FROM {}", columns, ScanOf(QuotePath(path))));
  if (!result) return UnreadableFile(std::move(result.error()), path);
  std::vector<Row> rows;
  while (true) {
    auto chunk = result->Next();
    if (!chunk) return UnreadableFile(std::move(chunk.error()), path);
    if (*chunk == nullptr) return {};
    rows.clear();
    for (size_t row = 0; row < (*chunk)->rows(); ++row) {
      Row values;
      values.reserve(schema.fields.size());
      for (size_t i = 0; i < schema.fields.size(); ++i) {
        values.push_back(ReadValue((*chunk)->column(i), schema.fields[i].type, row));
      }
      rows.push_back(std::move(values));
    }
    CA_RETURN_IF_ERROR(sink(rows));
  }
}

Result<std::vector<DataFile>> DuckdbParquetIo::Rewrite(const storage::FileRewrite& rewrite,
                                                       const std::string& folder) {
  CA_ASSIGN_OR_RETURN(Session::PooledConnection connection, Connect());
  CA_RETURN_IF_ERROR(session_->CheckCancelled());
  CA_RETURN_IF_ERROR(session_->PrepareStatement(*connection));
  CA_ASSIGN_OR_RETURN(std::string sql, RenderFiles(*connection, rewrite));
  CA_ASSIGN_OR_RETURN(const bool zeros, FindNegativeZero(*connection, rewrite.schema, sql));
  std::string order;
  for (const std::string& key : rewrite.order)
    order += fmt::format("{}{} ASC NULLS LAST", order.empty() ? "" : ", ", QuoteIdentifier(key));
  if (!order.empty()) sql = fmt::format("SELECT * FROM ({}) ORDER BY {}", sql, order);
  return WriteParquet(*connection, sql, folder,
                      {.row_group_rows = rewrite.row_group_rows,
                       .sorted = !order.empty(),
                       .dictionaries = !zeros,
                       .delta_encodings = true});
}

}  // namespace codeanatomy::engine
