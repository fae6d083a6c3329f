// CheckSupported: what a spec may say and the batch engine does not do is refused by name, never
// ignored.
#pragma once

#include "base/result.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// Errors InvalidPlan, naming the member by its JSON path. Cost microseconds.
Result<void> CheckSupported(const spec::Spec& spec);

}  // namespace codeanatomy::engine
