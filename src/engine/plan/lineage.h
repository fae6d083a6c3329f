// Lineage: what a relation is made of, walked on our own trees: scans with the columns and filters
// that reach them, joins, filters, functions. Never read from rendered SQL or an engine's EXPLAIN.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/plan/plan.h"

namespace codeanatomy::engine {

struct LineageScan {
  std::string dataset;
  std::set<std::string> columns;    // that anything above it reads
  std::vector<expr::Expr> filters;  // that every row must fulfil to count (conditions.h)
};

struct LineageJoin {
  std::string_view join_type;  // "Inner"
  std::vector<spec::JoinKey> keys;
  std::vector<expr::Expr> predicates;
};

struct Lineage {
  std::vector<LineageScan> scans;  // each occurrence, from left to right
  std::map<std::string, std::set<std::string>> required_columns;  // of all scans, by dataset
  std::vector<LineageJoin> joins;
  std::vector<expr::Expr> filters;  // all of them, those over scans too
  std::set<std::string> functions, aggregations;
  size_t windows = 0;  // ranks

  std::set<std::string> referenced_tables() const;
};

/// Of all columns of a view, through the views it reads down to inputs.
/// Errors NotFound: the plan has no such view. Cost linear in the expanded tree.
Result<Lineage> LineageOf(const Plan& plan, std::string_view view);

/// The columns that anything above each scan of the tree reads, from left to right (as FindScans
/// has them).  Cost linear in the tree.
std::vector<std::set<std::string>> ScannedColumns(const Relation& root);

/// Inputs that the needed views of a plan read and functions that they and the outputs call.
struct PlanReferences {
  std::set<std::string> tables, functions;
};
/// Cost linear in the plan: no view is put into another.
PlanReferences ReferencesOf(const Plan& plan);

}  // namespace codeanatomy::engine
