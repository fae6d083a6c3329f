#include "engine/duckdb/connection.h"

#include <array>

#include <fmt/format.h>

#include "engine/duckdb/query_result_state.h"

namespace codeanatomy::engine {
namespace {

struct ErrorPrefix {
  std::string_view prefix;
  ErrorCode code;
};

// The engine tells the kind of an exception only in its text where a statement fails to prepare, so
// the text is used everywhere.
constexpr auto kErrorPrefixes = std::to_array<ErrorPrefix>({
    {"Parser Error: ", ErrorCode::kSqlInvalid},
    {"Syntax Error: ", ErrorCode::kSqlInvalid},
    {"Binder Error: ", ErrorCode::kSqlInvalid},
    {"Catalog Error: ", ErrorCode::kSqlInvalid},
    {"INTERRUPT Error: ", ErrorCode::kInterrupted},
    {"Out of Memory Error: ", ErrorCode::kMemoryBudgetExceeded},
    {"IO Error: ", ErrorCode::kIoError},
    {"Permission Error: ", ErrorCode::kEngineFailed},
});

/// Without the position marks ("LINE 1: … ^") and on one line.
std::string OneLine(std::string_view text) {
  text = text.substr(0, std::min(text.find("\nLINE "), text.size()));
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

Error EngineError(std::string_view message) {
  for (const auto& [prefix, code] : kErrorPrefixes) {
    if (!message.starts_with(prefix)) continue;
    if (code == ErrorCode::kInterrupted) return Error(code, "the statement was stopped");
    if (message.find("No space left on device") != std::string_view::npos) {
      return Error(ErrorCode::kNoSpace, OneLine(message.substr(prefix.size())));
    }
    if (code == ErrorCode::kMemoryBudgetExceeded) {
      return Error(code, OneLine(message.substr(prefix.size())), {},
                   "raise --memory-limit or use a larger profile");
    }
    return Error(code, OneLine(message.substr(prefix.size())));
  }
  return Error(ErrorCode::kEngineFailed, OneLine(message));
}

Connection::Connection(const Library* library, duckdb_connection handle)
    : library_(library), handle_(handle) {}

Connection::Connection(Connection&& other) noexcept
    : library_(other.library_), handle_(std::exchange(other.handle_, nullptr)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(library_, other.library_);
  std::swap(handle_, other.handle_);
  return *this;
}

Connection::~Connection() {
  if (handle_ != nullptr) library_->duckdb_disconnect(&handle_);
}

Result<void> Connection::Execute(std::string_view sql) {
  duckdb_result result{};
  const std::string text(sql);
  const duckdb_state status = library_->duckdb_query(handle_, text.c_str(), &result);
  std::string failure;
  if (status != DuckDBSuccess) {
    const char* message = library_->duckdb_result_error(&result);
    failure = message == nullptr ? "unknown engine error" : message;
  }
  library_->duckdb_destroy_result(&result);
  if (status != DuckDBSuccess) return EngineError(failure);
  return {};
}

Result<QueryResult> Connection::Query(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, parameters, /*streaming=*/false);
}

Result<QueryResult> Connection::Stream(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, parameters, /*streaming=*/true);
}

void Connection::Interrupt() { library_->duckdb_interrupt(handle_); }

namespace {

struct Binder {
  const Library& library;
  duckdb_prepared_statement statement;
  idx_t index;
  duckdb_state operator()(std::monostate) const {
    return library.duckdb_bind_null(statement, index);
  }
  duckdb_state operator()(bool value) const {
    return library.duckdb_bind_boolean(statement, index, value);
  }
  duckdb_state operator()(int64_t value) const {
    return library.duckdb_bind_int64(statement, index, value);
  }
  duckdb_state operator()(double value) const {
    return library.duckdb_bind_double(statement, index, value);
  }
  duckdb_state operator()(std::string_view value) const {
    return library.duckdb_bind_varchar_length(statement, index, value.data(), value.size());
  }
};

Error ResultError(const Library& library, duckdb_result& result) {
  const char* message = library.duckdb_result_error(&result);
  return EngineError(message == nullptr ? "unknown engine error" : message);
}

}  // namespace

Result<QueryResult> Connection::Run(std::string_view sql, std::span<const Value> parameters,
                                    bool streaming) {
  const Library& library = *library_;
  auto state = std::make_unique<QueryResult::State>(library_);
  const std::string text(sql);
  if (parameters.empty() && !streaming) {
    if (library.duckdb_query(handle_, text.c_str(), &state->result) != DuckDBSuccess) {
      return ResultError(library, state->result);
    }
  } else {
    // The status first: most functions on a statement that failed to prepare throw across the C
    // border.
    if (library.duckdb_prepare(handle_, text.c_str(), &state->statement) != DuckDBSuccess) {
      const char* message = library.duckdb_prepare_error(state->statement);
      return EngineError(message == nullptr ? "unknown engine error" : message);
    }
    const idx_t expected = library.duckdb_nparams(state->statement);
    if (expected != parameters.size()) {
      return Error(ErrorCode::kSqlInvalid,
                   fmt::format("the statement has {} parameters, {} were given", expected,
                               parameters.size()));
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (std::visit(Binder{library, state->statement, i + 1}, parameters[i]) != DuckDBSuccess) {
        return Error(ErrorCode::kSqlInvalid, fmt::format("parameter ${} cannot be bound", i + 1));
      }
    }
    if (streaming) {
      if (library.duckdb_pending_prepared_streaming(state->statement, &state->pending) !=
          DuckDBSuccess) {
        const char* message = library.duckdb_pending_error(state->pending);
        return EngineError(message == nullptr ? "unknown engine error" : message);
      }
      if (library.duckdb_execute_pending(state->pending, &state->result) != DuckDBSuccess) {
        return ResultError(library, state->result);
      }
    } else if (library.duckdb_execute_prepared(state->statement, &state->result) != DuckDBSuccess) {
      return ResultError(library, state->result);
    }
  }
  state->ReadColumns();
  return QueryResult(std::move(state));
}

}  // namespace codeanatomy::engine
