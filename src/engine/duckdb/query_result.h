// QueryResult: rows of one statement, read chunk by chunk (at most 2,048 rows each).
//
//   CA_ASSIGN_OR_RETURN(QueryResult result, connection.Query("SELECT node_id, kind FROM
//   cpg_nodes")); while (true) {
//     CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
//     if (chunk == nullptr) break;
//     for (size_t row = 0; row < chunk->rows(); ++row) Use(chunk->column(0).Integer(row));
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {

/// One column of a chunk; of a nested type, `child` gives the columns below. Valid while the chunk
/// is.
class VectorView {
 public:
  VectorView(const Library& library, duckdb_vector vector, const LogicalType& type);

  const LogicalType& type() const { return *type_; }
  bool is_null(size_t row) const {
    return validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0;
  }
  /// Any integer type of up to 64 bits, BOOLEAN as 0 and 1, ENUM as its code, DATE as days,
  /// TIMESTAMP in its own unit. UBIGINT wraps.
  int64_t Integer(size_t row) const;
  bool Boolean(size_t row) const { return static_cast<const bool*>(data_)[row]; }
  /// FLOAT and DOUBLE; integers converted.
  double Float(size_t row) const;
  /// VARCHAR, BLOB and ENUM.
  std::string_view Text(size_t row) const;
  /// DECIMAL: the unscaled value; HUGEINT, UHUGEINT (wraps) and UUID: the 128 bits.
  __int128 Wide(size_t row) const;
  duckdb_interval Interval(size_t row) const;
  /// LIST and MAP: first element and count in `child`.
  std::pair<size_t, size_t> Elements(size_t row) const;
  /// LIST: 0 the elements. MAP: 0 the keys, 1 the values. STRUCT: the fields, by row.
  const VectorView& child(size_t index) const { return children_[index]; }
  size_t child_count() const { return children_.size(); }

 private:
  const LogicalType* type_;
  const void* data_;
  const uint64_t* validity_;
  std::vector<VectorView> children_;
};

class Chunk {
 public:
  size_t rows() const { return rows_; }
  const VectorView& column(size_t index) const { return columns_[index]; }
  duckdb_data_chunk handle() const { return handle_; }  // for the Arrow export

 private:
  friend class QueryResult;
  size_t rows_ = 0;
  std::vector<VectorView> columns_;
  duckdb_data_chunk handle_ = nullptr;
};

/// Moves, does not copy. Must not outlive its Connection.
class QueryResult {
 public:
  struct State;
  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult();

  size_t column_count() const;
  const std::string& column_name(size_t index) const;
  const LogicalType& column_type(size_t index) const;

  /// The next rows, null at the end. The chunk before becomes invalid. A streaming result computes
  /// here and can fail here; a materialised one cannot.
  Result<const Chunk*> Next();

  /// The only value of a result of one row and one column, as integer (0 where it is null) or text.
  /// Errors Internal: another shape.
  Result<int64_t> SingleInteger();
  Result<std::string> SingleText();

 private:
  friend class Connection;
  explicit QueryResult(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace codeanatomy::engine
