#include "driver/trace/export_trace.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "driver/trace/sampler.h"
#include "driver/trace/tracing_choice.h"

namespace codeanatomy::driver {
namespace {

/// Answers what it is told to, in order, and the last one from then on.
class FakeCollector final : public HttpSender {
 public:
  explicit FakeCollector(std::vector<HttpReply> replies) : replies_(std::move(replies)) {}

  Result<HttpReply> Post(const std::string& url, const std::string& content_type,
                         const std::string& body, int64_t timeout_ms) override {
    urls.push_back(url);
    types.push_back(content_type);
    bodies.push_back(body);
    timeouts.push_back(timeout_ms);
    const HttpReply& reply = replies_[std::min(bodies.size(), replies_.size()) - 1];
    if (reply.status == 0) return Error(ErrorCode::kTracingFlushFailed, "no connection", url);
    return reply;
  }

  std::vector<std::string> urls, types, bodies;
  std::vector<int64_t> timeouts;

 private:
  std::vector<HttpReply> replies_;
};

class FakeClock final : public storage::Clock {
 public:
  int64_t NowMilliseconds() override { return now; }
  void Sleep(int64_t milliseconds) override {
    now += milliseconds;
    slept.push_back(milliseconds);
  }
  int64_t now = 1'000;
  std::vector<int64_t> slept;
};

TraceDocument TraceOf(size_t spans) {
  TraceDocument trace{.trace_id = std::string(16, '\x11')};
  for (size_t i = 0; i < spans; ++i) {
    trace.spans.push_back(
        {.id = std::string(8, static_cast<char>(i + 1)), .scope = "s", .name = std::to_string(i)});
  }
  return trace;
}

spec::TracingConfig Tracing() {
  spec::TracingConfig tracing;
  tracing.enabled = true;
  tracing.otlp_protocol = spec::OtlpProtocol::kHttpJson;
  tracing.export_policy.bsp_max_export_batch_size = 2;
  return tracing;
}

std::vector<size_t> BatchSizes(const FakeCollector& collector) {
  std::vector<size_t> sizes;
  for (const std::string& body : collector.bodies) {
    const auto json = nlohmann::json::parse(body);
    sizes.push_back(json["resourceSpans"][0]["scopeSpans"][0]["spans"].size());
  }
  return sizes;
}

TEST_CASE("batches and queue have their sizes") {
  spec::TracingConfig tracing = Tracing();
  tracing.export_policy.bsp_max_queue_size = 5;
  FakeCollector collector({{200, "{}"}});
  FakeClock clock;
  const ExportReport report = ExportTrace(TraceOf(7), tracing, collector, clock);
  CHECK(BatchSizes(collector) == std::vector<size_t>{2, 2, 1});
  CHECK(report.sent == 5);
  CHECK(report.dropped == 2);
  CHECK(report.failed == 0);
  CHECK(report.requests == 3);
  CHECK_FALSE(report.error.has_value());
  CHECK(collector.urls[0] == kDefaultEndpoint);
  CHECK(collector.types[0] == "application/json");
  CHECK(collector.timeouts[0] == 30'000);
}

TEST_CASE("a collector that is busy is asked again, as long as the time is") {
  spec::TracingConfig tracing = Tracing();
  tracing.export_policy.bsp_schedule_delay_ms = 40;
  tracing.export_policy.bsp_export_timeout_ms = 100;
  FakeCollector busy_once({{503, ""}, {200, "{}"}});
  FakeClock clock;
  ExportReport report = ExportTrace(TraceOf(1), tracing, busy_once, clock);
  CHECK(report.sent == 1);
  CHECK(report.requests == 2);
  CHECK(clock.slept == std::vector<int64_t>{40});
  CHECK(busy_once.timeouts == std::vector<int64_t>{100, 60});

  FakeCollector busy({{429, ""}});
  report = ExportTrace(TraceOf(1), tracing, busy, clock);
  CHECK(report.requests == 3);
  CHECK(report.failed == 1);
  CHECK(report.error->code() == ErrorCode::kTracingFlushFailed);
}

TEST_CASE("after a failure nothing else is sent") {
  FakeClock clock;
  for (const HttpReply& reply : {HttpReply{400, ""}, HttpReply{0, ""}, HttpReply{302, ""}}) {
    FakeCollector collector({{200, "{}"}, reply});
    const ExportReport report = ExportTrace(TraceOf(6), Tracing(), collector, clock);
    CHECK(report.sent == 2);
    CHECK(report.failed == 4);
    CHECK(report.requests == 2);
    CHECK(report.error.has_value());
  }
  CHECK(clock.slept.empty());
}

TEST_CASE("what a collector takes in part is counted") {
  FakeClock clock;
  FakeCollector json({{200, R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"old"}})"}});
  ExportReport report = ExportTrace(TraceOf(2), Tracing(), json, clock);
  CHECK(report.sent == 1);
  CHECK(report.failed == 1);
  CHECK(report.error->message().find("old") != std::string::npos);

  spec::TracingConfig tracing = Tracing();
  tracing.otlp_protocol = spec::OtlpProtocol::kHttpProtobuf;
  FakeCollector protobuf({{200, std::string("\x0a\x07\x08\x02\x12\x03old", 9)}});
  report = ExportTrace(TraceOf(2), tracing, protobuf, clock);
  CHECK(protobuf.types[0] == "application/x-protobuf");
  CHECK(report.sent == 0);
  CHECK(report.failed == 2);
}

TEST_CASE("samplers") {
  const std::string low(16, '\x00'), high = std::string(9, '\x00') + std::string(7, '\xff');
  const std::string middle = std::string(9, '\xff') + '\x80' + std::string(6, '\x00');
  const auto sampled = [](const char* name, std::optional<std::string> arg, const std::string& id) {
    return IsSampled({.traces_sampler = name, .traces_sampler_arg = std::move(arg)}, id);
  };
  for (const std::string prefix : {"", "parentbased_"}) {
    CHECK(*sampled((prefix + "always_on").c_str(), {}, low));
    CHECK_FALSE(*sampled((prefix + "always_off").c_str(), {}, high));
    const std::string ratio = prefix + "traceidratio";
    CHECK(*sampled(ratio.c_str(), {}, low));
    CHECK_FALSE(*sampled(ratio.c_str(), "0", high));
    CHECK_FALSE(*sampled(ratio.c_str(), "0.5", low));
    CHECK(*sampled(ratio.c_str(), "0.5", high));
    CHECK(*sampled(ratio.c_str(), "0.5", middle));
    CHECK_FALSE(*sampled(ratio.c_str(), "0.49", middle));
  }
  CHECK_FALSE(sampled("sometimes", {}, low));
  for (const char* arg : {"", "x", "-0.1", "1.1", "0.5 ", "nan"})
    CHECK_FALSE(sampled("traceidratio", arg, low));
}

TEST_CASE("the caller's choice over the spec's") {
  spec::RuntimeConfig runtime;
  CHECK_FALSE(TracingOf(runtime, {})->enabled);
  CHECK(TracingOf(runtime, {.rules = true})->rule_mode == spec::RuleTracing::kFull);
  CHECK(TracingOf(runtime, {.object_store = true})->instrument_object_store);
  CHECK(TracingOf(runtime, {.preset = spec::TracingPreset::kMaximal})->preview_limit == 5);
  const auto endpoint = [&](const char* url) {
    return TracingOf(runtime, {.enable = true, .endpoint = url})->otlp_endpoint.value();
  };
  CHECK(endpoint("http://c:4318") == "http://c:4318/v1/traces");
  CHECK(endpoint("http://c:4318/") == "http://c:4318/v1/traces");
  CHECK(endpoint("http://c:4318/v1/traces") == "http://c:4318/v1/traces");
  runtime.tracing.enabled = true;
  runtime.tracing.otlp_endpoint = "http://spec/v1/traces";
  CHECK(TracingOf(runtime, {})->otlp_endpoint == "http://spec/v1/traces");
  CHECK(TracingOf(runtime, {.max_queue_size = 600})->export_policy.bsp_max_queue_size == 600);
  // What is not recorded is not judged by the caller's environment.
  CHECK(TracingOf({}, {.protocol = spec::OtlpProtocol::kGrpc}));
  const auto refused = TracingOf(runtime, {.protocol = spec::OtlpProtocol::kGrpc});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kTracingInitFailed);
  CHECK(refused.error().way_out().find("http/protobuf") != std::string::npos);
}

TEST_CASE("what cannot be done is refused when the run begins, with its path") {
  using Change = void (*)(spec::TracingConfig&);
  const std::pair<const char*, Change> cases[] = {
      {"otlp_protocol", [](auto& t) { t.otlp_protocol = spec::OtlpProtocol::kGrpc; }},
      {"otlp_endpoint", [](auto& t) { t.otlp_endpoint = "file:///etc/passwd"; }},
      {"otlp_endpoint", [](auto& t) { t.otlp_endpoint = "http://"; }},
      {"otlp_endpoint", [](auto& t) { t.otlp_endpoint = "http://a b/"; }},
      {"export_policy", [](auto& t) { t.export_policy.traces_sampler = "sometimes"; }},
      {"export_policy", [](auto& t) { t.export_policy.traces_sampler_arg = "2"; }},
      {"export_policy.bsp_max_queue_size", [](auto& t) { t.export_policy.bsp_max_queue_size = 0; }},
      {"export_policy.bsp_max_export_batch_size",
       [](auto& t) { t.export_policy.bsp_max_export_batch_size = 3000; }},
      {"export_policy.bsp_schedule_delay_ms",
       [](auto& t) { t.export_policy.bsp_schedule_delay_ms = -1; }},
      {"export_policy.bsp_export_timeout_ms",
       [](auto& t) { t.export_policy.bsp_export_timeout_ms = 0; }},
      {"preview_limit", [](auto& t) { t.preview_limit = -1; }},
      {"preview_limit", [](auto& t) { t.preview_limit = 1'000'000; }},
      {"preview_max_width", [](auto& t) { t.preview_max_width = 0; }},
      {"preview_max_row_height", [](auto& t) { t.preview_max_row_height = 0; }},
      {"preview_min_compacted_col_width", [](auto& t) { t.preview_min_compacted_col_width = 0; }},
  };
  for (const auto& [member, change] : cases) {
    CAPTURE(member);
    spec::RuntimeConfig runtime;
    change(runtime.tracing);
    const auto refused = TracingOf(runtime, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kTracingInitFailed);
    CHECK(refused.error().subject() == std::string("$.runtime.tracing.") + member);
  }
}

}  // namespace
}  // namespace codeanatomy::driver
