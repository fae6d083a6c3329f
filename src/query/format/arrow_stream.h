// WriteArrowStream: rows as an Arrow IPC stream, for pyarrow, pandas, Polars and other readers.
#pragma once

#include "query/format/row_printer.h"

namespace codeanatomy::query {

/// One schema message, one record batch per chunk of rows, the end mark; metadata version 5, little
/// endian, no compression, no dictionaries: ENUM columns leave as text. What Arrow has no type for
/// (INTERVAL, TIME, BIT, UUID, wide unsigned) leaves as text too; HUGEINT as Decimal(38, 0).
/// Memory   one chunk. Errors those of the result and the sink. Returns the number of rows.
Result<size_t> WriteArrowStream(engine::QueryResult& result, const TextSink& sink);

}  // namespace codeanatomy::query
