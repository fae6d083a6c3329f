// Conditions: what a row must fulfil to count, followed from where a plan says it down to its
// scans.
//
// A condition may be moved below an operator only where the rows that it takes away could not have
// reached the operator's result anyway. The filters stay where they are: what arrives at a scan is
// only used to leave out files that hold no row of interest.
#pragma once

#include <vector>

#include "engine/plan/relation.h"

namespace codeanatomy::engine {

/// The conditions that rows of input `input` of `relation` must fulfil, in terms of the input's
/// columns, where its own rows must fulfil `above`: no others reach the rows that fulfil them.
/// Conditions that would grow deeper than kMaxExprDepth are left out.
std::vector<expr::Expr> ConditionsBelow(const Relation& relation,
                                        const std::vector<expr::Expr>& above, size_t input);

struct ConditionedScan {
  Relation* scan = nullptr;
  std::vector<expr::Expr> conditions;
};
/// Every scan of the tree, from left to right.  Cost linear in the tree and its conditions.
std::vector<ConditionedScan> FindScans(Relation& root);

}  // namespace codeanatomy::engine
