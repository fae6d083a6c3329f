// FindUsedFiles: what versions of a table need on disk.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "storage/environment.h"

namespace codeanatomy::storage {

/// Paths of the files that are live at one of the versions, relative to the table, as DecodePath
/// gives them; absolute for files that lie elsewhere. The log is read once: each version is the one
/// before it and the commits between. Errors those of Snapshot::Load: what a version that cannot be
/// read needs is not known.
Result<std::set<std::string>> FindUsedFiles(const Environment& environment, const std::string& root,
                                            const std::set<int64_t>& versions);

}  // namespace codeanatomy::storage
