#include "storage/retry.h"

#include <fmt/format.h>

namespace codeanatomy::storage {

std::string_view ToText(ConflictKind kind) {
  switch (kind) {
    case ConflictKind::kConcurrentAppend:
      return "ConcurrentAppend";
    case ConflictKind::kConcurrentTransaction:
      return "ConcurrentTransaction";
    case ConflictKind::kMetadataChanged:
      return "MetadataChanged";
    case ConflictKind::kProtocolChanged:
      return "ProtocolChanged";
  }
  return "";
}

Error ConflictError(const Conflict& conflict, int attempts, std::string_view table) {
  return Error(
      ErrorCode::kDeltaConflict,
      fmt::format("{}: another writer committed version {} first ({} {})", ToText(conflict.kind),
                  conflict.version, attempts, attempts == 1 ? "attempt" : "attempts"),
      std::string(table), "run the command again");
}

}  // namespace codeanatomy::storage
