// CompileProvider: what one source knows about a relation, as a view with the columns of a
// relationship.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "semantics/transform/compile.h"

namespace codeanatomy::semantics {

/// Columns of every provider's view: src, dst (a witness of names: name), label, ordinal, file_id,
/// path, bstart, bend, provider, resolution_method, score, target_count, then hard_<n> and
/// feat_<name>.
/// Where a relation has one provider the view is a projection without a copy.
///
/// Evaluation (data-model 3.5): join by the keys; hard predicates in order; features 0 or 1; score
/// = base + Σ weight · feature; the best `keep` of each group in the declared order, ties by all
/// other columns; of pairs that differ in nothing but features the best remains. Errors
/// JoinEdgeDerivationFailed.
Result<std::string> CompileProvider(const CompileContext& context, const Relation& relation,
                                    const ProviderRule& provider, const Schemas& schemas,
                                    std::vector<View>& views);

/// "rel_ref_decl__symtable".
std::string ProviderView(const Relation& relation, const ProviderRule& provider);

/// A call of case(when, then, …, else).
expr::Expr Case(std::vector<expr::Expr> branches);

}  // namespace codeanatomy::semantics
