// How rows reach the engine: the table function's bind step looks the relation up by name and
// declares its columns (text of few values as an ENUM of them), each call then fills one vector of
// up to 2,048 rows per requested column, across batch borders. The engine sees max_threads = 1 and,
// for a sink that keeps insertion order, runs the pipeline serially, so rows arrive in the order of
// the batches.
#include "engine/duckdb/batch_scan.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <mutex>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"
#include "engine/duckdb/batch_dictionary.h"

namespace codeanatomy::engine {
namespace {

constexpr const char* kFunctionName = "ca_batch_scan";

struct Relation {
  std::vector<std::string> names;
  std::vector<LogicalType> types;
  std::vector<std::optional<BatchDictionary>> dictionaries;  // of the columns that have one
  std::vector<const ColumnBatch*> batches;                   // none of them empty
  size_t rows = 0;
};

}  // namespace

struct BatchScan::State {
  const Library* library = nullptr;
  mutable std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Relation>, std::less<>> relations;

  std::shared_ptr<const Relation> Find(std::string_view name) const {
    const std::lock_guard lock(mutex);
    const auto found = relations.find(AsciiLower(name));
    return found == relations.end() ? nullptr : found->second;
  }
};

namespace {

// ---- Filling vectors ---------------------------------------------------------------------------

duckdb_string_t MakeString(std::string_view text) {
  duckdb_string_t result;
  std::memset(&result, 0, sizeof result);  // unused bytes take part in comparisons
  result.value.inlined.length = static_cast<uint32_t>(text.size());
  if (text.size() <= sizeof result.value.inlined.inlined) {
    // An empty view may point nowhere, which memcpy does not allow.
    if (!text.empty()) std::memcpy(result.value.inlined.inlined, text.data(), text.size());
  } else {
    std::memcpy(result.value.pointer.prefix, text.data(), sizeof result.value.pointer.prefix);
    result.value.pointer.ptr = const_cast<char*>(text.data());
  }
  return result;
}

/// A part of a vector being written: `count` rows from `offset` on.
struct Target {
  const Library& library;
  duckdb_vector vector;
  size_t offset;
  size_t count;

  template <typename T>
  T* data() const {
    return static_cast<T*>(library.duckdb_vector_get_data(vector)) + offset;
  }
  /// Writable validity bits of the whole vector.
  uint64_t* validity() const {
    library.duckdb_vector_ensure_validity_writable(vector);
    return library.duckdb_vector_get_validity(vector);
  }
  void SetNull(uint64_t* bits, size_t row) const {
    bits[(offset + row) / 64] &= ~(uint64_t{1} << ((offset + row) % 64));
  }
};

void FillColumn(const Column& column, size_t begin, const Target& target);

/// Rows `begin` … of a column into the target; one overload per column kind.
struct Filler {
  const Target& target;
  size_t begin;

  template <typename Predicate>
  void MarkNulls(Predicate is_null) const {
    uint64_t* bits = nullptr;
    for (size_t row = 0; row < target.count; ++row) {
      if (!is_null(begin + row)) continue;
      if (bits == nullptr) bits = target.validity();
      target.SetNull(bits, row);
    }
  }

  template <typename T>
  void operator()(const FixedColumn<T>& column) const {
    std::memcpy(target.data<T>(), column.values.data() + begin, target.count * sizeof(T));
    if (!column.valid.empty()) {
      MarkNulls([&](size_t row) { return column.valid[row] == 0; });
    }
  }

  void operator()(const TextColumn& column) const {
    duckdb_string_t* out = target.data<duckdb_string_t>();
    bool has_null = false;
    for (size_t row = 0; row < target.count; ++row) {
      const std::string_view text = column.values[begin + row];
      has_null |= text.data() == nullptr;
      out[row] = MakeString(text);
    }
    if (has_null) MarkNulls([&](size_t row) { return column.is_null(row); });
  }

