// FilterNullKeys: rows without a key are taken out below the joins that they cannot match in.
#pragma once

#include "engine/plan/never_null.h"

namespace codeanatomy::engine {

/// Below every join by equal keys a filter `key IS NOT NULL` for each key that may be null, on the
/// sides whose rows reach the result through a match only: both of Inner and Semi, the right one of
/// Left and Anti, the left one of Right, none of Full. Sweeps of intervals leave such rows out by
/// themselves. The rows of the relation stay the same. To be called on what is rendered next:
/// conditions that prune files (plan/conditions.h) follow from what a spec says, not from these.
void FilterNullKeys(Relation& root, NeverNull& never_null);

}  // namespace codeanatomy::engine
