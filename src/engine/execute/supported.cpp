#include "engine/execute/supported.h"

namespace codeanatomy::engine {

Result<void> CheckSupported(const spec::Spec& spec) {
  if (spec.runtime.tuner_mode == spec::TunerMode::kApply) {
    return Error(ErrorCode::kInvalidPlan, "tuner_mode Apply is not executed",
                 "$.runtime.tuner_mode",
                 "Observe gives hints, and runtime_profile is where they are followed");
  }
  return {};
}

}  // namespace codeanatomy::engine
