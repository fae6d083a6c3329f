// Paths of data files: how the log writes them, how partition folders are named.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace codeanatomy::storage {

/// The URI form of a relative path: bytes outside of A-Z a-z 0-9 - . _ ~ / = become %XX.
std::string EncodePath(std::string_view path);
/// Undoes %XX; a '%' without two hex digits stands for itself.
std::string DecodePath(std::string_view path);

/// One folder of a partition path: `column=value`, both with special bytes as %XX, null as
/// __HIVE_DEFAULT_PARTITION__. A value too long for a file name is replaced by the first 32 hex
/// digits of its SHA-256: the log, not the path, says what the value is.
std::string PartitionFolder(std::string_view column, const std::optional<std::string>& value);

}  // namespace codeanatomy::storage
