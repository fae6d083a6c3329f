// Reading one file of the repository.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "source/source_file.h"

namespace codeanatomy::source {

/// The whole file as bytes. Errors: IoError naming the path. Refuses what is not a regular file.
Result<std::string> ReadBytes(const std::string& absolute_path);

/// Reads, hashes and decodes `root`/`path`. Never fails: a file that cannot be read, or is larger
/// than `max_file_bytes`, comes back with is_readable = false and a problem naming the cause. 0 is
/// no limit. Cost: one read, one SHA-256, one validation pass.
SourceFile ReadSourceFile(const std::string& root, std::string path, uint64_t max_file_bytes);

}  // namespace codeanatomy::source
