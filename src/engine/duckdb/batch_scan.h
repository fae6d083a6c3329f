// BatchScan: ColumnBatches as a relation of the session, read in place.
//
// `ca_batch_scan('name')` is a table function of the database; a replacement scan makes the plain
// name work as well. Text is not copied: the engine's strings point into the batches, so batches
// (and what they keep alive) must live until the last statement over them has ended.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/column_batch.h"
#include "catalog/table.h"
#include "engine/duckdb/database.h"
#include "storage/data_file.h"

namespace codeanatomy::engine {

/// The relations of one session. Threads may add, drop and scan at the same time.
class BatchScan {
 public:
  /// Installs the table function; once per database, which the object must outlive.
  static Result<std::unique_ptr<BatchScan>> Install(Database& database);
  ~BatchScan();

  /// Makes `batches`, one after the other, the relation `name` with the columns of `table`. Null
  /// batches are skipped. Replaces a relation of that name. Rows come in order; the scan runs on
  /// one thread, so that what is written from it does not depend on thread counts (statements on
  /// several connections run side by side). Errors InvalidArgument: a batch whose columns do not
  /// fit the table. Cost   O(batches × columns); a scan 10 M rows/s and more for a few columns.
  Result<void> Add(std::string_view name, const TableInfo& table,
                   const std::vector<const ColumnBatch*>& batches);
  /// The same for columns that no declared table has.
  Result<void> Add(std::string_view name, std::span<const ColumnInfo> columns,
                   const std::vector<const ColumnBatch*>& batches);
  /// The least and greatest value of the relation's text columns of few values: the engine says
  /// none of them for a file it has written from the relation.
  void AddBounds(std::string_view name, storage::DataFile& file) const;
  void Drop(std::string_view name);
  bool contains(std::string_view name) const;

  struct State;

 private:
  explicit BatchScan(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace codeanatomy::engine
