// Relation: the relational IR, engine-neutral. One tree per view; scans name inputs or other views.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "spec/transform.h"

namespace codeanatomy::engine {

enum class RelationOp : uint8_t {
  kScan,       // `name`
  kFilter,     // rows of the input that fulfil all `predicates`
  kProject,    // `columns` over the input
  kJoin,       // `columns` over the pairs of two inputs, named l.x and r.x
  kUnion,      // all rows of inputs of equal schema
  kDistinct,   // without repeated rows
  kAggregate,  // one row per `group_by`
  kRank,       // the first `keep` rows of each `group_by` in `order_by`
  kUnnest,     // one row per element of the list `name`
  kUnpivot,    // one row per key of `pairs` with a value
  kNest,       // one row per `group_by` with a list of structs of `names`
};
inline constexpr std::string_view kRelationOpNames[] = {"scan",   "filter",   "project",   "join",
                                                        "union",  "distinct", "aggregate", "rank",
                                                        "unnest", "unpivot",  "nest"};

struct NamedExpr {
  std::string name;
  expr::Expr expr;
};

struct Relation {
  RelationOp op = RelationOp::kScan;
  expr::Schema schema;  // of its rows
  std::vector<Relation> inputs;

  std::string name;
  std::vector<NamedExpr> columns;
  std::vector<expr::Expr> predicates;  // filter; join: part of its condition
  spec::JoinType join_type = spec::JoinType::kInner;
  std::vector<spec::JoinKey> join_keys;
  std::vector<std::string> group_by, names;
  std::vector<spec::Aggregation> aggregations;
  std::vector<spec::SortKey> order_by;
  std::vector<spec::UnpivotColumn> pairs;
  std::string value_name;  // unpivot: the value column; unnest: the element
  std::string key_name;    // unpivot: the key column; unnest, rank: ordinal or rank column, if any
  int64_t keep = 0;
  bool keep_empty = false;
};

/// Calls `visit` with every expression of the tree, join conditions and sort keys too; expressions
/// below them are the visitor's.
void VisitExprs(Relation& relation, const std::function<void(expr::Expr&)>& visit);

/// The literal that `column` holds in every row, as far as projections, filters and unions say so.
std::optional<expr::Expr> ConstantColumn(const Relation& relation, std::string_view column);

}  // namespace codeanatomy::engine
