// RowPrinter: the rows of a result as text: JSON, CSV, or an aligned table for people.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/duckdb/query_result.h"

namespace codeanatomy::query {

/// Receives text in pieces; an error ends the printing (a closed pipe, a full disk).
using TextSink = std::function<Result<void>(std::string_view)>;

enum class RowFormat : uint8_t { kJson, kCsv, kTable };

struct TableStyle {
  size_t width = 0;    // of the terminal in columns, 0: no limit
  bool color = false;  // escape sequences for the heading
};

/// Prints all rows.
///   kJson   an array of objects, one per line; values as docs/formats/delta.md says, of other
///   types
///           text
///   kCsv    RFC 4180 with a heading; null is empty, empty text is ""; nested values as JSON
///   kTable  heading, rule, rows, number of rows; numbers to the right; control characters escaped,
///           cells that do not fit the width cut with …
/// Returns the number of rows. Errors those of the result and the sink.
/// Cost   bounded memory: column widths of a table follow from its first 2,048 rows.
Result<size_t> PrintRows(engine::QueryResult& result, RowFormat format, const TableStyle& style,
                         const TextSink& sink);

}  // namespace codeanatomy::query
