// Conform: a column as an older file has it, as the column of the table now.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {

/// Whether a column stored as `file` can stand for `table` without losing anything: narrower
/// numbers, decimals of fewer digits, structs with fewer fields.
bool IsReadableAs(const LogicalType& file, const LogicalType& table);

/// `expression`, of the type `file`, as `table`: structs are rebuilt field by field, what the file
/// lacks is null. `file` is readable as `table`.
std::string Conform(const std::string& expression, const LogicalType& file,
                    const LogicalType& table);

/// What the engine says of a file that cannot be read, as NotFound or DeltaCorrupt with the path;
/// interruptions and a memory limit stay what they are.
Error UnreadableFile(Error error, const std::string& path);

}  // namespace codeanatomy::engine
