// PlaceViews: which views of a plan are computed once, and where they are kept.
#pragma once

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

/// Sets the placement of every view that outputs need. Outputs are read back from their files.
/// Others are computed once where several scans would repeat real work: a join, an aggregate or a
/// window, or what stands inline below them. A join of a view with itself scans it twice, though it
/// is one reader. Projections, filters and unions are not kept themselves: a scan of one is a scan
/// of its sources, of which those that are work are kept.
///
/// The spec's cache policy: overrides come first; then views of at least `min_fanout` scans and
/// `min_estimated_rows` rows, those that save most (scans × rows) before the others, until the next
/// one does not fit into `cache_memory_budget`, to which forced views count as well. Rows are
/// estimated from `known`, counts of past runs only with `use_historical_metrics`; null: rows and
/// bytes are not asked for. Deterministic given the same counts. Cost linear in the plan.
void PlaceViews(const spec::Spec& spec, const KnownRows* known, Plan& plan);

}  // namespace codeanatomy::engine
