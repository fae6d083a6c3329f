// What an output promises, checked on the files just written, before anything is committed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "engine/plan/plan.h"
#include "engine/session/session.h"
#include "storage/data_file.h"
#include "storage/log/action.h"

namespace codeanatomy::engine {

struct WrittenFile {
  std::string value;  // of the leading order column, see SortedPart
  std::string path;   // absolute
  storage::DataFile data;
  std::map<std::string, expr::Expr> constants;
};

/// What stays of a table of which a part is replaced.
struct RestOfTable {
  int64_t base_version = -1;                 // of the table that was read; -1: there was none
  std::vector<storage::AddFile> kept;        // as they stand in the log
  std::vector<storage::DataFile> rewritten;  // without the rows that go
  std::vector<WrittenFile> files;            // both, for checks
};

struct WrittenOutput {
  const PlannedOutput* plan = nullptr;
  std::vector<WrittenFile> files;
  std::optional<RestOfTable> rest;
  uint64_t rows = 0;  // of both
};

/// What an output promised and does not keep: nothing is published.
Error Violation(const WrittenOutput& output, std::string message);

/// All of its table's rows, partition columns included, for FROM.
std::string ScanOutput(const WrittenOutput& output);

/// Rows by their column `kind`. Errors those of Connection.
Result<std::map<std::string, uint64_t>> CountKinds(Connection& connection,
                                                   const WrittenOutput& output);

/// Required columns hold no null.  Errors and cost: those of CheckKeys, without a scan.
Result<void> CheckRequired(const WrittenOutput& output);

/// No two rows of all files agree in the order columns.
/// Errors OutputContractViolation, naming table and key.
/// Cost   one scan of the order columns into a hash table, of single ids as CheckIdsAcross.
Result<void> CheckKeysAcross(Session& session, const WrittenOutput& output, uint64_t set_bytes);

/// Required columns hold no null, rows are in order, no two rows agree in the order columns.
/// Errors OutputContractViolation, naming table, key and a row.
/// Cost   one scan of the order columns, on one thread.
Result<void> CheckKeys(Connection& connection, const WrittenOutput& output);

}  // namespace codeanatomy::engine
