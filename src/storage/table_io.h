// Rows of a Delta table in and out, for `delta read`, `delta write` and `delta digest`.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/transaction.h"

namespace codeanatomy::storage {

/// All rows of a snapshot, in order, partition columns in their place.
/// Errors those of ParquetIo::Read, with the file.
Result<void> ReadTable(const Environment& environment, const Snapshot& snapshot,
                       const RowSink& sink);

/// Writes rows and commits them: partitions the rows, writes one file per partition in order of
/// first appearance, commits. Files of a commit that failed are deleted. Errors those of
/// ParquetIo::Write, Transaction::Begin and Commit; InvalidArgument: a value that
///        cannot name a partition (empty text, which the protocol reads as null; nested types).
Result<CommitOutcome> WriteTable(const Environment& environment, const std::string& root,
                                 TableWrite write, std::span<Row> rows,
                                 const CommitOptions& options);

/// A row as one JSON object without newline: columns in order, no whitespace, in the value forms of
/// `docs/formats/delta.md`. Sorted by bytes, the lines of a table are its canonical rows.
void AppendRowJson(const Schema& schema, const Row& row, std::string& out);

/// The rows of a JSON-lines text in that form. Columns a row lacks are null.
/// Errors DeltaSchemaMismatch, naming line and column.
Result<std::vector<Row>> ParseRows(const Schema& schema, std::string_view json_lines,
                                   std::string_view subject);

/// SHA-256 over the canonical rows of a snapshot, sorted by bytes, each followed by a newline.
Result<std::string> TableDigest(const Environment& environment, const Snapshot& snapshot);

}  // namespace codeanatomy::storage
