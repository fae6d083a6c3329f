#include <nlohmann/json.hpp>
#include <otlp.pb.h>

#include "driver/trace/otlp_encoding.h"

namespace codeanatomy::driver {
namespace {

constexpr int kInternal = 1, kError = 2;

template <typename Message>
void AddAttributes(Message& message, const TypedAttributes& attributes) {
  for (const auto& [key, value] : attributes) {
    otlp::Attribute& attribute = *message.add_attributes();
    attribute.set_key(key);
    otlp::Value& to = *attribute.mutable_value();
    if (const auto* text = std::get_if<std::string>(&value)) to.set_string_value(*text);
    if (const auto* number = std::get_if<int64_t>(&value)) to.set_int_value(*number);
    if (const auto* real = std::get_if<double>(&value)) to.set_double_value(*real);
    if (const auto* flag = std::get_if<bool>(&value)) to.set_bool_value(*flag);
  }
}

void Fill(otlp::Span& to, const TraceDocument& trace, const TraceSpan& span) {
  to.set_trace_id(trace.trace_id);
  to.set_span_id(span.id);
  to.set_parent_span_id(span.parent);
  to.set_name(span.name);
  to.set_kind(kInternal);
  to.set_start_time_unix_nano(span.begin);
  to.set_end_time_unix_nano(span.end);
  AddAttributes(to, span.attributes);
  for (const TraceEvent& event : span.events) {
    otlp::Event& at = *to.add_events();
    at.set_time_unix_nano(event.at);
    at.set_name(event.name);
    AddAttributes(at, event.attributes);
  }
  if (!span.error) return;
  to.mutable_status()->set_message(*span.error);
  to.mutable_status()->set_code(kError);
}

}  // namespace

std::string OtlpProtobuf(const TraceDocument& trace, std::span<const TraceSpan> spans) {
  otlp::TraceRequest request;
  otlp::ResourceSpans& resource = *request.add_resource_spans();
  AddAttributes(*resource.mutable_resource(), trace.resource);
  for (const TraceSpan& span : spans) {
    otlp::ScopeSpans* scope = nullptr;
    for (otlp::ScopeSpans& one : *resource.mutable_scope_spans()) {
      if (one.scope().name() == span.scope) scope = &one;
    }
    if (scope == nullptr) {
      scope = resource.add_scope_spans();
      scope->mutable_scope()->set_name(std::string(span.scope));
      scope->mutable_scope()->set_version(trace.service_version);
    }
    Fill(*scope->add_spans(), trace, span);
  }
  return request.SerializeAsString();
}

PartialSuccess ReadReply(std::string_view body, bool is_json) {
  if (!is_json) {
    otlp::TraceReply reply;
    if (!reply.ParseFromArray(body.data(), static_cast<int>(body.size()))) return {};
    return {reply.partial_success().rejected_spans(), reply.partial_success().error_message()};
  }
  const auto reply = nlohmann::json::parse(body, nullptr, false);
  const auto at = reply.is_object() ? reply.find("partialSuccess") : reply.end();
  if (at == reply.end() || !at->is_object()) return {};
  PartialSuccess partial;
  const auto rejected = at->find("rejectedSpans"), message = at->find("errorMessage");
  if (message != at->end() && message->is_string()) partial.message = *message;
  if (rejected == at->end()) return partial;
  if (rejected->is_number_integer()) partial.rejected_spans = *rejected;
  if (rejected->is_string())
    partial.rejected_spans = std::atoll(rejected->get_ref<const std::string&>().c_str());
  return partial;
}

}  // namespace codeanatomy::driver
