// WriteArrowStream: rows as an Arrow IPC stream, for pyarrow, pandas, Polars and other readers.
#pragma once

#include "query/format/row_printer.h"

namespace codeanatomy::query {

struct ArrowOptions {
  size_t batch_rows = 8192;
  bool text_views = false;    // text and bytes as Utf8View and BinaryView, at any depth
  bool dictionaries = false;  // columns of an ENUM as dictionaries of all of its values
};

/// One schema message, a dictionary batch for each dictionary, record batches of `batch_rows` rows
/// (the last has fewer, and so has one that reaches 64 MiB before), the end mark; metadata version
/// 5, little endian, no compression. Without `dictionaries`, and below lists, structs and maps, an
/// ENUM leaves as text. What Arrow has no type for (INTERVAL, TIME, BIT, UUID, wide unsigned)
/// leaves as text too; HUGEINT as Decimal(38, 0). Memory   one batch. Errors those of the result
/// and the sink. Returns the number of rows.
Result<size_t> WriteArrowStream(engine::QueryResult& result, const ArrowOptions& options,
                                const TextSink& sink);

}  // namespace codeanatomy::query
