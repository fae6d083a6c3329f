// IsSampled: whether a trace is sent.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "spec/runtime_config.h"

namespace codeanatomy::driver {

/// always_on, always_off, traceidratio, and the three as parentbased_…, which decide alike here: a
/// run has no parent. A ratio, 1 without `traces_sampler_arg`, keeps the traces of the greatest ids
/// in their last 56 bits, which are the random ones, so that all runs of one trace decide alike.
///
/// Errors  InvalidArgument: another name, an argument that is no number from 0 to 1.
/// Source  OpenTelemetry trace SDK, Sampling; W3C Trace Context level 2, random trace id.
Result<bool> IsSampled(const spec::ExportPolicy& policy, std::string_view trace_id);

}  // namespace codeanatomy::driver
