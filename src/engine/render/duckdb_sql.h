// RenderDuckdb: relations and expressions of the IR as DuckDB's SQL. Column lists are explicit,
// identifiers quoted, literals escaped by type; nothing of a spec reaches the engine as SQL text.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/plan/relation.h"

namespace codeanatomy::engine {

/// What stands behind FROM for a scanned name: a quoted name, a table function, a subquery in
/// parentheses.
using ScanText = std::function<std::string(std::string_view name)>;

/// One SELECT with the columns of the relation's schema, in order.
std::string RenderDuckdb(const Relation& relation, const ScanText& scan);

/// The expression over columns of `schema`, each written as `column(name)`.
std::string RenderDuckdb(const expr::Expr& expr, const expr::Schema& schema);

/// VARCHAR, STRUCT("a" BIGINT)[], …
std::string DuckdbType(const expr::Type& type);

}  // namespace codeanatomy::engine
