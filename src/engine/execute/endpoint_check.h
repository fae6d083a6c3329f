// Ids of nodes across the files of a build: no two nodes share one, and every id that a table of
// the graph names is a node.
#pragma once

#include <vector>

#include "engine/execute/output_checks.h"

namespace codeanatomy::engine {

/// No two rows of the output agree in the id that is its key.
/// Errors OutputContractViolation, naming table and id.
/// Cost   one scan of the column for every `set_bytes` of ids, one insertion per row.
Result<void> CheckIdsAcross(Session& session, const WrittenOutput& output, uint64_t set_bytes);

/// Whether CheckEndpoints sees two rows of the output with one id, as it reads the ids of all
/// nodes.
bool HasNodeIds(const PlannedOutput& output);

/// No two nodes share an id, and every node id that a table of the graph names is one of theirs:
/// both ends of stored edges, and the columns that derived edges come from. Tables are read side by
/// side on `threads` threads.
/// Errors OutputContractViolation, naming table, column and id.
/// Cost   one insertion per node, one look-up per edge end; one scan of the columns for every
/// `set_bytes` of node ids.
Result<void> CheckEndpoints(Session& session, const std::vector<WrittenOutput>& outputs,
                            uint64_t set_bytes, int threads);

}  // namespace codeanatomy::engine
