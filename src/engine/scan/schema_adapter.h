// AdaptFiles: the schema evolution adapter, the one place where files that are older than their
// table's schema become rows of it.
//
// A table that got a column, or whose column got a wider type, keeps its older files. A scan over
// all of them by name fails, or takes the types of whichever file comes first. So the footers are
// read once, files of one shape share a look at their types, and a file that differs gets an
// expression for each column that does: null where it has none, a widening cast where its type is
// narrower, a struct rebuilt field by field. Files as the table is now are scanned as before.
#pragma once

#include "engine/render/file_scan.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {

/// Sets `adapted` of the scan's files. Where the session's gate schema_evolution_adapter is off, a
/// file that differs is refused.
/// Errors DeltaSchemaMismatch, naming column and file: a type that would lose something; any
///        difference where the gate is off. NotFound and DeltaCorrupt: a file that cannot be read.
/// Cost   one footer per file, one empty scan per shape.
Result<void> AdaptFiles(const Session& session, Connection& connection, FileScan& scan);

}  // namespace codeanatomy::engine
