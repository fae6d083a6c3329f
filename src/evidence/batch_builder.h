// BatchBuilder: the typed columns of one table, asked for by name once and then appended to
// directly.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/column_batch.h"
#include "catalog/table.h"

namespace codeanatomy::evidence {

class BatchBuilder {
 public:
  /// The table must be declared; all columns are null until asked for, and then have room for
  /// `rows` rows.
  explicit BatchBuilder(std::string_view table, size_t rows = 0);

  Int64Column& Longs(std::string_view column) { return Make<Int64Column>(column); }
  Int32Column& Ints(std::string_view column) { return Make<Int32Column>(column); }
  BoolColumn& Bools(std::string_view column) { return Make<BoolColumn>(column); }
  TextColumn& Texts(std::string_view column) { return Make<TextColumn>(column); }
  MapColumn& Maps(std::string_view column) { return Make<MapColumn>(column); }
  /// Text out of `dictionary`, which has static storage.
  CodeColumn& Codes(std::string_view column, std::span<const std::string_view> dictionary);
  /// Lists of text or BIGINT: append to elements(), then CloseRow().
  template <typename Element>
  ListColumn& Lists(std::string_view column) {
    ListColumn& list = Make<ListColumn>(column);
    list.child = std::make_unique<Column>(Element{});
    return list;
  }
  /// List<Struct<name, source>>.
  ListColumn& QualifiedNames(std::string_view column);

  void SetConstant(std::string_view column, int64_t value);
  void SetConstant(std::string_view column, std::string_view value);

  const TableInfo* table() const { return table_; }
  /// The batch; every column asked for must have `rows` rows.
  ColumnBatch Finish(size_t rows, std::shared_ptr<const void> keep_alive);

 private:
  size_t IndexOf(std::string_view column);
  template <typename C>
  C& Make(std::string_view column) {
    C& made = batch_.columns[IndexOf(column)].emplace<C>();
    if constexpr (requires { made.values.reserve(rows_); }) made.values.reserve(rows_);
    if constexpr (requires { made.codes.reserve(rows_); }) made.codes.reserve(rows_);
    return made;
  }

  const TableInfo* table_;
  size_t rows_;
  ColumnBatch batch_;
  std::vector<bool> is_made_;
};

/// The child of a list column built by Lists<Element>().
template <typename Element>
Element& Elements(ListColumn& list) {
  return std::get<Element>(*list.child);
}

/// Appends a (name, source) element to a list made by QualifiedNames().
void AppendQualifiedName(ListColumn& list, std::string_view name, std::string_view source);

}  // namespace codeanatomy::evidence
