// The two encodings of OTLP/HTTP: JSON and protobuf (otlp.proto). One request holds one resource
// and its spans by instrumentation scope.
//
// Source  OpenTelemetry protocol specification 1.x. In JSON ids are hexadecimal, 64-bit numbers are
//         texts, enumerations are numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "driver/trace/trace_document.h"

namespace codeanatomy::driver {

/// Of `spans`, which are spans of `trace`.
nlohmann::ordered_json OtlpJson(const TraceDocument& trace, std::span<const TraceSpan> spans);
std::string OtlpProtobuf(const TraceDocument& trace, std::span<const TraceSpan> spans);

/// [{"key", "value": {"stringValue": …}}].
nlohmann::ordered_json AttributesJson(const TypedAttributes& attributes);

struct PartialSuccess {
  int64_t rejected_spans = 0;
  std::string message;
};
/// What a receiver says that took a request; nothing rejected where the body is none of its
/// replies.
PartialSuccess ReadReply(std::string_view body, bool is_json);

}  // namespace codeanatomy::driver
