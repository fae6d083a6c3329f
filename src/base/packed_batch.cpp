// A block is the number of batches, and then for each its rows and columns. A column is the index
// of its kind in the variant and the arrays of that kind, each as a count and its elements; text is
// an array of lengths (kNullLength: null) and the bytes of all, end to end.
#include "base/packed_batch.h"

#include <cstring>
#include <type_traits>

#include "base/check.h"

namespace codeanatomy {
namespace {

constexpr uint32_t kNullLength = 0xffffffff;

class Packer {
 public:
  explicit Packer(std::string& out) : out_(out) {}

  template <typename T>
  void Scalar(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  template <typename T>
  void Array(const std::vector<T>& values) {
    Scalar(static_cast<uint64_t>(values.size()));
    if (!values.empty())
      out_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  void Text(std::string_view text) {
    Scalar(LengthOf(text));
    out_.append(text);
  }
  void Pack(const Column& column) {
    Scalar(static_cast<uint8_t>(column.index()));
    std::visit(*this, static_cast<const Column::variant&>(column));
  }

  template <typename T>
  void operator()(const FixedColumn<T>& column) {
    Array(column.values);
    Array(column.valid);
  }
  void operator()(const TextColumn& column) {
    Scalar(static_cast<uint64_t>(column.size()));
    for (const std::string_view text : column.values) Scalar(LengthOf(text));
    for (const std::string_view text : column.values) out_.append(text);
  }
  void operator()(const CodeColumn& column) {
    Scalar(column.dictionary.data());
    Scalar(static_cast<uint64_t>(column.dictionary.size()));
    Array(column.codes);
  }
  void operator()(const ConstantTextColumn& column) { Text(column.value); }
  void operator()(const ConstantInt64Column& column) {
    Scalar(column.value);
    Scalar(column.is_null);
  }
  void operator()(const ListColumn& column) {
    Array(column.offsets);
    Array(column.valid);
    Scalar(column.child != nullptr);
    if (column.child != nullptr) Pack(*column.child);
  }
  void operator()(const StructColumn& column) {
    Scalar(static_cast<uint64_t>(column.fields.size()));
    for (const Column& field : column.fields) Pack(field);
  }
  void operator()(const MapColumn& column) {
    Array(column.offsets);
    (*this)(column.keys);
    (*this)(column.values);
  }

 private:
  static uint32_t LengthOf(std::string_view text) {
    CA_CHECK(text.size() < kNullLength, "a text of four gigabytes");
    return text.data() == nullptr ? kNullLength : static_cast<uint32_t>(text.size());
  }

  std::string& out_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Scalar() {
    T value;
    std::memcpy(&value, Take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <typename T>
  void Array(std::vector<T>& values) {
    const auto count = Scalar<uint64_t>();
    values.resize(count);
    if (count > 0) std::memcpy(values.data(), Take(count * sizeof(T)).data(), count * sizeof(T));
  }
  Column Unpack() {
    Column column;
    Emplace(column, Scalar<uint8_t>(),
            std::make_index_sequence<std::variant_size_v<Column::variant>>());
    std::visit(*this, static_cast<Column::variant&>(column));
    return column;
  }

  template <typename T>
  void operator()(FixedColumn<T>& column) {
    Array(column.values);
    Array(column.valid);
  }
  void operator()(TextColumn& column) {
    const auto count = Scalar<uint64_t>();
    const std::string_view lengths = Take(count * sizeof(uint32_t));
    column.values.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
      uint32_t length = 0;
      std::memcpy(&length, lengths.data() + i * sizeof(length), sizeof(length));
      column.values.push_back(Text(length));
    }
  }
  void operator()(CodeColumn& column) {
    const auto* dictionary = Scalar<const std::string_view*>();
    column.dictionary = {dictionary, Scalar<uint64_t>()};
    Array(column.codes);
  }
  void operator()(ConstantTextColumn& column) { column.value = Text(Scalar<uint32_t>()); }
  void operator()(ConstantInt64Column& column) {
    column.value = Scalar<int64_t>();
    column.is_null = Scalar<bool>();
  }
  void operator()(ListColumn& column) {
    Array(column.offsets);
    Array(column.valid);
    if (Scalar<bool>()) column.child = std::make_unique<Column>(Unpack());
  }
  void operator()(StructColumn& column) {
    column.fields.resize(Scalar<uint64_t>());
    for (Column& field : column.fields) field = Unpack();
  }
  void operator()(MapColumn& column) {
    Array(column.offsets);
    (*this)(column.keys);
    (*this)(column.values);
  }

 private:
  std::string_view Take(size_t count) {
    CA_CHECK(count <= bytes_.size(), "a packed batch ends where its rows end");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::string_view Text(uint32_t length) {
    if (length == kNullLength) return {};
    return length == 0 ? std::string_view("") : Take(length);
  }
  template <size_t... kIndex>
  static void Emplace(Column& column, size_t index, std::index_sequence<kIndex...>) {
    const bool is_known = ((index == kIndex ? (column.emplace<kIndex>(), true) : false) || ...);
    CA_CHECK(is_known, "a column of a kind there is");
  }

  std::string_view bytes_;
};

/// Heap bytes of a column's arrays.
struct ColumnBytes {
  static size_t Of(const Column& column) {
    return std::visit(ColumnBytes{}, static_cast<const Column::variant&>(column));
  }
  template <typename T>
  static size_t Of(const std::vector<T>& values) {
    return values.capacity() * sizeof(T);
  }

  template <typename T>
  size_t operator()(const FixedColumn<T>& column) const {
    return Of(column.values) + Of(column.valid);
  }
  size_t operator()(const TextColumn& column) const { return Of(column.values); }
  size_t operator()(const CodeColumn& column) const { return Of(column.codes); }
  size_t operator()(const ConstantTextColumn&) const { return 0; }
  size_t operator()(const ConstantInt64Column&) const { return 0; }
  size_t operator()(const ListColumn& column) const {
    return Of(column.offsets) + Of(column.valid) +
           (column.child == nullptr ? 0 : sizeof(Column) + Of(*column.child));
  }
  size_t operator()(const StructColumn& column) const {
    size_t bytes = Of(column.fields);
    for (const Column& field : column.fields) bytes += Of(field);
    return bytes;
  }
  size_t operator()(const MapColumn& column) const {
    return Of(column.offsets) + Of(column.keys.values) + Of(column.values.values);
  }
};

}  // namespace

std::string PackBatches(std::span<const ColumnBatch> batches) {
  std::string bytes;
  Packer packer(bytes);
  packer.Scalar(static_cast<uint64_t>(batches.size()));
  for (const ColumnBatch& batch : batches) {
    packer.Scalar(static_cast<uint64_t>(batch.rows));
    packer.Scalar(static_cast<uint64_t>(batch.columns.size()));
    for (const Column& column : batch.columns) packer.Pack(column);
  }
  bytes.shrink_to_fit();
  return bytes;
}

std::vector<ColumnBatch> UnpackBatches(std::shared_ptr<const std::string> bytes) {
  Unpacker unpacker(*bytes);
  std::vector<ColumnBatch> batches(unpacker.Scalar<uint64_t>());
  for (ColumnBatch& batch : batches) {
    batch.rows = unpacker.Scalar<uint64_t>();
    const auto columns = unpacker.Scalar<uint64_t>();
    batch.columns.reserve(columns);
    for (uint64_t i = 0; i < columns; ++i) batch.columns.push_back(unpacker.Unpack());
    batch.keep_alive.push_back(bytes);
  }
  return batches;
}

size_t HeldBytes(const ColumnBatch& batch) {
  size_t bytes = ColumnBytes::Of(batch.columns);
  for (const Column& column : batch.columns) bytes += ColumnBytes::Of(column);
  return bytes;
}

}  // namespace codeanatomy
