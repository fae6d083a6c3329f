#include "driver/trace/export_trace.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "driver/trace/otlp_encoding.h"
#include "driver/trace/sampler.h"

namespace codeanatomy::driver {
namespace {

constexpr int64_t kRetryable[] = {429, 502, 503, 504};

class Exporter {
 public:
  Exporter(const TraceDocument& trace, const spec::TracingConfig& tracing, HttpSender& sender,
           storage::Clock& clock)
      : trace_(trace), tracing_(tracing), sender_(sender), clock_(clock) {}

  ExportReport Run() {
    auto is_sampled = IsSampled(tracing_.export_policy, trace_.trace_id);
    if (!is_sampled) return {.error = std::move(is_sampled.error())};
    report_.is_sampled = *is_sampled;
    if (!report_.is_sampled) return std::move(report_);
    const auto queue = static_cast<size_t>(tracing_.export_policy.bsp_max_queue_size);
    const auto batch = static_cast<size_t>(tracing_.export_policy.bsp_max_export_batch_size);
    const std::span<const TraceSpan> spans(trace_.spans.data(),
                                           std::min(queue, trace_.spans.size()));
    report_.dropped = trace_.spans.size() - spans.size();
    for (size_t at = 0; at < spans.size(); at += batch) {
      const auto some = spans.subspan(at, std::min(batch, spans.size() - at));
      if (auto sent = Send(some); !sent) {
        report_.failed = spans.size() - at;
        report_.error = std::move(sent.error());
        break;
      }
    }
    return std::move(report_);
  }

 private:
  Result<void> Send(std::span<const TraceSpan> spans) {
    const bool is_json = tracing_.otlp_protocol == spec::OtlpProtocol::kHttpJson;
    const std::string body =
        is_json ? OtlpJson(trace_, spans)
                      .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                : OtlpProtobuf(trace_, spans);
    const std::string url = EndpointOf(tracing_);
    const int64_t until = clock_.NowMilliseconds() + tracing_.export_policy.bsp_export_timeout_ms;
    while (true) {
      ++report_.requests;
      const int64_t left = std::max<int64_t>(1, until - clock_.NowMilliseconds());
      CA_ASSIGN_OR_RETURN(
          const HttpReply reply,
          sender_.Post(url, is_json ? "application/json" : "application/x-protobuf", body, left));
      if (reply.status / 100 == 2) {
        Accept(reply, spans.size(), is_json, url);
        return {};
      }
      const int64_t delay = tracing_.export_policy.bsp_schedule_delay_ms;
      const bool is_retryable = std::ranges::find(kRetryable, reply.status) != std::end(kRetryable);
      if (!is_retryable || clock_.NowMilliseconds() + delay >= until) {
        return Error(ErrorCode::kTracingFlushFailed,
                     fmt::format("the collector answers {}", reply.status), url);
      }
      clock_.Sleep(delay);
    }
  }

  void Accept(const HttpReply& reply, uint64_t spans, bool is_json, const std::string& url) {
    const PartialSuccess partial = ReadReply(reply.body, is_json);
    const uint64_t rejected =
        std::min(spans, static_cast<uint64_t>(std::max<int64_t>(0, partial.rejected_spans)));
    report_.sent += spans - rejected;
    report_.failed += rejected;
    if (rejected == 0 || report_.error) return;
    report_.error =
        Error(ErrorCode::kTracingFlushFailed,
              fmt::format("the collector rejects {} spans: {}", rejected, partial.message), url);
  }

  const TraceDocument& trace_;
  const spec::TracingConfig& tracing_;
  HttpSender& sender_;
  storage::Clock& clock_;
  ExportReport report_;
};

}  // namespace

bool IsExported(const spec::TracingConfig& tracing) {
  return tracing.enabled &&
         (tracing.otlp_endpoint.has_value() || tracing.otlp_protocol.has_value());
}

std::string EndpointOf(const spec::TracingConfig& tracing) {
  return tracing.otlp_endpoint.value_or(std::string(kDefaultEndpoint));
}

ExportReport ExportTrace(const TraceDocument& trace, const spec::TracingConfig& tracing,
                         HttpSender& sender, storage::Clock& clock) {
  return Exporter(trace, tracing, sender, clock).Run();
}

}  // namespace codeanatomy::driver
