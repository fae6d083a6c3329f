// Joins of intervals: those that compare two ends within a file, which a hash join on the file
// answers by looking at every pair. They are rendered as the sweep of interval_pairs instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/relation.h"

namespace codeanatomy::engine {

/// l.a ≤ r.b and r.c ≤ l.d, of pairs with equal keys; `others` are the further predicates.
struct IntervalJoin {
  std::string left_key, right_key;
  std::string a, b, c, d;
  bool strict_start = false, strict_end = false;  // < instead of ≤
  std::vector<expr::Expr> others;
};

/// Nothing unless the join is Inner or Left, its only key is the file (path or file_id), and it
/// compares integer columns in both directions.
std::optional<IntervalJoin> FindIntervalJoin(const Relation& join);

/// WITH clauses `ca_l`, `ca_r` (the sides, each row numbered as "l.row" and "r.row") and `ca_pairs`
/// ("l.row", "r.row": what the sweep finds). `left` and `right` are sources of a FROM clause,
/// `left_columns` and `right_columns` what to take of them.
std::string IntervalPairs(const IntervalJoin& join, std::string_view left_columns,
                          std::string_view left, std::string_view right_columns,
                          std::string_view right);

}  // namespace codeanatomy::engine
