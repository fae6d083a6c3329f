#include "engine/duckdb/parquet_io.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

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

/// Whether a column stored as `file` can stand for `table` without losing anything.
bool Readable(const LogicalType& file, const LogicalType& table) {
  if (file.id == table.id && file.children.empty()) {
    return file.id != DUCKDB_TYPE_DECIMAL ||
           (file.scale == table.scale && file.width <= table.width);
  }
  auto is = [&](duckdb_type from, std::initializer_list<duckdb_type> to) {
    return file.id == from && std::find(to.begin(), to.end(), table.id) != to.end();
  };
  if (is(DUCKDB_TYPE_TINYINT, {DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_SMALLINT, {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_INTEGER, {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_BIGINT}) ||
      is(DUCKDB_TYPE_FLOAT, {DUCKDB_TYPE_DOUBLE}) || is(DUCKDB_TYPE_BLOB, {DUCKDB_TYPE_VARCHAR}) ||
      is(DUCKDB_TYPE_VARCHAR, {DUCKDB_TYPE_BLOB}) ||
      is(DUCKDB_TYPE_TIMESTAMP, {DUCKDB_TYPE_TIMESTAMP_TZ}) ||
      is(DUCKDB_TYPE_TIMESTAMP_NS, {DUCKDB_TYPE_TIMESTAMP_TZ, DUCKDB_TYPE_TIMESTAMP}) ||
      is(DUCKDB_TYPE_TIMESTAMP_TZ, {DUCKDB_TYPE_TIMESTAMP})) {
    return true;
  }
  if (file.id != table.id) return false;
  if (file.id != DUCKDB_TYPE_STRUCT) {
    for (size_t i = 0; i < file.children.size(); ++i) {
      if (!Readable(file.children[i].second, table.children[i].second)) return false;
    }
    return true;
  }
  for (const auto& [name, type] : table.children) {
    for (const auto& [file_name, file_type] : file.children) {
      if (file_name == name && !Readable(file_type, type)) return false;
    }
  }
  return true;
}

/// `expression`, of the type `file`, as `table`: structs are rebuilt field by field, what the file
/// lacks is null.
std::string Conform(const std::string& expression, const LogicalType& file,
                    const LogicalType& table) {
  if (file == table) return expression;
  if (table.id == DUCKDB_TYPE_STRUCT) {
    std::string fields;
    for (const auto& [name, type] : table.children) {
      std::string value = fmt::format("CAST(NULL AS {})", type.ToSql());
      for (const auto& [file_name, file_type] : file.children) {
        if (file_name != name) continue;
        value = Conform(fmt::format("{}.{}", expression, QuoteIdentifier(name)), file_type, type);
      }
      fmt::format_to(std::back_inserter(fields), "{}{} := {}", fields.empty() ? "" : ", ",
                     QuoteIdentifier(name), value);
    }
    return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE struct_pack({}) END", expression,
                       fields);
  }
  if (table.id == DUCKDB_TYPE_LIST && table.children[0].second.id == DUCKDB_TYPE_STRUCT) {
    return fmt::format("list_transform({}, lambda ca_e: {})", expression,
                       Conform("ca_e", file.children[0].second, table.children[0].second));
  }
  if (file.id == DUCKDB_TYPE_BLOB && table.id == DUCKDB_TYPE_VARCHAR) {
    return fmt::format("decode({})", expression);
  }
  if (file.id == DUCKDB_TYPE_VARCHAR && table.id == DUCKDB_TYPE_BLOB) {
    return fmt::format("encode({})", expression);
  }
  return fmt::format("CAST({} AS {})", expression, table.ToSql());
}

Error Unreadable(Error error, const std::string& path) {
  if (error.code() == ErrorCode::kInterrupted || error.code() == ErrorCode::kMemoryBudgetExceeded) {
    return error;
  }
  if (error.message().find("No files found") != std::string::npos) {
    return Error(ErrorCode::kNotFound, "no such Parquet file", path);
  }
  return Error(ErrorCode::kDeltaCorrupt, "not readable as Parquet: " + error.message(), path);
}

/// The SELECT that gives the columns of `schema` out of the file.
Result<std::string> RenderRead(Connection& connection, const std::string& path,
                               const Schema& schema) {
  // A table's partition folders are no columns of its files.
  const std::string scan =
      fmt::format("read_parquet({}, hive_partitioning = false)", QuotePath(path));
  auto shape = connection.Query(fmt::format("SELECT * FROM {} LIMIT 0", scan));
  if (!shape) return Unreadable(std::move(shape.error()), path);
  std::string list;
  for (const Field& field : schema.fields) {
    const LogicalType type = LogicalType::Of(field.type);
    std::string expression = fmt::format("CAST(NULL AS {})", type.ToSql());
    for (size_t i = 0; i < shape->column_count(); ++i) {
      if (shape->column_name(i) != field.name) continue;
      const LogicalType& stored = shape->column_type(i);
      if (!Readable(stored, type)) {
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
  return fmt::format("SELECT {} FROM {}", list, scan);
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
  CA_ASSIGN_OR_RETURN(const std::string sql, RenderRead(*connection, path, schema));
  auto result = connection->Stream(sql);
  if (!result) return Unreadable(std::move(result.error()), path);
  std::vector<Row> rows;
  while (true) {
    auto chunk = result->Next();
    if (!chunk) return Unreadable(std::move(chunk.error()), path);
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

}  // namespace codeanatomy::engine
