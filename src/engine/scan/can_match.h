// CanMatch: whether a file or row group may hold a row that fulfils a condition, by its statistics.
//
// Bounds, null counts and literals are followed upwards as "may be true" and "may be false". What
// is not understood may be both, and what is not known excludes nothing: an answer of false is
// certain, an answer of true is not.
#pragma once

#include "expr/expr.h"
#include "storage/file_statistics.h"

namespace codeanatomy::engine {

/// Cost linear in the condition.
bool CanMatch(const expr::Expr& condition, const storage::FileStatistics& statistics);

/// Whether statistics can say anything of the condition: a comparison, `in`, a null test or a
/// prefix of a column, or such ones joined by and, or, not.
bool IsJudgedByStatistics(const expr::Expr& condition);

}  // namespace codeanatomy::engine
