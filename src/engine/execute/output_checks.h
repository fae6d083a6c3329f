// What an output promises, checked on the files just written, before anything is committed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "engine/plan/plan.h"
#include "storage/data_file.h"

namespace codeanatomy::engine {

struct WrittenFile {
  std::string value;  // of the leading order column, see SortedPart
  std::string path;   // absolute
  storage::DataFile data;
  std::map<std::string, expr::Expr> constants;
};

struct WrittenOutput {
  const PlannedOutput* plan = nullptr;
  std::vector<WrittenFile> files;
  uint64_t rows = 0;
};

/// `read_parquet([…])`, or an empty relation with `schema` where there is no file.
std::string ScanFiles(const std::vector<std::string>& paths, const expr::Schema& schema);

/// Required columns hold no null, rows are in order, no two rows agree in the order columns.
/// Errors OutputContractViolation, naming table, key and a row.
/// Cost   one scan of the order columns, on one thread.
Result<void> CheckKeys(Connection& connection, const WrittenOutput& output);

/// Every node id that a table of the graph names is a row of cpg_nodes: both ends of stored edges,
/// and the columns that derived edges come from. Errors OutputContractViolation, naming table,
/// column and id. Cost   one hash table over the nodes, one probe per edge end.
Result<void> CheckEndpoints(Connection& connection, const std::vector<WrittenOutput>& outputs);

}  // namespace codeanatomy::engine
