// Checkpoints: the whole state of a table as Parquet, so that old log entries need not be replayed.
#pragma once

#include <string>
#include <vector>

#include "storage/log/log_files.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::storage {

/// The actions of one checkpoint, all parts.
/// Errors DeltaCorrupt; DeltaFeatureUnsupported for a v2 checkpoint.
Result<std::vector<Action>> ReadCheckpoint(const Environment& environment, const std::string& root,
                                           const CheckpointFiles& checkpoint);

/// Writes the classic checkpoint of the snapshot's version and then points `_last_checkpoint` at
/// it. Tombstones that expired, or whose file is gone, are left out. Errors IoError, NoSpace; the
/// table is as readable as before.
Result<void> WriteCheckpoint(const Environment& environment, const Snapshot& snapshot);

}  // namespace codeanatomy::storage
