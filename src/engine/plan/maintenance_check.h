// CheckMaintenance: a spec's `maintenance` against its outputs, before anything runs.
#pragma once

#include "engine/plan/plan.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// Errors InvalidPlan, with the JSON path: a table that is no output, or named twice; a number that
///        makes no sense.
Result<void> CheckMaintenance(const spec::Spec& spec, const Plan& plan);

}  // namespace codeanatomy::engine
