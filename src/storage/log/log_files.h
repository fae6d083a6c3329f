// The files of a `_delta_log` folder: their names and what a listing of them says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file_system.h"

namespace codeanatomy::storage {

inline constexpr char kLogFolder[] = "_delta_log";
inline constexpr char kLastCheckpointName[] = "_last_checkpoint";
/// Start of the names of files that are being written; what bears it may be deleted under the lock.
inline constexpr char kTemporaryPrefix[] = ".codeanatomy-tmp-";

std::string LogPath(std::string_view root);                      // <root>/_delta_log
std::string CommitName(int64_t version);                         // 00000000000000000007.json
std::string CheckpointName(int64_t version);                     // ….checkpoint.parquet
std::string CommitPath(std::string_view root, int64_t version);  // <root>/_delta_log/….json

/// A checkpoint found in a listing.
struct CheckpointFiles {
  int64_t version = 0;
  std::vector<std::string> names;  // its parts in order; one for a classic checkpoint
  bool is_v2 = false;              // named by a UUID: needs the feature v2Checkpoint
};

struct LogListing {
  std::vector<int64_t> commits;              // ascending
  std::vector<CheckpointFiles> checkpoints;  // ascending, complete ones only
  std::vector<std::string> leftovers;        // temporary files of writers that died

  bool empty() const { return commits.empty() && checkpoints.empty(); }
  std::optional<int64_t> latest() const;
};

/// One listing of the log folder; empty where it is absent. The hint `_last_checkpoint` is not
/// read: on file systems a listing costs less than opening it, and is never stale.
Result<LogListing> ListLog(FileSystem& files, const std::string& root);

/// A short name that no other writer uses.
std::string RandomName();
/// A random (version 4) UUID.
std::string RandomUuid();

}  // namespace codeanatomy::storage
