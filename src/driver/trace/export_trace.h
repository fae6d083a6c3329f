// ExportTrace: sends the spans of a run to a collector, in batches.
#pragma once

#include <optional>
#include <string>

#include "driver/trace/http_client.h"
#include "driver/trace/trace_document.h"
#include "storage/environment.h"

namespace codeanatomy::driver {

/// Where the spans of a run go by default, once it is asked for them to be sent.
inline constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:4318/v1/traces";

/// Whether anything is sent: an endpoint or a protocol is named.
bool IsExported(const spec::TracingConfig& tracing);
/// The URL that it is sent to.
std::string EndpointOf(const spec::TracingConfig& tracing);

struct ExportReport {
  uint64_t sent = 0, dropped = 0, failed = 0;  // spans
  uint64_t requests = 0;
  bool is_sampled = true;
  std::optional<Error> error;  // TracingFlushFailed: what failed first
};

/// After the run: `bsp_max_queue_size` spans wait, the first to begin; the others are dropped. They
/// go out `bsp_max_export_batch_size` at a time. A batch that the collector cannot take for now
/// (429, 502, 503, 504) is sent again after `bsp_schedule_delay_ms`, until `bsp_export_timeout_ms`
/// is over for it. After a batch that failed no other one is sent: a run does not wait for a
/// collector that is not there.
///
/// Source  OTLP/HTTP: retryable replies and partial success.
ExportReport ExportTrace(const TraceDocument& trace, const spec::TracingConfig& tracing,
                         HttpSender& sender, storage::Clock& clock);

}  // namespace codeanatomy::driver
