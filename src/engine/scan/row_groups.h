// CountRowGroups: how many row groups of a scan's files may hold a row of interest, by the bounds
// in the files. The engine skips row groups by itself and does not say how many; this counts them.
#pragma once

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "engine/scan/scan_pruner.h"
#include "storage/schema.h"

namespace codeanatomy::engine {

/// Row groups of the unit's candidate files; `schema` is the table's, as stored.
/// Errors those of Connection.  Cost  the footers of the files.
Result<RowGroupCounts> CountRowGroups(Connection& connection, const ScanUnit& unit,
                                      const storage::Schema& schema);

}  // namespace codeanatomy::engine
