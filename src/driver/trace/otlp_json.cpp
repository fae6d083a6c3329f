#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "driver/trace/otlp_encoding.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kInternal = 1, kError = 2;

std::string HexOf(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

Json ValueJson(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return {{"stringValue", *text}};
  if (const auto* number = std::get_if<int64_t>(&value))
    return {{"intValue", std::to_string(*number)}};
  if (const auto* real = std::get_if<double>(&value)) return {{"doubleValue", *real}};
  return {{"boolValue", std::get<bool>(value)}};
}

Json SpanJson(const TraceDocument& trace, const TraceSpan& span) {
  Json events = Json::array();
  for (const TraceEvent& event : span.events) {
    events.push_back({{"timeUnixNano", std::to_string(event.at)},
                      {"name", event.name},
                      {"attributes", AttributesJson(event.attributes)}});
  }
  Json json{{"traceId", HexOf(trace.trace_id)},
            {"spanId", HexOf(span.id)},
            {"parentSpanId", HexOf(span.parent)},
            {"name", span.name},
            {"kind", kInternal},
            {"startTimeUnixNano", std::to_string(span.begin)},
            {"endTimeUnixNano", std::to_string(span.end)},
            {"attributes", AttributesJson(span.attributes)},
            {"events", std::move(events)},
            {"status", Json::object()}};
  if (span.error) json["status"] = {{"message", *span.error}, {"code", kError}};
  return json;
}

}  // namespace

Json AttributesJson(const TypedAttributes& attributes) {
  Json list = Json::array();
  for (const auto& [key, value] : attributes)
    list.push_back({{"key", key}, {"value", ValueJson(value)}});
  return list;
}

Json OtlpJson(const TraceDocument& trace, std::span<const TraceSpan> spans) {
  Json scopes = Json::array();
  for (const TraceSpan& span : spans) {
    auto at = std::ranges::find_if(
        scopes, [&](const Json& scope) { return scope["scope"]["name"] == span.scope; });
    if (at == scopes.end()) {
      scopes.push_back({{"scope", {{"name", span.scope}, {"version", trace.service_version}}},
                        {"spans", Json::array()}});
      at = std::prev(scopes.end());
    }
    (*at)["spans"].push_back(SpanJson(trace, span));
  }
  Json resource{{"resource", {{"attributes", AttributesJson(trace.resource)}}},
                {"scopeSpans", std::move(scopes)}};
  return {{"resourceSpans", Json::array({std::move(resource)})}};
}

}  // namespace codeanatomy::driver
