// ParquetIo: what storage needs of a Parquet implementation. engine/duckdb/parquet_io.h has it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/data_file.h"
#include "storage/value.h"

namespace codeanatomy::storage {

/// Receives rows in order; an error ends the reading and is returned by it.
using RowSink = std::function<Result<void>(std::span<Row> rows)>;

/// Files whose rows become one file.
struct FileRewrite {
  std::vector<std::string> paths;  // absolute; their rows follow one another in this order
  Schema schema;                   // of the file; columns that one of them lacks are null there
  /// Columns that the rows are sorted by, NULLS LAST, and of which no two rows agree in all; empty:
  /// the order in which they stand.
  std::vector<std::string> order;
  uint64_t row_group_rows = 32768;
};

/// May be used from several threads.
class ParquetIo {
 public:
  virtual ~ParquetIo() = default;

  /// Writes the rows, in order, below `folder`, which exists; the files are complete and named by
  /// their content on return, and durable when whoever names them has synced them. Nothing for no
  /// rows. Paths of the result are relative to `folder`.
  virtual Result<std::vector<DataFile>> Write(const Schema& schema, std::span<const Row> rows,
                                              const std::string& folder) = 0;

  /// The rows of one file with the columns of `schema`, found by name; columns the file lacks are
  /// null. Errors NotFound: no such file. DeltaCorrupt: not readable as Parquet.
  /// DeltaSchemaMismatch: a
  ///        column's type cannot be read as the schema's.
  virtual Result<void> Read(const std::string& path, const Schema& schema, const RowSink& sink) = 0;

  /// Writes the rows of the files below `folder`, as Write does. Content and name depend on the
  /// rows and their order alone. Memory is bounded, whatever the files' sizes. Errors those of
  /// both.
  virtual Result<std::vector<DataFile>> Rewrite(const FileRewrite& rewrite,
                                                const std::string& folder) = 0;
};

}  // namespace codeanatomy::storage
