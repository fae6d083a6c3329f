#include "storage/maintenance/checkpoint_table.h"

#include "storage/log/checkpoint.h"
#include "storage/log/protocol.h"

namespace codeanatomy::storage {

Result<CheckpointReport> CheckpointTable(const Environment& environment, const std::string& root) {
  CA_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Load(environment, root));
  CA_RETURN_IF_ERROR(CheckWritable(snapshot.protocol(), snapshot.metadata(), snapshot.schema(),
                                   root, WriteKind::kSameRows));
  CheckpointReport report{snapshot.version()};
  // It was read from one of this version, so that one is whole.
  if (snapshot.checkpoint_version() == snapshot.version()) return report;
  CA_RETURN_IF_ERROR(WriteCheckpoint(environment, snapshot));
  report.is_new = true;
  return report;
}

}  // namespace codeanatomy::storage
