// The function registry: installs the functions of catalog/function.h into a database.
#pragma once

#include <set>
#include <string>

#include "engine/duckdb/connection.h"

namespace codeanatomy::engine {

/// Registers every native function; installing twice is harmless.
/// Errors SessionInitializationFailed, naming the function.
Result<void> InstallFunctions(Connection& connection);

/// Creates the macros among `names`, and those they use. Creating all of them would cost every
/// session 18 ms, so whoever runs a user's statement names the functions that occur in it (any
/// case; names that are not ours are skipped). Statements rendered from a spec need none: operators
/// are expanded. Errors SessionInitializationFailed, naming the function.
Result<void> InstallMacros(Connection& connection, const std::set<std::string>& names);

}  // namespace codeanatomy::engine
