#include "engine/duckdb/rows_function.h"

#include <algorithm>
#include <memory>

#include "engine/duckdb/library.h"

namespace codeanatomy::engine {
namespace {

struct RowsFunction {
  std::vector<std::pair<std::string, LogicalType>> columns;
  std::function<std::vector<FunctionRow>()> make;
};

struct RowsScan {
  std::vector<FunctionRow> rows;
  size_t next = 0;
};

template <typename T>
void Delete(void* object) {
  delete static_cast<T*>(object);
}

void Bind(duckdb_bind_info info) {
  const Library& library = Library::Loaded();
  auto* function = static_cast<RowsFunction*>(library.duckdb_bind_get_extra_info(info));
  for (const auto& [name, column] : function->columns) {
    duckdb_logical_type type = column.Create(library);
    library.duckdb_bind_add_result_column(info, name.c_str(), type);
    library.duckdb_destroy_logical_type(&type);
  }
  library.duckdb_bind_set_bind_data(info, function, nullptr);
}

void Init(duckdb_init_info info) {
  const Library& library = Library::Loaded();
  const auto& function = *static_cast<const RowsFunction*>(library.duckdb_init_get_bind_data(info));
  auto scan = std::make_unique<RowsScan>(function.make());
  library.duckdb_init_set_max_threads(info, 1);
  library.duckdb_init_set_init_data(info, scan.release(), Delete<RowsScan>);
}

void Fill(const Library& library, duckdb_vector vector, idx_t row, const FunctionCell& cell) {
  if (const auto* number = std::get_if<int64_t>(&cell)) {
    static_cast<int64_t*>(library.duckdb_vector_get_data(vector))[row] = *number;
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    library.duckdb_vector_assign_string_element_len(vector, row, text->data(), text->size());
  } else {
    library.duckdb_vector_ensure_validity_writable(vector);
    library.duckdb_vector_get_validity(vector)[row / 64] &= ~(uint64_t{1} << row % 64);
  }
}

void Scan(duckdb_function_info info, duckdb_data_chunk chunk) {
  const Library& library = Library::Loaded();
  auto& scan = *static_cast<RowsScan*>(library.duckdb_function_get_init_data(info));
  const size_t count = std::min<size_t>(library.duckdb_vector_size(), scan.rows.size() - scan.next);
  for (size_t row = 0; row < count; ++row) {
    const FunctionRow& cells = scan.rows[scan.next + row];
    for (size_t column = 0; column < cells.size(); ++column)
      Fill(library, library.duckdb_data_chunk_get_vector(chunk, column), row, cells[column]);
  }
  scan.next += count;
  library.duckdb_data_chunk_set_size(chunk, count);
}

}  // namespace

Result<void> InstallRowsFunction(Database& database, std::string_view name,
                                 std::vector<std::pair<std::string, LogicalType>> columns,
                                 std::function<std::vector<FunctionRow>()> make) {
  const Library& library = database.library();
  CA_ASSIGN_OR_RETURN(Connection connection, database.Connect());
  auto state = std::make_unique<RowsFunction>(std::move(columns), std::move(make));
  duckdb_table_function function = library.duckdb_create_table_function();
  library.duckdb_table_function_set_name(function, std::string(name).c_str());
  library.duckdb_table_function_set_extra_info(function, state.release(), Delete<RowsFunction>);
  library.duckdb_table_function_set_bind(function, Bind);
  library.duckdb_table_function_set_init(function, Init);
  library.duckdb_table_function_set_function(function, Scan);
  const duckdb_state status = library.duckdb_register_table_function(connection.handle(), function);
  library.duckdb_destroy_table_function(&function);
  if (status == DuckDBSuccess) return {};
  return Error(ErrorCode::kSessionInitializationFailed, "the engine refuses a table function",
               std::string(name));
}

}  // namespace codeanatomy::engine
