// CA_UNREACHABLE: a place that an invariant of ours keeps control from, such as the end of a search
// that finds. Not CA_CHECK(false, …): some modes of the compiler, the thread sanitizer's among
// them, do not see that this never returns.
#pragma once

#include "base/check.h"

#define CA_UNREACHABLE(why) \
  ::codeanatomy::internal::CheckFailed("unreachable", why, __FILE__, __LINE__)
