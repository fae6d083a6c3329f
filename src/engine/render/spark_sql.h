// RenderSpark: expressions of the IR as Spark SQL, for what other programs read in a table's log.
#pragma once

#include <string>

#include "base/result.h"
#include "expr/expr.h"

namespace codeanatomy::engine {

/// The text of a type-checked expression over columns of a table. Errors ExpressionTypeError,
/// naming the operator or function that has no form in Spark's dialect; parameters have none
/// either.
Result<std::string> RenderSpark(const expr::Expr& expr);

}  // namespace codeanatomy::engine
