#include "engine/duckdb/value_chunk.h"

#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

using storage::DataType;
using storage::TypeKind;
using storage::Value;
using storage::Values;

const Value kNull;

/// Values of one level of a column, to be written from row `offset` of the vector on.
class VectorFiller {
 public:
  VectorFiller(const Library& library, std::string_view column)
      : library_(library), column_(column) {}

  Result<void> Fill(duckdb_vector vector, const DataType& type,
                    std::span<const Value* const> values, size_t offset) {
    void* data = library_.duckdb_vector_get_data(vector);
    switch (type.kind) {
      case TypeKind::kBoolean:
        return Scalars<bool, bool>(vector, data, values, offset);
      case TypeKind::kByte:
        return Scalars<int64_t, int8_t>(vector, data, values, offset);
      case TypeKind::kShort:
        return Scalars<int64_t, int16_t>(vector, data, values, offset);
      case TypeKind::kInteger:
      case TypeKind::kDate:
        return Scalars<int64_t, int32_t>(vector, data, values, offset);
      case TypeKind::kLong:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz:
        return Scalars<int64_t, int64_t>(vector, data, values, offset);
      case TypeKind::kFloat:
        return Scalars<double, float>(vector, data, values, offset);
      case TypeKind::kDouble:
        return Scalars<double, double>(vector, data, values, offset);
      case TypeKind::kDecimal:
        if (type.precision <= 4) return Scalars<__int128, int16_t>(vector, data, values, offset);
        if (type.precision <= 9) return Scalars<__int128, int32_t>(vector, data, values, offset);
        if (type.precision <= 18) return Scalars<__int128, int64_t>(vector, data, values, offset);
        return Scalars<__int128, __int128>(vector, data, values, offset);
      case TypeKind::kString:
      case TypeKind::kBinary:
        return Texts(vector, values, offset);
      case TypeKind::kStruct:
        return Structs(vector, type, values, offset);
      case TypeKind::kArray:
      case TypeKind::kMap:
        return Lists(vector, type, values, offset);
    }
    return {};
  }

 private:
  Error WrongType() const {
    return Error(ErrorCode::kDeltaSchemaMismatch, "a value does not have its column's type",
                 std::string(column_));
  }

  void SetNull(duckdb_vector vector, size_t row) {
    library_.duckdb_vector_ensure_validity_writable(vector);
    library_.duckdb_vector_get_validity(vector)[row / 64] &= ~(uint64_t{1} << (row % 64));
  }

  template <typename From, typename To>
  Result<void> Scalars(duckdb_vector vector, void* data, std::span<const Value* const> values,
                       size_t offset) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i]->is_null()) {
        SetNull(vector, offset + i);
        continue;
      }
      const From* value = std::get_if<From>(values[i]);
      if (value == nullptr) return WrongType();
      static_cast<To*>(data)[offset + i] = static_cast<To>(*value);
    }
    return {};
  }

  Result<void> Texts(duckdb_vector vector, std::span<const Value* const> values, size_t offset) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i]->is_null()) {
        SetNull(vector, offset + i);
        continue;
      }
      const auto* value = std::get_if<std::string>(values[i]);
      if (value == nullptr) return WrongType();
      library_.duckdb_vector_assign_string_element_len(vector, offset + i, value->data(),
                                                       value->size());
    }
    return {};
  }

  Result<void> Structs(duckdb_vector vector, const DataType& type,
                       std::span<const Value* const> values, size_t offset) {
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i]->is_null()) {
        SetNull(vector, offset + i);
        continue;
      }
      const auto* fields = std::get_if<Values>(values[i]);
      if (fields == nullptr || fields->size() != type.children.size()) return WrongType();
    }
    std::vector<const Value*> parts(values.size());
    for (size_t f = 0; f < type.children.size(); ++f) {
      for (size_t i = 0; i < values.size(); ++i) {
        parts[i] = values[i]->is_null() ? &kNull : &std::get<Values>(*values[i])[f];
      }
      CA_RETURN_IF_ERROR(Fill(library_.duckdb_struct_vector_get_child(vector, f),
                              type.children[f].type, parts, offset));
    }
    return {};
  }

  Result<void> Lists(duckdb_vector vector, const DataType& type,
                     std::span<const Value* const> values, size_t offset) {
    const size_t first = library_.duckdb_list_vector_get_size(vector);
    std::vector<const Value*> elements;
    auto* entries = static_cast<duckdb_list_entry*>(library_.duckdb_vector_get_data(vector));
    for (size_t i = 0; i < values.size(); ++i) {
      entries[offset + i] = {first + elements.size(), 0};
      if (values[i]->is_null()) {
        SetNull(vector, offset + i);
        continue;
      }
      const auto* list = std::get_if<Values>(values[i]);
      if (list == nullptr) return WrongType();
      entries[offset + i].length = list->size();
      for (const Value& element : *list) elements.push_back(&element);
    }
    library_.duckdb_list_vector_reserve(vector, first + elements.size());
    library_.duckdb_list_vector_set_size(vector, first + elements.size());
    const duckdb_vector child = library_.duckdb_list_vector_get_child(vector);
    if (type.kind == TypeKind::kArray) return Fill(child, type.children[0].type, elements, first);
    // The elements of a map are pairs, the engine's a struct of two.
    DataType pair{.kind = TypeKind::kStruct, .children = type.children};
    return Structs(child, pair, elements, first);
  }

  const Library& library_;
  std::string_view column_;
};

}  // namespace

Result<void> FillVector(const Library& library, duckdb_vector vector, const storage::Field& field,
                        std::span<const storage::Row> rows, size_t column) {
  std::vector<const Value*> values;
  values.reserve(rows.size());
  for (const storage::Row& row : rows) values.push_back(&row[column]);
  return VectorFiller(library, field.name).Fill(vector, field.type, values, 0);
}

storage::Value ReadValue(const VectorView& column, const DataType& type, size_t row) {
  if (column.is_null(row)) return {};
  switch (type.kind) {
    case TypeKind::kBoolean:
      return column.Boolean(row);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return column.Integer(row);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return column.Float(row);
    case TypeKind::kDecimal:
      return column.Wide(row);
    case TypeKind::kString:
    case TypeKind::kBinary:
      return std::string(column.Text(row));
    case TypeKind::kStruct: {
      Values fields;
      for (size_t f = 0; f < type.children.size(); ++f) {
        fields.push_back(ReadValue(column.child(f), type.children[f].type, row));
      }
      return fields;
    }
    case TypeKind::kArray: {
      Values elements;
      const auto [first, count] = column.Elements(row);
      for (size_t i = first; i < first + count; ++i) {
        elements.push_back(ReadValue(column.child(0), type.children[0].type, i));
      }
      return elements;
    }
    case TypeKind::kMap: {
      Values pairs;
      const auto [first, count] = column.Elements(row);
      for (size_t i = first; i < first + count; ++i) {
        pairs.emplace_back(Values{ReadValue(column.child(0), type.children[0].type, i),
                                  ReadValue(column.child(1), type.children[1].type, i)});
      }
      return pairs;
    }
  }
  return {};
}

}  // namespace codeanatomy::engine
