// PlaceViews: which views of a plan are computed once, and where they are kept.
#pragma once

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

/// Sets the placement of every view that outputs need. Outputs are read back from their files.
/// Others are computed once where several scans would repeat real work: a join, an aggregate or a
/// window, or what stands inline below them. A join of a view with itself scans it twice, though it
/// is one reader. Projections, filters and unions are not kept themselves: a scan of one is a scan
/// of its sources, of which those that are work are kept. Overrides of the spec's cache policy come
/// first. Cost linear in the plan.
void PlaceViews(const spec::Spec& spec, Plan& plan);

}  // namespace codeanatomy::engine
