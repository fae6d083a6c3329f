// RenderSorted: the statement that writes one part of an output.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/sorted_parts.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {

struct SortedSelect {
  std::string sql;
  std::map<std::string, expr::Expr> constants;  // columns that are one literal in every row
};

/// Selects the columns of `schema` sorted by `order`, NULLS LAST. Columns that are one literal are
/// added after the sort: they would only widen what it moves. They also need no place in its key.
SortedSelect RenderSorted(const Relation& relation, const expr::Schema& schema,
                          const std::vector<std::string>& order, const ScanText& scan);

}  // namespace codeanatomy::engine
