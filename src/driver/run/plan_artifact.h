// plan.json of a run bundle: the plan that ran and what it was identified by.
#pragma once

#include <string>

#include "engine/decision/execution_policy.h"
#include "engine/execute/execute_spec.h"

namespace codeanatomy::driver {

/// Of the payload that `plan_identity` hashes; raised when its members change.
inline constexpr int kPlanIdentityPayloadVersion = 1;

/// One object: `p0`, `p1` (digests before and after the rules), `passes` (rule, digests, rewrites),
/// `rulepack_fingerprint`, `envelope` (the fields that were hashed) and `plan`, the portable form:
/// its canonical text has the digest p1.
std::string PlanArtifactJson(const engine::ExecutionReport& report);

/// policy.json of a run bundle: `execution_policy` and `execution_package`
/// (engine/decision/execution_policy.h). `capabilities_json`, `settings` and
/// `knobs` are the session's.
std::string PolicyArtifactJson(const engine::ExecutionReport& report,
                               const engine::PolicySource& source, const engine::Settings& settings,
                               const std::string& capabilities_json,
                               const std::vector<std::string>& knobs);

}  // namespace codeanatomy::driver