  void operator()(const CodeColumn& column) const {
    duckdb_string_t* out = target.data<duckdb_string_t>();
    bool has_null = false;
    for (size_t row = 0; row < target.count; ++row) {
      const uint16_t code = column.codes[begin + row];
      has_null |= code == CodeColumn::kNull;
      out[row] = MakeString(code < column.dictionary.size() ? column.dictionary[code] : "");
    }
    if (has_null) MarkNulls([&](size_t row) { return column.is_null(row); });
  }

  void operator()(const ConstantTextColumn& column) const {
    std::fill_n(target.data<duckdb_string_t>(), target.count, MakeString(column.value));
    if (column.value.data() == nullptr) MarkNulls([](size_t) { return true; });
  }

  void operator()(const ConstantInt64Column& column) const {
    std::fill_n(target.data<int64_t>(), target.count, column.value);
    if (column.is_null) MarkNulls([](size_t) { return true; });
  }

  /// The lists' entries; returns where their elements begin in the child vector, with room for
  /// them.
  std::pair<size_t, size_t> OpenLists(const std::vector<uint32_t>& offsets) const {
    const size_t present = target.library.duckdb_list_vector_get_size(target.vector);
    const size_t first = offsets[begin];
    const size_t count = offsets[begin + target.count] - first;
    target.library.duckdb_list_vector_reserve(target.vector, present + count);
    target.library.duckdb_list_vector_set_size(target.vector, present + count);
    duckdb_list_entry* out = target.data<duckdb_list_entry>();
    for (size_t row = 0; row < target.count; ++row) {
      out[row] = {present + offsets[begin + row] - first,
                  offsets[begin + row + 1] - offsets[begin + row]};
    }
    return {present, count};
  }

  void operator()(const ListColumn& column) const {
    const auto [present, count] = OpenLists(column.offsets);
    const duckdb_vector child = target.library.duckdb_list_vector_get_child(target.vector);
    if (count > 0) {
      FillColumn(*column.child, column.offsets[begin], {target.library, child, present, count});
    }
    if (!column.valid.empty()) {
      MarkNulls([&](size_t row) { return column.valid[row] == 0; });
    }
  }

  void operator()(const MapColumn& column) const {
    const auto [present, count] = OpenLists(column.offsets);
    const duckdb_vector entries = target.library.duckdb_list_vector_get_child(target.vector);
    const TextColumn* sides[] = {&column.keys, &column.values};
    for (idx_t side = 0; side < 2 && count > 0; ++side) {
      const Target part{target.library,
                        target.library.duckdb_struct_vector_get_child(entries, side), present,
                        count};
      Filler{part, column.offsets[begin]}(*sides[side]);
    }
  }

  void operator()(const StructColumn& column) const {
    for (size_t i = 0; i < column.fields.size(); ++i) {
      FillColumn(column.fields[i], begin,
                 {target.library, target.library.duckdb_struct_vector_get_child(target.vector, i),
                  target.offset, target.count});
    }
  }
};

/// Rows of a column as indexes into its dictionary, in the width the engine has for its size.
template <typename Index>
void FillIndexes(const Column& column, const BatchDictionary& dictionary, size_t batch,
                 size_t begin, const Target& target) {
  Index* out = target.data<Index>();
  if (const auto* codes = std::get_if<CodeColumn>(&column)) {
    bool has_null = false;
    for (size_t row = 0; row < target.count; ++row) {
      const uint16_t code = codes->codes[begin + row];
      const bool is_null = code == CodeColumn::kNull;
      has_null |= is_null;
      out[row] = is_null ? Index{0} : static_cast<Index>(dictionary.IndexOfCode(code));
    }
    if (has_null) Filler{target, begin}.MarkNulls([&](size_t row) { return codes->is_null(row); });
    return;
  }
  std::fill_n(out, target.count, static_cast<Index>(dictionary.IndexOfBatch(batch)));
  if (std::get<ConstantTextColumn>(column).value.data() == nullptr)
    Filler{target, begin}.MarkNulls([](size_t) { return true; });
}

void FillDictionaryColumn(const Column& column, const BatchDictionary& dictionary, size_t batch,
                          size_t begin, const Target& target) {
  const size_t size = dictionary.values().size();
  if (size <= std::numeric_limits<uint8_t>::max()) {
    FillIndexes<uint8_t>(column, dictionary, batch, begin, target);
  } else if (size <= std::numeric_limits<uint16_t>::max()) {
    FillIndexes<uint16_t>(column, dictionary, batch, begin, target);
  } else {
    FillIndexes<uint32_t>(column, dictionary, batch, begin, target);
  }
}

void FillColumn(const Column& column, size_t begin, const Target& target) {
  std::visit(Filler{target, begin}, static_cast<const Column::variant&>(column));
}

// ---- Checking that a batch fits ----------------------------------------------------------------

/// The engine's type of a column kind and its row count; nested kinds check what is below.
struct Fitting {
  const LogicalType& type;
  size_t rows;

