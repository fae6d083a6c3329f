// Library: DuckDB's C API as one table of function pointers, obtained with dlopen on first use.
//
// Linking the engine would cost every command 8 to 11 ms at start, so only commands that run SQL
// open it. The table is all of the API that we use; a call reads `library.duckdb_query(…)`.
#pragma once

#include <string>
#include <string_view>

#include <duckdb.h>

#include "base/result.h"

namespace codeanatomy::engine {

/// The release of the header that this program was built against; the library must be the same.
extern const std::string_view kDuckdbVersion;  // "v1.5.6"

/// Immutable, one per process, never unloaded: the engine's C callbacks reach even their own user
/// data only through functions of this table, so they must find it without being told.
struct Library {
#define CA_DUCKDB_FUNCTION(name) decltype(&::name) name = nullptr;
#include "engine/duckdb/library_function.def"
  std::string path;  // where it was found

  /// Opens libduckdb.so from, in this order: the executable's folder, the environment variable
  /// CODEANATOMY_DUCKDB_LIBRARY, the loader's path.
  /// Errors SessionInitializationFailed: not found, another version, a function missing.
  /// Cost   about 10 ms the first time in a process, nothing afterwards.
  static Result<const Library*> Open();
  /// The opened library; for callbacks, which run only after Open succeeded.
  static const Library& Loaded();
};

}  // namespace codeanatomy::engine
