// SqlPolicy: which statements a user may run over a build. One policy, read-only; the command line
// and every other front end go through it.
//
// Accepted is the text of exactly one SELECT (also FROM, VALUES, TABLE, DESCRIBE, SUMMARIZE, SHOW
// TABLES), as the engine's own parser reads it. Everything that writes, loads, configures or reads
// files is refused by name. The second fence is the session: it can reach no file but the build's,
// and its configuration is locked (engine/session/build_reader.h).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duckdb/connection.h"
#include "engine/session/table_functions.h"

namespace codeanatomy::engine {

/// What a statement refers to, names as written.
struct StatementNames {
  std::vector<std::string> tables;  // each once
  /// Names of common table expressions that are read: a table of the same name may be meant inside.
  std::vector<std::string> common_expressions;
  std::set<std::string> functions;  // lower case
  std::vector<TableCall> calls;     // of our table functions
  bool shows_tables = false;        // SHOW TABLES
};

/// Parses the statement and applies the policy; nothing is bound or run. `table_functions` are
/// those of the session's plugins.
/// Errors SqlInvalid: it does not parse, with line and column. SqlPolicyViolation: another kind of
///        statement, several, a table function that is not of the list below, a qualified name;
///        with the way out. FunctionClauseUnsupported: IGNORE NULLS or WITHIN GROUP on a function
///        that lacks it.
/// Cost   0.3 ms.
Result<StatementNames> CheckStatement(Connection& connection, std::string_view sql,
                                      const std::set<std::string>& table_functions = {});

}  // namespace codeanatomy::engine