  bool Fixed(duckdb_type id, size_t size) const { return type.id == id && size == rows; }
  bool operator()(const BoolColumn& c) const { return Fixed(DUCKDB_TYPE_BOOLEAN, c.size()); }
  bool operator()(const Int32Column& c) const {
    return Fixed(DUCKDB_TYPE_INTEGER, c.size()) || Fixed(DUCKDB_TYPE_DATE, c.size());
  }
  bool operator()(const Int64Column& c) const {
    return Fixed(DUCKDB_TYPE_BIGINT, c.size()) || Fixed(DUCKDB_TYPE_TIMESTAMP_TZ, c.size()) ||
           Fixed(DUCKDB_TYPE_TIMESTAMP, c.size());
  }
  bool operator()(const Float64Column& c) const { return Fixed(DUCKDB_TYPE_DOUBLE, c.size()); }
  bool operator()(const TextColumn& c) const {
    return Fixed(DUCKDB_TYPE_VARCHAR, c.size()) || Fixed(DUCKDB_TYPE_BLOB, c.size());
  }
  bool operator()(const CodeColumn& c) const { return Fixed(DUCKDB_TYPE_VARCHAR, c.size()); }
  bool operator()(const ConstantTextColumn&) const { return type.id == DUCKDB_TYPE_VARCHAR; }
  bool operator()(const ConstantInt64Column&) const { return type.id == DUCKDB_TYPE_BIGINT; }
  bool operator()(const ListColumn& c) const {
    return Fixed(DUCKDB_TYPE_LIST, c.size()) && c.child != nullptr &&
           Fits(*c.child, type.children[0].second, c.offsets.back());
  }
  bool operator()(const MapColumn& c) const {
    return Fixed(DUCKDB_TYPE_MAP, c.size()) && c.keys.size() == c.offsets.back() &&
           c.values.size() == c.offsets.back() &&
           type.children[0].second.id == DUCKDB_TYPE_VARCHAR &&
           type.children[1].second.id == DUCKDB_TYPE_VARCHAR;
  }
  bool operator()(const StructColumn& c) const {
    if (type.id != DUCKDB_TYPE_STRUCT || c.fields.size() != type.children.size()) return false;
    for (size_t i = 0; i < c.fields.size(); ++i) {
      if (!Fits(c.fields[i], type.children[i].second, rows)) return false;
    }
    return true;
  }

