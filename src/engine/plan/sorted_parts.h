// SplitSorted: an output as parts that are each sorted alone and, one after the other, sorted as a
// whole.
//
// Sorting is what an output costs. Where the leading order column is a literal in every branch of a
// union (the kind of an edge), the branches of one literal are a part: the parts follow in the
// order of their literals, none has to sort by that column, and each becomes a file that says what
// it holds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

struct SortedPart {
  std::string value;  // of the leading order column; empty where the output is one part
  Relation relation;
};

/// A part of an output that has been written: how to scan it, and the columns that are one literal.
struct WrittenPart {
  std::string scan;
  std::map<std::string, expr::Expr> constants;
};
using WrittenParts = std::map<std::string, std::vector<WrittenPart>, std::less<>>;

/// The relation with every view that is placed inline put in its place, and written outputs
/// replaced by their parts; what remains are scans of inputs, temporary tables and parts.
Relation Expand(const Relation& relation, const Plan& plan, const WrittenParts& written);

/// The rows of the relation that fulfil all predicates.
Relation Filtered(Relation relation, const std::vector<expr::Expr>& predicates);

/// The unions at the top taken apart, projections and filters above them repeated over each branch.
std::vector<Relation> Branches(Relation relation);

/// The parts of an expanded relation under `order`, by value; one part where the leading column is
/// no literal everywhere.
std::vector<SortedPart> SplitSorted(Relation relation, const std::vector<std::string>& order);

}  // namespace codeanatomy::engine
