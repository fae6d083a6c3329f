// Values of partition columns: they stand in the log as text, not in the files.
#pragma once

#include <optional>
#include <string>

#include "storage/schema.h"
#include "storage/value.h"

namespace codeanatomy::storage {

/// The log's text of a value; nothing for null.
/// Errors InvalidArgument: empty text, which the protocol would read back as null.
Result<std::optional<std::string>> FormatPartitionValue(const Field& column, const Value& value);

/// Empty text is null.
/// Errors DeltaCorrupt: the text is no value of the column's type.
Result<Value> ParsePartitionValue(const Field& column, const std::optional<std::string>& text,
                                  const std::string& file);

}  // namespace codeanatomy::storage
