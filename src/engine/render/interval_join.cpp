#include "engine/render/interval_join.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;

/// One inequality of two columns, the smaller side first.
struct Inequality {
  std::string_view small, big;  // "l.x"
  bool strict = false;
};

std::optional<Inequality> ReadInequality(const Expr& e) {
  if (e.kind != expr::ExprKind::kCall || e.args.size() != 2) return {};
  const Expr &x = e.args[0], &y = e.args[1];
  if (x.kind != expr::ExprKind::kColumn || y.kind != expr::ExprKind::kColumn) return {};
  if (e.name == "le" || e.name == "lt") return Inequality{x.name, y.name, e.name == "lt"};
  if (e.name == "ge" || e.name == "gt") return Inequality{y.name, x.name, e.name == "gt"};
  return {};
}

/// Conjunctions taken apart.
std::vector<Expr> Conjuncts(const std::vector<Expr>& predicates) {
  std::vector<Expr> parts, open(predicates.rbegin(), predicates.rend());
  while (!open.empty()) {
    Expr e = std::move(open.back());
    open.pop_back();
    if (e.kind == expr::ExprKind::kCall && e.name == "and") {
      open.insert(open.end(), e.args.rbegin(), e.args.rend());
    } else {
      parts.push_back(std::move(e));
    }
  }
  return parts;
}

bool IsInteger(const Relation& join, std::string_view column) {
  const Relation& side = join.inputs[column.starts_with("l.") ? 0 : 1];
  const expr::Field* field = side.schema.Find(column.substr(2));
  return field != nullptr && field->type.is_integer();
}

bool IsFile(std::string_view name) { return name == "path" || name == "file_id"; }

std::string Side(std::string_view name, std::string_view columns, std::string_view from,
                 char side) {
  return fmt::format("{} AS MATERIALIZED (SELECT {}, row_number() OVER () AS \"{}.row\" FROM {})",
                     name, columns, side, from);
}

std::string Spans(std::string_view from, std::string_view key, std::string_view swept,
                  std::string_view other, char side) {
  const std::string k = QuoteIdentifier(key), s = QuoteIdentifier(swept),
                    o = QuoteIdentifier(other);
  return fmt::format(
      "(SELECT {0} AS key, list([CAST({1} AS BIGINT), CAST({2} AS BIGINT), \"{3}.row\"]) AS spans "
      "FROM {4} WHERE {0} IS NOT NULL AND {1} IS NOT NULL AND {2} IS NOT NULL GROUP BY {0})",
      k, s, o, side, from);
}

}  // namespace

std::optional<IntervalJoin> FindIntervalJoin(const Relation& join) {
  const bool joins =
      join.join_type == spec::JoinType::kInner || join.join_type == spec::JoinType::kLeft;
  if (!joins || join.join_keys.size() != 1 || !IsFile(join.join_keys[0].left_key) ||
      !IsFile(join.join_keys[0].right_key))
    return {};
  IntervalJoin found{.left_key = join.join_keys[0].left_key,
                     .right_key = join.join_keys[0].right_key};
  for (Expr& part : Conjuncts(join.predicates)) {
    const auto compared = ReadInequality(part);
    const bool usable = compared && compared->small.substr(0, 2) != compared->big.substr(0, 2) &&
                        IsInteger(join, compared->small) && IsInteger(join, compared->big);
    if (usable && compared->small.starts_with("l.") && found.a.empty()) {
      found.a = compared->small.substr(2);
      found.b = compared->big.substr(2);
      found.strict_start = compared->strict;
    } else if (usable && compared->small.starts_with("r.") && found.c.empty()) {
      found.c = compared->small.substr(2);
      found.d = compared->big.substr(2);
      found.strict_end = compared->strict;
    } else {
      found.others.push_back(std::move(part));
    }
  }
  if (found.a.empty() || found.c.empty()) return {};
  return found;
}

std::string IntervalPairs(const IntervalJoin& join, std::string_view left_columns,
                          std::string_view left, std::string_view right_columns,
                          std::string_view right) {
  return fmt::format(
      "WITH {}, {}, ca_pairs AS (SELECT p.l AS \"l.row\", p.r AS \"r.row\" FROM (SELECT "
      "unnest(interval_pairs(x.spans, y.spans, {}, {})) AS p FROM {} AS x JOIN {} AS y ON x.key = "
      "y.key))",
      Side("ca_l", left_columns, left, 'l'), Side("ca_r", right_columns, right, 'r'),
      join.strict_start, join.strict_end, Spans("ca_l", join.left_key, join.a, join.d, 'l'),
      Spans("ca_r", join.right_key, join.b, join.c, 'r'));
}

}  // namespace codeanatomy::engine
