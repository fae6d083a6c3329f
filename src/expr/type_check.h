// CheckExpr: the type of an expression over a schema, before anything runs.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "expr/expr.h"

namespace codeanatomy::expr {

/// The columns an expression may name (in a Relate as `l.name`, `r.name`) and the types of the
/// parameters, position 1 first.
struct Scope {
  const Schema& schema;
  std::span<const Type> parameters;
};

/// The expression's type. `json_path` is where the expression stands in its spec.
/// Errors ExpressionTypeError, with the JSON path of the node: unknown column, function or
/// parameter,
///        wrong number or type of arguments, no common type, a cast that does not exist.
Result<Type> CheckExpr(const Expr& expr, const Scope& scope, const std::string& json_path);

/// The same, and it must be Boolean.
Result<void> CheckPredicate(const Expr& expr, const Scope& scope, const std::string& json_path);

/// The semantic type of an expression that was checked: a column's, or what semantic_tag says;
/// empty for what is computed.
std::string SemanticTypeOf(const Expr& expr, const Schema& schema);

}  // namespace codeanatomy::expr
