// What a QueryResult owns; for connection.cpp, which fills it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/query_result.h"

namespace codeanatomy::engine {

struct QueryResult::State {
  const Library* library;
  duckdb_result result{};
  duckdb_prepared_statement statement = nullptr;  // of a bound or streaming result
  duckdb_pending_result pending = nullptr;
  std::vector<std::string> names;
  std::vector<LogicalType> types;
  Chunk chunk;

  explicit State(const Library* opened) : library(opened) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();
  /// Errors SqlInvalid: a column nested deeper than LogicalType::kMaxDepth.
  Result<void> ReadColumns();
};

/// The typed error of a message of the engine, told by its prefix ("Binder Error: …").
Error EngineError(std::string_view message);

}  // namespace codeanatomy::engine
