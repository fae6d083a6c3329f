#include <span>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "engine/udf/argument.h"
#include "engine/udf/evaluators.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kNullPart = "__NULL__";
constexpr char kSeparator = '\x1f';

std::vector<Argument> ReadArguments(const Library& library, duckdb_data_chunk chunk, idx_t first) {
  std::vector<Argument> arguments;
  const idx_t count = library.duckdb_data_chunk_get_column_count(chunk);
  for (idx_t i = first; i < count; ++i) arguments.emplace_back(library, chunk, i);
  return arguments;
}

/// Parts are hashed column by column, so that what a column is, is decided once. Null parts are
/// skipped, or counted as text where `null_part` is given.
std::vector<Hash64> HashParts(std::span<const Argument> parts, size_t rows,
                              const std::string_view* null_part) {
  std::vector<Hash64> hashes(rows);
  for (const Argument& part : parts) {
    for (size_t row = 0; row < rows; ++row) {
      if (part.is_null(row)) {
        if (null_part != nullptr) hashes[row].Add(*null_part);
      } else if (part.is_text()) {
        hashes[row].Add(part.Text(row));
      } else {
        hashes[row].Add(part.Integer(row));
      }
    }
  }
  return hashes;
}

/// The parts of a row as text, joined. False where all of them are null.
bool JoinParts(std::span<const Argument> parts, size_t row, std::string& joined) {
  joined.clear();
  std::string buffer;
  bool any = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += kSeparator;
    if (parts[i].is_null(row)) {
      joined += kNullPart;
    } else {
      joined += parts[i].AsText(row, buffer);
      any = true;
    }
  }
  return any;
}

}  // namespace

void EvaluateHash64(duckdb_function_info, duckdb_data_chunk arguments, duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const auto hashes = HashParts(ReadArguments(library, arguments, 0), rows, nullptr);
  ResultColumn out(library, result);
  for (size_t row = 0; row < rows; ++row) out.Set(row, hashes[row].Finish());
}

void EvaluatePrefixedHashParts64(duckdb_function_info, duckdb_data_chunk arguments,
                                 duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument prefix(library, arguments, 0);
  const auto hashes = HashParts(ReadArguments(library, arguments, 1), rows, &kNullPart);
  ResultColumn out(library, result);
  for (size_t row = 0; row < rows; ++row) {
    if (prefix.is_null(row)) {
      out.SetNull(row);
    } else {
      out.Set(row, std::string_view(fmt::format("{}:{}", prefix.Text(row), hashes[row].Finish())));
    }
  }
}

void EvaluateStableHash128(duckdb_function_info, duckdb_data_chunk arguments,
                           duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const auto parts = ReadArguments(library, arguments, 0);
  ResultColumn out(library, result);
  std::string joined;
  for (size_t row = 0; row < rows; ++row) {
    if (JoinParts(parts, row, joined)) {
      out.Set(row, std::string_view(StableHash128(joined)));
    } else {
      out.SetNull(row);
    }
  }
}

void EvaluateStableIdParts(duckdb_function_info, duckdb_data_chunk arguments,
                           duckdb_vector result) {
  const Library& library = Library::Loaded();
  const size_t rows = library.duckdb_data_chunk_get_size(arguments);
  const Argument prefix(library, arguments, 0);
  const auto parts = ReadArguments(library, arguments, 1);
  ResultColumn out(library, result);
  std::string joined;
  for (size_t row = 0; row < rows; ++row) {
    if (prefix.is_null(row)) {
      out.SetNull(row);
      continue;
    }
    JoinParts(parts, row, joined);
    out.Set(row, std::string_view(fmt::format("{}:{}", prefix.Text(row), StableHash128(joined))));
  }
}

}  // namespace codeanatomy::engine
