#include "engine/udf/argument.h"

#include <fmt/format.h>

namespace codeanatomy::engine {

Argument::Argument(const Library& library, duckdb_data_chunk arguments, idx_t index) {
  const duckdb_vector vector = library.duckdb_data_chunk_get_vector(arguments, index);
  duckdb_logical_type type = library.duckdb_vector_get_column_type(vector);
  type_ = std::make_unique<LogicalType>(LogicalType::Of(library, type));
  library.duckdb_destroy_logical_type(&type);
  view_ = std::make_unique<VectorView>(library, vector, *type_);
  all_null_ = type_->id == DUCKDB_TYPE_SQLNULL;
  is_text_ = type_->id == DUCKDB_TYPE_VARCHAR || type_->id == DUCKDB_TYPE_ENUM;
}

std::string_view Argument::AsText(size_t row, std::string& buffer) const {
  if (is_text_) return Text(row);
  if (type_->id == DUCKDB_TYPE_BOOLEAN) return Boolean(row) ? "true" : "false";
  buffer = fmt::format("{}", Integer(row));
  return buffer;
}

bool Argument::Accepts(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_SQLNULL:
    case DUCKDB_TYPE_STRING_LITERAL:
    case DUCKDB_TYPE_INTEGER_LITERAL:
      return true;
    default:
      return false;
  }
}

}  // namespace codeanatomy::engine
