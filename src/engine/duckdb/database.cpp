#include "engine/duckdb/database.h"

#include <fmt/format.h>

namespace codeanatomy::engine {

Result<Database> Database::Open(const std::vector<std::pair<std::string, std::string>>& settings) {
  CA_ASSIGN_OR_RETURN(const Library* library, Library::Open());
  duckdb_config config = nullptr;
  if (library->duckdb_create_config(&config) != DuckDBSuccess) {
    return Error(ErrorCode::kSessionInitializationFailed, "DuckDB gave no configuration object");
  }
  std::vector<std::pair<std::string, std::string>> all = {{"autoinstall_known_extensions", "false"},
                                                          {"autoload_known_extensions", "false"},
                                                          {"allow_community_extensions", "false"}};
  all.insert(all.end(), settings.begin(), settings.end());
  for (const auto& [key, value] : all) {
    if (library->duckdb_set_config(config, key.c_str(), value.c_str()) != DuckDBSuccess) {
      library->duckdb_destroy_config(&config);
      return Error(ErrorCode::kInvalidConfig,
                   fmt::format("the engine refuses the setting {} = {}", key, value), key);
    }
  }
  duckdb_database handle = nullptr;
  char* failure = nullptr;
  const duckdb_state status = library->duckdb_open_ext(nullptr, &handle, config, &failure);
  library->duckdb_destroy_config(&config);
  if (status != DuckDBSuccess) {
    std::string message = failure == nullptr ? "unknown reason" : failure;
    if (failure != nullptr) library->duckdb_free(failure);
    return Error(ErrorCode::kSessionInitializationFailed,
                 fmt::format("DuckDB cannot open a database: {}", message));
  }
  return Database(library, handle);
}

Database::Database(const Library* library, duckdb_database handle)
    : library_(library), handle_(handle) {}

Database::Database(Database&& other) noexcept
    : library_(other.library_), handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(library_, other.library_);
  std::swap(handle_, other.handle_);
  return *this;
}

Database::~Database() {
  if (handle_ != nullptr) library_->duckdb_close(&handle_);
}

Result<Connection> Database::Connect() const {
  duckdb_connection connection = nullptr;
  if (library_->duckdb_connect(handle_, &connection) != DuckDBSuccess) {
    return Error(ErrorCode::kSessionInitializationFailed, "DuckDB gave no connection");
  }
  return Connection(library_, connection);
}

}  // namespace codeanatomy::engine
