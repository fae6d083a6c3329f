// TracingOf: what a run records, of its spec and of what the caller's configuration says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "driver/config/config.h"
#include "spec/runtime_config.h"

namespace codeanatomy::driver {

/// The caller's options. They act on the run and enter neither its spec nor any hash.
struct TracingChoice {
  std::optional<spec::TracingPreset> preset;  // instead of the spec's
  bool enable = false, rules = false, preview = false, object_store = false;  // raise
  std::optional<std::string> endpoint;  // of all signals: the path of traces is added
  std::optional<spec::OtlpProtocol> protocol;
  std::optional<std::string> sampler, sampler_arg;
  // 0: what the spec says.
  int64_t max_queue_size = 0, max_export_batch_size = 0, schedule_delay_ms = 0;
  int64_t export_timeout_ms = 0;
};

/// Of the sections `engine` and `otel`.
TracingChoice TracingChoiceOf(const Config& config);

/// The spec's tracing (spec/effective_tracing.h) with the caller's choice over it.
/// Errors TracingInitFailed, with the JSON path in the spec: an endpoint that is no http or https
///        URL, the protocol grpc, an unknown sampler or an argument that it cannot have, sizes and
///        times that are none. The caller's are judged where something is recorded.
Result<spec::TracingConfig> TracingOf(const spec::RuntimeConfig& runtime,
                                      const TracingChoice& choice);

}  // namespace codeanatomy::driver
