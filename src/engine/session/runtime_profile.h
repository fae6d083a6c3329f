// WithRuntimeProfile: the part of a runtime profile that a session is built with. What the executor
// does by itself (width, row groups, passes) it reads from the session's knobs.
#pragma once

#include "engine/session/session.h"
#include "spec/spec.h"

namespace codeanatomy::engine {

/// Who said something of knobs.
enum class KnobSource : uint8_t { kSpec, kSettings };

/// `options` with the members of `profile` that are set, its name aside.
/// Errors a number that is not positive, a text that is no time: InvalidPlan of a spec, with its
/// JSON path, InvalidArgument of settings.
Result<SessionOptions> WithKnobs(SessionOptions options, const spec::RuntimeProfile& profile,
                                 KnobSource source);

/// What is said of knobs where `spec` is executed: by the spec, else by the session's options.
spec::RuntimeProfile KnobsOf(const spec::Spec& spec, const Session& session);

/// `options` with the profile's members in place of the caller's, where the spec has one, and its
/// governance of extensions. Errors InvalidPlan: a name that is no profile, a number that is not
/// positive; subject: JSON path.
Result<SessionOptions> WithRuntimeProfile(SessionOptions options, const spec::Spec& spec);

}  // namespace codeanatomy::engine
