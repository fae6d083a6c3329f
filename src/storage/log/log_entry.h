// PutLogEntry: the one place where a version of a table comes into being.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "storage/file_system.h"

namespace codeanatomy::storage {

/// Gives `json`, one action per line, the name of version `version`: first under a temporary name,
/// synced, then under its own, if nobody has it, then the log's folder is synced. Version 0 makes
/// the folder. False: another writer has that version, and nothing has changed. `visible` is set
/// once readers see the entry, whatever fails after that. Errors IoError, NoSpace. Cost   1 ms, two
/// syncs.
Result<bool> PutLogEntry(FileSystem& files, const std::string& root, int64_t version,
                         const std::string& json, bool& visible);

/// Appends `,"key":"value"` for every pair to the commit info that `json` is the beginning of. Keys
/// that the protocol reserves get the prefix `codeanatomy_`.
void AppendCommitMembers(const std::map<std::string, std::string>& members, std::string& json);

}  // namespace codeanatomy::storage
