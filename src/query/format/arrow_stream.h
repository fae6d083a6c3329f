// WriteArrowStream: rows as an Arrow IPC stream, for pyarrow, pandas, Polars and other readers.
#pragma once

#include "query/format/row_printer.h"

namespace codeanatomy::query {

/// One schema message, record batches of `batch_rows` rows (the last has fewer, and so has one that
/// reaches 64 MiB before), the end mark; metadata version 5, little endian, no compression, no
/// dictionaries: ENUM columns leave as text. What Arrow has no type for (INTERVAL, TIME, BIT, UUID,
/// wide unsigned) leaves as text too; HUGEINT as Decimal(38, 0). Memory   one batch. Errors those
/// of the result and the sink. Returns the number of rows.
Result<size_t> WriteArrowStream(engine::QueryResult& result, size_t batch_rows,
                                const TextSink& sink);

}  // namespace codeanatomy::query
