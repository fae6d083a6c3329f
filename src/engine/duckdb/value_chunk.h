// Rows of storage values into and out of the engine's vectors: the path of log checkpoints and of
// `delta read` and `delta write`, where convenience counts more than speed.
#pragma once

#include <span>
#include <vector>

#include "engine/duckdb/query_result.h"
#include "storage/schema.h"
#include "storage/value.h"

namespace codeanatomy::engine {

/// Writes one column of `rows` into a vector of the type. Rows must have the column.
/// Errors DeltaSchemaMismatch: a value of another type than the column's, naming it.
Result<void> FillVector(const Library& library, duckdb_vector vector, const storage::Field& field,
                        std::span<const storage::Row> rows, size_t column);

/// One value of a column read with the type's own engine type.
storage::Value ReadValue(const VectorView& column, const storage::DataType& type, size_t row);

}  // namespace codeanatomy::engine
