// CURRENT: which version of which table belongs to the last complete build. Replacing this one file
// is what publishes a build: readers take versions from it and never see half of one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/environment.h"

namespace codeanatomy::storage {

struct TableVersion {
  std::string path;  // relative to the output folder: "cpg/cpg_nodes"
  int64_t version = 0;
  int64_t rows = 0;
  std::string content_digest;
  bool operator==(const TableVersion&) const = default;
};

/// The version vector of one build.
struct BuildVersions {
  std::string run_id;
  std::map<std::string, TableVersion> tables;     // by table name
  std::map<std::string, std::string> attributes;  // spec_hash and the like
  bool operator==(const BuildVersions&) const = default;
};

struct Current {
  BuildVersions build;
  std::vector<BuildVersions> superseded;  // newest first, at most kSupersededBuilds; still readable
};
inline constexpr size_t kSupersededBuilds = 2;

/// Versions that the builds of CURRENT read, by the path of their table.
std::map<std::string, std::set<int64_t>> ReadableVersions(const Current& current);

/// Reads `<out>/CURRENT`.
/// Errors NotFound: no complete build there. DeltaCorrupt: not readable, with the way out.
Result<Current> ReadCurrent(FileSystem& files, const std::string& out);

/// Makes `build` the current one and the one before it superseded, in one atomic and durable step.
/// Call it under the OutputLock, after the last table's commit.
/// Errors IoError, NoSpace: the build before is still current.
Result<void> PublishCurrent(FileSystem& files, const std::string& out, const BuildVersions& build);

/// The right to build into `out`: of all processes one at a time. Released by destruction and
/// death. Makes `out` if need be. Errors OutputLocked: another build runs; IoError: read-only.
Result<std::unique_ptr<FileLock>> LockOutput(FileSystem& files, const std::string& out);

}  // namespace codeanatomy::storage