  static bool Fits(const Column& column, const LogicalType& type, size_t rows) {
    return std::visit(Fitting{type, rows}, static_cast<const Column::variant&>(column));
  }
};

// ---- The table function ------------------------------------------------------------------------

struct BindData {
  std::shared_ptr<const Relation> relation;
};

struct ScanState {
  std::vector<idx_t> columns;  // requested ones, as indexes of the relation
  size_t batch = 0;            // next row to read
  size_t row = 0;
};

template <typename T>
void Delete(void* pointer) {
  delete static_cast<T*>(pointer);
}

duckdb_logical_type ColumnType(const Library& library, const Relation& relation, size_t column) {
  const std::optional<BatchDictionary>& dictionary = relation.dictionaries[column];
  if (!dictionary) return relation.types[column].Create(library);
  std::vector<std::string> values(dictionary->values().begin(), dictionary->values().end());
  std::vector<const char*> names;
  names.reserve(values.size());
  for (const std::string& value : values) names.push_back(value.c_str());
  return library.duckdb_create_enum_type(names.data(), names.size());
}

void Bind(duckdb_bind_info info) {
  const Library& library = Library::Loaded();
  const auto* state =
      static_cast<const BatchScan::State*>(library.duckdb_bind_get_extra_info(info));
  duckdb_value parameter = library.duckdb_bind_get_parameter(info, 0);
  char* text = library.duckdb_get_varchar(parameter);
  const std::string name = text == nullptr ? "" : text;
  library.duckdb_free(text);
  library.duckdb_destroy_value(&parameter);
  std::shared_ptr<const Relation> relation = state->Find(name);
  if (relation == nullptr) {
    library.duckdb_bind_set_error(info, fmt::format("no batches named {}", name).c_str());
    return;
  }
  for (size_t i = 0; i < relation->names.size(); ++i) {
    duckdb_logical_type type = ColumnType(library, *relation, i);
    library.duckdb_bind_add_result_column(info, relation->names[i].c_str(), type);
    library.duckdb_destroy_logical_type(&type);
  }
  library.duckdb_bind_set_cardinality(info, relation->rows, /*is_exact=*/true);
  library.duckdb_bind_set_bind_data(info, new BindData{std::move(relation)}, Delete<BindData>);
}

void Init(duckdb_init_info info) {
  const Library& library = Library::Loaded();
  auto scan = std::make_unique<ScanState>();
  const idx_t count = library.duckdb_init_get_column_count(info);
  for (idx_t i = 0; i < count; ++i) {
    scan->columns.push_back(library.duckdb_init_get_column_index(info, i));
  }
  library.duckdb_init_set_max_threads(info, 1);
  library.duckdb_init_set_init_data(info, scan.release(), Delete<ScanState>);
}

void Scan(duckdb_function_info info, duckdb_data_chunk chunk) {
  const Library& library = Library::Loaded();
  const auto& relation =
      *static_cast<const BindData*>(library.duckdb_function_get_bind_data(info))->relation;
  auto& scan = *static_cast<ScanState*>(library.duckdb_function_get_init_data(info));
  const size_t capacity = library.duckdb_vector_size();
  size_t filled = 0;
  while (filled < capacity && scan.batch < relation.batches.size()) {
    const ColumnBatch& batch = *relation.batches[scan.batch];
    const size_t count = std::min(capacity - filled, batch.rows - scan.row);
    for (size_t i = 0; i < scan.columns.size(); ++i) {
      // A scan that needs no column asks for a row number, which batches do not have.
      if (scan.columns[i] >= batch.columns.size()) continue;
      const Target target{library, library.duckdb_data_chunk_get_vector(chunk, i), filled, count};
      const Column& column = batch.columns[scan.columns[i]];
      if (const auto& dictionary = relation.dictionaries[scan.columns[i]]) {
        FillDictionaryColumn(column, *dictionary, scan.batch, scan.row, target);
      } else {
        FillColumn(column, scan.row, target);
      }
    }
    filled += count;
    scan.row += count;
    if (scan.row == batch.rows) {
      ++scan.batch;
      scan.row = 0;
    }
  }
  library.duckdb_data_chunk_set_size(chunk, filled);
}

/// Lets the plain name of a relation stand in a statement.
void Replace(duckdb_replacement_scan_info info, const char* table_name, void* data) {
  const Library& library = Library::Loaded();
  if (static_cast<const BatchScan::State*>(data)->Find(table_name) == nullptr) return;
  library.duckdb_replacement_scan_set_function_name(info, kFunctionName);
  duckdb_value name = library.duckdb_create_varchar_length(table_name, std::strlen(table_name));
  library.duckdb_replacement_scan_add_parameter(info, name);
  library.duckdb_destroy_value(&name);
}

}  // namespace

BatchScan::BatchScan(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchScan::~BatchScan() = default;

Result<std::unique_ptr<BatchScan>> BatchScan::Install(Database& database) {
  const Library& library = database.library();
  CA_ASSIGN_OR_RETURN(Connection connection, database.Connect());
  auto state = std::make_unique<State>();

  duckdb_table_function function = library.duckdb_create_table_function();
  library.duckdb_table_function_set_name(function, kFunctionName);
  duckdb_logical_type varchar = library.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  library.duckdb_table_function_add_parameter(function, varchar);
  library.duckdb_destroy_logical_type(&varchar);
  library.duckdb_table_function_set_extra_info(function, state.get(), nullptr);
  library.duckdb_table_function_set_bind(function, Bind);
  library.duckdb_table_function_set_init(function, Init);
  library.duckdb_table_function_set_function(function, Scan);
  library.duckdb_table_function_supports_projection_pushdown(function, true);
  const duckdb_state status = library.duckdb_register_table_function(connection.handle(), function);
  library.duckdb_destroy_table_function(&function);
  if (status != DuckDBSuccess) {
    return Error(ErrorCode::kSessionInitializationFailed, "the engine refuses a table function",
                 kFunctionName);
  }
  library.duckdb_add_replacement_scan(database.handle(), Replace, state.get(), nullptr);
  return std::unique_ptr<BatchScan>(new BatchScan(std::move(state)));
}

Result<void> BatchScan::Add(std::string_view name, const TableInfo& table,
                            const std::vector<const ColumnBatch*>& batches) {
  return Add(name, table.columns, batches);
}

Result<void> BatchScan::Add(std::string_view name, std::span<const ColumnInfo> columns,
                            const std::vector<const ColumnBatch*>& batches) {
  auto relation = std::make_shared<Relation>();
  for (const ColumnInfo& column : columns) {
    CA_ASSIGN_OR_RETURN(LogicalType type, LogicalType::Parse(column.type));
    relation->names.emplace_back(column.name);
    relation->types.push_back(std::move(type));
  }
  for (const ColumnBatch* batch : batches) {
    if (batch == nullptr || batch->rows == 0) continue;
    if (batch->columns.size() != columns.size()) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("a batch has {} columns, {} are declared", batch->columns.size(),
                               columns.size()),
                   std::string(name));
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      if (Fitting::Fits(batch->columns[i], relation->types[i], batch->rows)) continue;
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("column {} does not fit its type {} or lacks rows ({} expected)",
                               columns[i].name, columns[i].type, batch->rows),
                   std::string(name));
    }
    relation->rows += batch->rows;
    relation->batches.push_back(batch);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    relation->dictionaries.push_back(relation->types[i].id == DUCKDB_TYPE_VARCHAR
                                         ? BatchDictionary::Of(relation->batches, i)
                                         : std::nullopt);
  }
  const std::lock_guard lock(state_->mutex);
  state_->relations.insert_or_assign(AsciiLower(name), std::move(relation));
  return {};
}

void BatchScan::AddBounds(std::string_view name, storage::DataFile& file) const {
  const std::shared_ptr<const Relation> relation = state_->Find(name);
  if (relation == nullptr) return;
  for (storage::ColumnStatistics& statistics : file.columns) {
    const auto at = std::ranges::find(relation->names, statistics.column);
    if (at == relation->names.end()) continue;
    const auto& dictionary =
        relation->dictionaries[static_cast<size_t>(at - relation->names.begin())];
    if (!dictionary) continue;
    const auto [least, greatest] = std::ranges::minmax(dictionary->values());
    statistics.min = least;
    statistics.max = greatest;
  }
}

void BatchScan::Drop(std::string_view name) {
  const std::lock_guard lock(state_->mutex);
  state_->relations.erase(AsciiLower(name));
}

bool BatchScan::contains(std::string_view name) const { return state_->Find(name) != nullptr; }

}  // namespace codeanatomy::engine
