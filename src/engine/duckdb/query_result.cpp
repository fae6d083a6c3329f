#include "engine/duckdb/query_result.h"

#include <fmt/format.h>

#include "base/unreachable.h"
#include "engine/duckdb/query_result_state.h"

namespace codeanatomy::engine {

VectorView::VectorView(const Library& library, duckdb_vector vector, const LogicalType& type)
    : type_(&type),
      data_(library.duckdb_vector_get_data(vector)),
      validity_(library.duckdb_vector_get_validity(vector)) {
  switch (type.id) {
    case DUCKDB_TYPE_LIST:
      children_.emplace_back(library, library.duckdb_list_vector_get_child(vector),
                             type.children[0].second);
      break;
    case DUCKDB_TYPE_MAP: {  // a list of structs of key and value
      const duckdb_vector entries = library.duckdb_list_vector_get_child(vector);
      for (size_t i = 0; i < 2; ++i) {
        children_.emplace_back(library, library.duckdb_struct_vector_get_child(entries, i),
                               type.children[i].second);
      }
      break;
    }
    case DUCKDB_TYPE_STRUCT:
      for (size_t i = 0; i < type.children.size(); ++i) {
        children_.emplace_back(library, library.duckdb_struct_vector_get_child(vector, i),
                               type.children[i].second);
      }
      break;
    default:
      break;
  }
}

namespace {

template <typename T>
T At(const void* data, size_t row) {
  return static_cast<const T*>(data)[row];
}

}  // namespace

int64_t VectorView::Integer(size_t row) const {
  const bool coded = type_->id == DUCKDB_TYPE_ENUM || type_->id == DUCKDB_TYPE_DECIMAL;
  switch (coded ? type_->storage : type_->id) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_UTINYINT:
      return At<uint8_t>(data_, row);
    case DUCKDB_TYPE_TINYINT:
      return At<int8_t>(data_, row);
    case DUCKDB_TYPE_SMALLINT:
      return At<int16_t>(data_, row);
    case DUCKDB_TYPE_USMALLINT:
      return At<uint16_t>(data_, row);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
      return At<int32_t>(data_, row);
    case DUCKDB_TYPE_UINTEGER:
      return At<uint32_t>(data_, row);
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return At<int64_t>(data_, row);
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return static_cast<int64_t>(At<duckdb_hugeint>(data_, row).lower);
    default:
      CA_UNREACHABLE("Integer() of a column that is none");
  }
}

double VectorView::Float(size_t row) const {
  if (type_->id == DUCKDB_TYPE_DOUBLE) return At<double>(data_, row);
  if (type_->id == DUCKDB_TYPE_FLOAT) return At<float>(data_, row);
  return static_cast<double>(Integer(row));
}

std::string_view VectorView::Text(size_t row) const {
  if (type_->id == DUCKDB_TYPE_ENUM) return type_->dictionary[static_cast<size_t>(Integer(row))];
  CA_CHECK(type_->id == DUCKDB_TYPE_VARCHAR || type_->id == DUCKDB_TYPE_BLOB,
           "Text() of a column that is none");
  const duckdb_string_t& text = static_cast<const duckdb_string_t*>(data_)[row];
  const uint32_t length = text.value.inlined.length;
  return {length <= sizeof text.value.inlined.inlined ? text.value.inlined.inlined
                                                      : text.value.pointer.ptr,
          length};
}

__int128 VectorView::Wide(size_t row) const {
  const duckdb_type storage = type_->id == DUCKDB_TYPE_DECIMAL ? type_->storage : type_->id;
  if (storage != DUCKDB_TYPE_HUGEINT && storage != DUCKDB_TYPE_UHUGEINT &&
      storage != DUCKDB_TYPE_UUID) {
    return Integer(row);
  }
  const auto& value = static_cast<const duckdb_hugeint*>(data_)[row];
  return static_cast<__int128>(static_cast<unsigned __int128>(value.upper) << 64 | value.lower);
}

