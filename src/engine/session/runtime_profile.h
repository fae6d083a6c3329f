// WithRuntimeProfile: the part of a spec's runtime profile that a session is built with. What the
// executor does by itself (width, row groups, passes) it reads from the spec.
#pragma once

#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// `options` with the profile's members in place of the caller's, where the spec has one, and its
/// governance of extensions. Errors InvalidPlan: a name that is no profile, a number that is not
/// positive; subject: JSON path.
Result<SessionOptions> WithRuntimeProfile(SessionOptions options, const spec::Spec& spec);

}  // namespace codeanatomy::engine
