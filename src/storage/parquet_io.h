// ParquetIo: what storage needs of a Parquet implementation. engine/duckdb/parquet_io.h has it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/data_file.h"
#include "storage/value.h"

namespace codeanatomy::storage {

/// Receives rows in order; an error ends the reading and is returned by it.
using RowSink = std::function<Result<void>(std::span<Row> rows)>;

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
};

}  // namespace codeanatomy::storage
