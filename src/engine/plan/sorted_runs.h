// SplitRuns: one sorted file per file of the input that drives a relation.
//
// Sorting a wide table costs more than making its rows: every row is copied into the sorter and out
// of it, and a large table goes to disk in between. Where each row of a relation comes from one row
// of an input (projections, filters, joins with the input at their left), the rows of one file of
// that input are a run of their own, as in a log-structured merge tree: sorted in cache, written
// while the next one is made, and memory is that of a file however large the repository. Readers
// prune runs by their statistics as they prune row groups. What runs do not have is an order across
// them, so keys are compared over the whole output (output_checks.h).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/relation.h"

namespace codeanatomy::engine {

/// How many files an input has.
using FileCount = std::function<size_t(std::string_view scan)>;

/// Between the name of a relation and what tells its parts apart; no relation of a spec has it.
inline constexpr char kPartSeparator = '\x1f';
/// The name of one file of a relation where scans are named.
std::string FilePart(std::string_view relation, size_t file);

/// The relation as relations whose rows are together its own; one where there is nothing to split.
/// A relation is split by an input that has several files and drives a branch without a filter,
/// since the files of filtered ones could be tiny; filtered branches over it go with them.
std::vector<Relation> SplitRuns(Relation relation, const FileCount& files);

}  // namespace codeanatomy::engine
