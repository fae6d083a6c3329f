// Tier and confidence of an edge: looked up by relation, resolution method and what the other
// sources say, never computed (decision 18).
#pragma once

#include <string_view>

#include "expr/expr.h"
#include "semantics/ir/model.h"

namespace codeanatomy::semantics {

/// Over the column resolution_method. Null for a method without a row.
expr::Expr LookUpTier(const Model& model, std::string_view relation);

/// The confidence of an edge that one source states.
expr::Expr LookUpConfidenceAlone(const Model& model, std::string_view relation);

/// The same, also over witnesses, dissenters and proposer_bit: dissent outweighs support, a strong
/// dissenter a weak one, and weak support counts as none.
expr::Expr LookUpConfidence(const Model& model, std::string_view relation);

}  // namespace codeanatomy::semantics
