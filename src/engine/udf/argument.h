// Argument: one argument column of a native function, read by row as text or integer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <duckdb.h>

#include "engine/duckdb/logical_type.h"
#include "engine/duckdb/query_result.h"

namespace codeanatomy::engine {

class Argument {
 public:
  /// Column `index` of the chunk of arguments.
  Argument(const Library& library, duckdb_data_chunk arguments, idx_t index);

  bool is_null(size_t row) const { return all_null_ || view_->is_null(row); }
  const VectorView& view() const { return *view_; }
  bool is_text() const { return is_text_; }
  std::string_view Text(size_t row) const { return view_->Text(row); }
  int64_t Integer(size_t row) const { return view_->Integer(row); }
  bool Boolean(size_t row) const { return view_->Boolean(row); }
  /// Text verbatim, integers in decimal, true or false. `buffer` may hold it.
  std::string_view AsText(size_t row, std::string& buffer) const;

  /// Whether values of the type have one text or integer form: text, enum, boolean, integers that
  /// fit 64 signed bits.
  static bool Accepts(duckdb_type type);

 private:
  std::unique_ptr<LogicalType> type_;  // on the heap: the view points to it
  std::unique_ptr<VectorView> view_;
  bool is_text_ = false;
  bool all_null_ = false;
};

/// The rows of a function's result.
class ResultColumn {
 public:
  ResultColumn(const Library& library, duckdb_vector vector)
      : library_(library), vector_(vector), data_(library.duckdb_vector_get_data(vector)) {}
  void SetNull(size_t row) {
    library_.duckdb_vector_ensure_validity_writable(vector_);
    library_.duckdb_vector_get_validity(vector_)[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
  void Set(size_t row, int64_t value) { static_cast<int64_t*>(data_)[row] = value; }
  void Set(size_t row, std::string_view value) {
    library_.duckdb_vector_assign_string_element_len(vector_, row, value.data(), value.size());
  }

 private:
  const Library& library_;
  duckdb_vector vector_;
  void* data_;
};

}  // namespace codeanatomy::engine