duckdb_interval VectorView::Interval(size_t row) const {
  CA_CHECK(type_->id == DUCKDB_TYPE_INTERVAL, "Interval() of a column that is none");
  return At<duckdb_interval>(data_, row);
}

std::pair<size_t, size_t> VectorView::Elements(size_t row) const {
  CA_CHECK(type_->id == DUCKDB_TYPE_LIST || type_->id == DUCKDB_TYPE_MAP,
           "Elements() of a column that is neither list nor map");
  const auto entry = At<duckdb_list_entry>(data_, row);
  return {entry.offset, entry.length};
}

QueryResult::State::~State() {
  if (chunk.handle_ != nullptr) library->duckdb_destroy_data_chunk(&chunk.handle_);
  library->duckdb_destroy_result(&result);
  if (pending != nullptr) library->duckdb_destroy_pending(&pending);
  if (statement != nullptr) library->duckdb_destroy_prepare(&statement);
}

Result<void> QueryResult::State::ReadColumns() {
  const idx_t count = library->duckdb_column_count(&result);
  for (idx_t i = 0; i < count; ++i) {
    names.emplace_back(library->duckdb_column_name(&result, i));
    duckdb_logical_type type = library->duckdb_column_logical_type(&result, i);
    types.push_back(LogicalType::Of(*library, type));
    library->duckdb_destroy_logical_type(&type);
    if (types.back().Depth() > LogicalType::kMaxDepth)
      return Error(ErrorCode::kSqlInvalid,
                   fmt::format("a column is nested deeper than {}", LogicalType::kMaxDepth),
                   names.back());
  }
  return {};
}

QueryResult::QueryResult(std::unique_ptr<State> state) : state_(std::move(state)) {}
QueryResult::QueryResult(QueryResult&&) noexcept = default;
QueryResult& QueryResult::operator=(QueryResult&&) noexcept = default;
QueryResult::~QueryResult() = default;

size_t QueryResult::column_count() const { return state_->names.size(); }
const std::string& QueryResult::column_name(size_t index) const { return state_->names[index]; }
const LogicalType& QueryResult::column_type(size_t index) const { return state_->types[index]; }

Result<const Chunk*> QueryResult::Next() {
  State& state = *state_;
  const Library& library = *state.library;
  Chunk& chunk = state.chunk;
  if (chunk.handle_ != nullptr) library.duckdb_destroy_data_chunk(&chunk.handle_);
  chunk.columns_.clear();
  while (true) {
    chunk.handle_ = library.duckdb_fetch_chunk(state.result);
    if (chunk.handle_ == nullptr) {
      const char* failure = library.duckdb_result_error(&state.result);
      if (failure != nullptr && *failure != '\0') return EngineError(failure);
      return nullptr;
    }
    chunk.rows_ = library.duckdb_data_chunk_get_size(chunk.handle_);
    if (chunk.rows_ > 0) break;
    library.duckdb_destroy_data_chunk(&chunk.handle_);
  }
  for (size_t i = 0; i < state.types.size(); ++i) {
    chunk.columns_.emplace_back(library, library.duckdb_data_chunk_get_vector(chunk.handle_, i),
                                state.types[i]);
  }
  return &chunk;
}

namespace {

Error NotSingle() {
  return Error(ErrorCode::kInternal, "a statement gave another shape than one row of one column");
}

}  // namespace

Result<int64_t> QueryResult::SingleInteger() {
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, Next());
  if (chunk == nullptr || chunk->rows() != 1 || column_count() != 1) return NotSingle();
  const VectorView& column = chunk->column(0);
  return column.is_null(0) ? 0 : column.Integer(0);
}

Result<std::string> QueryResult::SingleText() {
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, Next());
  if (chunk == nullptr || chunk->rows() != 1 || column_count() != 1) return NotSingle();
  const VectorView& column = chunk->column(0);
  return column.is_null(0) ? std::string() : std::string(column.Text(0));
}

}  // namespace codeanatomy::engine
