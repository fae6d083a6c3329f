// SessionOptionsOf: the engine session that a configuration asks for.
#pragma once

#include "base/result.h"
#include "driver/config/config.h"
#include "engine/session/session.h"

namespace codeanatomy::driver {

/// Profile, knobs, threads, memory, feature gates and plugins (opened) of the section `engine`.
/// Temporary folder, sink and cancel flag are the caller's. Errors InvalidArgument, also for the
/// one knob that changes what files hold; those of OpenPlugins.
Result<engine::SessionOptions> SessionOptionsOf(const Config& config);

}  // namespace codeanatomy::driver
