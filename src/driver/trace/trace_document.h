// TraceDocument: the spans of a run in the terms of OpenTelemetry. What is written into a run
// bundle and what is sent are two encodings of it.
//
// Source  OpenTelemetry trace specification 1.x; ids are W3C Trace Context's: 16 and 8 bytes, not
//         all zero.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "driver/run/recorder.h"
#include "spec/runtime_config.h"

namespace codeanatomy::driver {

using AttributeValue = std::variant<std::string, int64_t, double, bool>;
using TypedAttributes = std::vector<std::pair<std::string, AttributeValue>>;

struct TraceEvent {
  std::string name;
  uint64_t at = 0;  // nanoseconds since 1970, UTC, as all times here
  TypedAttributes attributes;
};

struct TraceSpan {
  std::string id, parent;  // 8 bytes; the root's parent is empty
  std::string_view scope;  // instrumentation scope
  std::string name;
  uint64_t begin = 0, end = 0;
  TypedAttributes attributes;
  std::vector<TraceEvent> events;
  std::optional<std::string> error;  // message of the last exception
};

struct TraceDocument {
  std::string trace_id;  // 16 bytes
  std::string service_version;
  TypedAttributes resource;
  std::vector<TraceSpan> spans;  // in the order in which they began
};

/// The engine's part of a run; what is below it carries `trace.*` attributes.
inline constexpr std::string_view kExecuteSpan = "codeanatomy_engine.execute";

/// What is known of a run beside its spans.
struct TracedRun {
  const spec::TracingConfig& tracing;
  const Recorder& recorder;
  std::string run_id, program_version;
  std::string spec_hash, rulepack_fingerprint;  // empty: the run ended before they were known
  std::string rulepack_profile;
  std::map<std::string, std::string> previews =
      {};  // text by table, for the spans `preview <table>`
};

/// A span that is still open ends now. The trace's id is the run's where that is a UUID, so that
/// one finds the other; else it is derived from it. Cost linear in spans and events.
TraceDocument MakeTrace(const TracedRun& run);

}  // namespace codeanatomy::driver
