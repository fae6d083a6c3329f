// LowerTransform: one view of a spec as a relation, type-checked against what it reads.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/result.h"
#include "engine/plan/relation.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// Schemas of inputs and of the views before this one, by name; types of positional parameters.
struct LowerContext {
  const std::map<std::string, expr::Schema, std::less<>>& schemas;
  std::span<const expr::Type> parameters;
  /// Predicates that every scan of an input is under (parameters bound to one input).
  const std::map<std::string, std::vector<expr::Expr>, std::less<>>& input_filters;
  std::string json_path;  // of the view
};

/// Errors ExpressionTypeError, InvalidPlan, OutputContractViolation with view and JSON path.
Result<Relation> LowerTransform(const spec::Transform& transform, const LowerContext& context);

}  // namespace codeanatomy::engine
