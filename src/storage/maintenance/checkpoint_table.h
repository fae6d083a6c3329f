// CheckpointTable: a checkpoint of a table's latest version, now.
#pragma once

#include <cstdint>
#include <string>

#include "storage/environment.h"

namespace codeanatomy::storage {

struct CheckpointReport {
  int64_t version = -1;
  bool is_new = false;  // false: that version had one already
};

/// Errors those of Snapshot::Load and WriteCheckpoint; DeltaFeatureUnsupported: a writer feature we
/// lack. The table is as readable as before.
Result<CheckpointReport> CheckpointTable(const Environment& environment, const std::string& root);

}  // namespace codeanatomy::storage
