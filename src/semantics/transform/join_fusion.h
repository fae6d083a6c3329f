// FuseJoins: relationships that join the same two views by the same keys share the join.
#pragma once

#include <vector>

#include "semantics/ir/view.h"

namespace codeanatomy::semantics {

/// Providers' joins of equal (left, right, keys, how), two or more, become one view
/// `join_<left>__<right>__<hash>` that holds the columns any of them names, as `l__x` and `r__x`;
/// each of them then filters and projects it. The default model has none.
void FuseJoins(std::vector<View>& views);

}  // namespace codeanatomy::semantics
