#include "engine/duckdb/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

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

/// Without the position marks ("LINE 1: … ^") and the advice about settings, which are ours to
/// make, on one line.
std::string OneLine(std::string_view text) {
  for (const std::string_view rest : {"\nLINE ", "\nPossible solutions"}) {
    text = text.substr(0, std::min(text.find(rest), text.size()));
  }
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
                   "use a larger --engine-profile, or read fewer rows at once: of a nested "
                   "relation name the groups, or read the flat one that it nests");
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

namespace {

/// The statements of a text, parsed.
class Statements {
 public:
  static Result<Statements> Split(const Connection& connection, std::string_view sql) {
    const Library& library = connection.library();
    Statements statements(connection);
    const std::string text(sql);
    statements.count_ = library.duckdb_extract_statements(connection.handle(), text.c_str(),
                                                          &statements.extracted_);
    if (statements.count_ == 0) {
      const char* message = library.duckdb_extract_statements_error(statements.extracted_);
      if (message != nullptr) return EngineError(message);
    }
    return statements;
  }
  Statements(Statements&& other) noexcept
      : connection_(other.connection_),
        extracted_(std::exchange(other.extracted_, nullptr)),
        count_(other.count_) {}
  Statements& operator=(Statements&&) = delete;
  ~Statements() {
    if (extracted_ != nullptr) connection_.library().duckdb_destroy_extracted(&extracted_);
  }

  idx_t count() const { return count_; }
  Result<void> Prepare(idx_t index, QueryResult::State& state) const {
    // The status first: most functions on a statement that failed to prepare throw across the C
    // border.
    const Library& library = connection_.library();
    if (library.duckdb_prepare_extracted_statement(connection_.handle(), extracted_, index,
                                                   &state.statement) == DuckDBSuccess) {
      return {};
    }
    const char* message = library.duckdb_prepare_error(state.statement);
    return EngineError(message == nullptr ? "unknown engine error" : message);
  }

 private:
  explicit Statements(const Connection& connection) : connection_(connection) {}
  const Connection& connection_;
  duckdb_extracted_statements extracted_ = nullptr;
  idx_t count_ = 0;
};

constexpr auto kShortestPause = std::chrono::microseconds(20);
constexpr auto kLongestPause = std::chrono::microseconds(640);

/// Helps with a statement's tasks until its result is there. While the engine's workers hold all of
/// them, the engine's own loop (duckdb_query, duckdb_execute_prepared) spins and takes a whole core
/// from whatever else the process does, a third of all CPU time when Parquet is written; this
/// sleeps. False when the statement failed: duckdb_pending_error then says why.
bool Finish(const Library& library, duckdb_pending_result pending) {
  auto pause = kShortestPause;
  while (true) {
    switch (library.duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_NOT_READY:
        pause = kShortestPause;
        break;
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongestPause);
        break;
      case DUCKDB_PENDING_ERROR:
        return false;
      default:
        return true;
    }
  }
}

Result<void> RunPrepared(QueryResult::State& state, bool streaming) {
  const Library& library = *state.library;
  const duckdb_state pending =
      streaming ? library.duckdb_pending_prepared_streaming(state.statement, &state.pending)
                : library.duckdb_pending_prepared(state.statement, &state.pending);
  if (pending != DuckDBSuccess) {
    const char* message = library.duckdb_pending_error(state.pending);
    return EngineError(message == nullptr ? "unknown engine error" : message);
  }
  // A streaming result is ready with its first rows.
  if (!streaming && !Finish(library, state.pending)) {
    const char* message = library.duckdb_pending_error(state.pending);
    return EngineError(message == nullptr ? "unknown engine error" : message);
  }
  if (library.duckdb_execute_pending(state.pending, &state.result) != DuckDBSuccess) {
    const char* message = library.duckdb_result_error(&state.result);
    return EngineError(message == nullptr ? "unknown engine error" : message);
  }
  return {};
}

}  // namespace

Result<void> Connection::Execute(std::string_view sql) {
  CA_ASSIGN_OR_RETURN(const Statements statements, Statements::Split(*this, sql));
  for (idx_t i = 0; i < statements.count(); ++i) {
    QueryResult::State state(library_);
    CA_RETURN_IF_ERROR(statements.Prepare(i, state));
    CA_RETURN_IF_ERROR(RunPrepared(state, /*streaming=*/false));
  }
  return {};
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

}  // namespace

struct Connection::Binding {
  std::span<const Value> positional;
  std::span<const NamedValue> named;

  Result<void> Apply(const Library& library, duckdb_prepared_statement statement) const {
    const size_t given = positional.size() + named.size();
    const idx_t expected = library.duckdb_nparams(statement);
    for (size_t i = 0; i < positional.size() && i < expected; ++i) {
      CA_RETURN_IF_ERROR(Bind(library, statement, i + 1, positional[i]));
    }
    for (const auto& [name, value] : named) {
      idx_t index = 0;
      if (library.duckdb_bind_parameter_index(statement, &index, name.c_str()) != DuckDBSuccess) {
        return Error(ErrorCode::kSqlInvalid,
                     fmt::format("the statement has no parameter ${}", name));
      }
      CA_RETURN_IF_ERROR(Bind(library, statement, index, value));
    }
    if (given == expected) return {};
    return Error(ErrorCode::kSqlInvalid,
                 fmt::format("the statement has {} parameters, {} were given", expected, given));
  }

  static Result<void> Bind(const Library& library, duckdb_prepared_statement statement, idx_t index,
                           const Value& value) {
    if (std::visit(Binder{library, statement, index}, value) == DuckDBSuccess) return {};
    return Error(ErrorCode::kSqlInvalid, fmt::format("parameter ${} cannot be bound", index));
  }
};

Result<QueryResult> Connection::Query(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, {.positional = parameters}, /*streaming=*/false);
}

Result<QueryResult> Connection::Stream(std::string_view sql, std::span<const Value> parameters) {
  return Run(sql, {.positional = parameters}, /*streaming=*/true);
}

Result<QueryResult> Connection::Stream(std::string_view sql,
                                       std::span<const NamedValue> parameters) {
  return Run(sql, {.named = parameters}, /*streaming=*/true);
}

Result<QueryResult> Connection::Run(std::string_view sql, const Binding& binding, bool streaming) {
  CA_ASSIGN_OR_RETURN(const Statements statements, Statements::Split(*this, sql));
  if (statements.count() != 1) {
    return Error(ErrorCode::kSqlInvalid,
                 fmt::format("one statement is expected, these are {}", statements.count()));
  }
  auto state = std::make_unique<QueryResult::State>(library_);
  CA_RETURN_IF_ERROR(statements.Prepare(0, *state));
  CA_RETURN_IF_ERROR(binding.Apply(*library_, state->statement));
  CA_RETURN_IF_ERROR(RunPrepared(*state, streaming));
  CA_RETURN_IF_ERROR(state->ReadColumns());
  return QueryResult(std::move(state));
}

}  // namespace codeanatomy::engine
