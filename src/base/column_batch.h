// ColumnBatch: rows of one table as columns, the only form in which evidence leaves the native
// stage.
//
// Producers append row by row through typed columns; consumers (the engine's table scan, the Arrow
// export) read whole columns. Text is not copied: a column holds string_views into the source file,
// the syntax tree or the batch's own arena, and `keep_alive` owns what they point to. Closed
// vocabularies are codes into a static dictionary; values equal in all rows (path, file_id) are
// stored once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace codeanatomy {

class Column;

/// Null where `valid` is not empty and 0 at the row.
template <typename T>
struct FixedColumn {
  std::vector<T> values;
  std::vector<uint8_t> valid;  // empty: no nulls
  // Called for every cell: a call of its own costs as much as its work.
  [[gnu::always_inline]] void Append(T value) {
    values.push_back(value);
    if (!valid.empty()) valid.push_back(1);
  }
  void AppendNull() {
    if (valid.empty()) valid.assign(values.size(), 1);
    values.push_back(T{});
    valid.push_back(0);
  }
  size_t size() const { return values.size(); }
  bool is_null(size_t row) const { return !valid.empty() && valid[row] == 0; }
};

using BoolColumn = FixedColumn<uint8_t>;
using Int32Column = FixedColumn<int32_t>;
using Int64Column = FixedColumn<int64_t>;
using Float64Column = FixedColumn<double>;

/// Text; a view with null data() is null. Must be valid UTF-8.
struct TextColumn {
  std::vector<std::string_view> values;
  [[gnu::always_inline]] void Append(std::string_view value) {
    values.push_back(value.data() ? value : std::string_view(""));
  }
  void AppendNull() { values.emplace_back(); }
  size_t size() const { return values.size(); }
  bool is_null(size_t row) const { return values[row].data() == nullptr; }
};

/// Text out of a closed vocabulary; kNull is null.
struct CodeColumn {
  static constexpr uint16_t kNull = 0xffff;
  std::span<const std::string_view> dictionary;  // static storage
  std::vector<uint16_t> codes;
  void Append(uint16_t code) { codes.push_back(code); }
  void AppendNull() { codes.push_back(kNull); }
  size_t size() const { return codes.size(); }
  bool is_null(size_t row) const { return codes[row] == kNull; }
};

/// One value for every row of the batch.
struct ConstantTextColumn {
  std::string_view value;  // null data(): null
};
struct ConstantInt64Column {
  int64_t value = 0;
  bool is_null = false;
};

/// offsets[i] … offsets[i+1] are row i's elements of `child`. A null list has valid[i] == 0.
struct ListColumn {
  std::vector<uint32_t> offsets{0};
  std::vector<uint8_t> valid;
  std::unique_ptr<Column> child;  // its row count is offsets.back()
  void CloseRow();  // the elements appended to `child` since the last call are the row
  void AppendNull();
  size_t size() const { return offsets.size() - 1; }
  bool is_null(size_t row) const { return !valid.empty() && valid[row] == 0; }
};

/// Fields in declared order; a struct itself is never null.
struct StructColumn {
  std::vector<Column> fields;
};

/// Map<Utf8, Utf8>: like a list of (key, value), keys sorted by the producer.
struct MapColumn {
  std::vector<uint32_t> offsets{0};
  TextColumn keys, values;
  void Append(std::string_view key, std::string_view value) {
    keys.Append(key);
    values.Append(value);
  }
  void CloseRow() { offsets.push_back(static_cast<uint32_t>(keys.size())); }
  size_t size() const { return offsets.size() - 1; }
};

class Column : public std::variant<BoolColumn, Int32Column, Int64Column, Float64Column, TextColumn,
                                   CodeColumn, ConstantTextColumn, ConstantInt64Column, ListColumn,
                                   StructColumn, MapColumn> {
 public:
  using variant::variant;
};

/// Bump allocator for text that is neither in the source nor in the tree. Blocks double from 2 KiB
/// to 64 KiB: every file of a build has an arena, and small tables keep them all until they are
/// written.
class TextArena {
 public:
  std::string_view Copy(std::string_view text);

 private:
  static constexpr size_t kMaxBlock = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t block_bytes_ = 2 * 1024;
};

struct ColumnBatch {
  size_t rows = 0;
  std::vector<Column> columns;                          // in the schema's order
  std::vector<std::shared_ptr<const void>> keep_alive;  // what string_views point into
};

}  // namespace codeanatomy
