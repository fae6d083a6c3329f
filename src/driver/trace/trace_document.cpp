#include "driver/trace/trace_document.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/hash.h"
#include "source/encoding.h"
#include "spec/runtime_json.h"

namespace codeanatomy::driver {
namespace {

constexpr size_t kTraceIdBytes = 16, kSpanIdBytes = 8;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Bytes of lower- or upper-case digits.
std::string FromHex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(HexDigit(digits[i]) << 4 | HexDigit(digits[i + 1]));
  return bytes;
}

std::string DerivedId(const std::string& text, size_t bytes) {
  return FromHex(std::string_view(Hex(Sha256::Of(text))).substr(0, 2 * bytes));
}

std::string TraceId(const std::string& run_id) {
  std::string digits = run_id;
  std::erase(digits, '-');
  const bool is_uuid = digits.size() == 2 * kTraceIdBytes &&
                       std::ranges::all_of(digits, [](char c) { return HexDigit(c) >= 0; }) &&
                       std::ranges::any_of(digits, [](char c) { return c != '0'; });
  return is_uuid ? FromHex(digits) : DerivedId(run_id, kTraceIdBytes);
}

/// Attributes of spans and events that are numbers; all others are texts.
constexpr std::string_view kIntegers[] = {"bytes",
                                          "dropped_spans",
                                          "failed_spans",
                                          "files",
                                          "requests",
                                          "rewrites",
                                          "rows",
                                          "sent_spans",
                                          "threads",
                                          "status_code",
                                          "warning_count_total",
                                          "tracing.preview_limit"};
constexpr std::string_view kBooleans[] = {"plan_changed", "tracing.record_metrics",
                                          "tracing.plan_diff", "tracing.instrument_object_store"};

/// Receivers take well-formed UTF-8 only; paths may be anything.
std::string WellFormed(std::string text) {
  size_t begin = 0, invalid = 0;
  while (!source::IsValidUtf8(std::string_view(text).substr(begin), &invalid)) {
    text.replace(begin + invalid, 1, "\xef\xbf\xbd");
    begin += invalid + 3;
  }
  return text;
}

AttributeValue Typed(std::string_view key, const std::string& text) {
  if (std::ranges::find(kBooleans, key) != std::end(kBooleans)) return text == "true";
  if (std::ranges::find(kIntegers, key) == std::end(kIntegers)) return WellFormed(text);
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return WellFormed(text);
  return number;
}

TypedAttributes Typed(const Attributes& attributes) {
  TypedAttributes typed;
  for (const auto& [key, value] : attributes) typed.emplace_back(key, Typed(key, value));
  return typed;
}

/// Instrumentation scopes, by how the name of a span begins; the first that fits.
constexpr std::pair<std::string_view, std::string_view> kScopes[] = {
    {"build_orchestrator", "codeanatomy.pipeline"},
    {"engine_execute", "codeanatomy.pipeline"},
    {"extraction", "codeanatomy.pipeline"},
    {"extract.", "codeanatomy.extract"},
    {"import ", "codeanatomy.extract"},
    {"storage.", "codeanatomy.storage"},
    {"plan", "codeanatomy.planning"},
    {"rules", "codeanatomy.planning"},
    {"rule ", "codeanatomy.planning"},
    {kExecuteSpan, "codeanatomy.engine"},
    {"", "codeanatomy.execution"},
};

std::string_view ScopeOf(std::string_view name) {
  return std::ranges::find_if(kScopes, [&](const auto& s) { return name.starts_with(s.first); })
      ->second;
}

TypedAttributes Resource(const TracedRun& run) {
  const spec::TracingConfig& tracing = run.tracing;
  TypedAttributes resource{{"service.name", tracing.otel_service_name.value_or("codeanatomy")},
                           {"service.version", run.program_version},
                           {"service.namespace", "codeanatomy"},
                           {"service.instance.id", run.run_id},
                           {"telemetry.sdk.language", "cpp"},
                           {"telemetry.sdk.name", "codeanatomy"},
                           {"telemetry.sdk.version", run.program_version}};
  for (const auto& [key, value] : tracing.otel_resource_attributes) {
    const auto at = std::ranges::find(resource, key, &TypedAttributes::value_type::first);
    if (at != resource.end()) {
      at->second = value;
    } else {
      resource.emplace_back(key, value);
    }
  }
  return resource;
}

class TraceMaker {
 public:
  explicit TraceMaker(const TracedRun& run)
      : run_(run),
        start_(static_cast<uint64_t>(run.recorder.start_unix_nanoseconds())),
        now_(run.recorder.Seconds()) {}

  TraceDocument Make() {
    document_ = {.trace_id = TraceId(run_.run_id),
                 .service_version = run_.program_version,
                 .resource = Resource(run_)};
    const std::vector<RecordedSpan> spans = run_.recorder.Spans();
    for (size_t i = 0; i < spans.size(); ++i) Add(spans[i], i + 1);
    for (const RecordedEvent& event : run_.recorder.Events()) Add(event);
    return std::move(document_);
  }

 private:
  uint64_t At(double seconds) const { return start_ + static_cast<uint64_t>(seconds * 1e9); }

  std::string SpanId(uint64_t index) const {
    return DerivedId(run_.run_id + "#" + std::to_string(index), kSpanIdBytes);
  }

  void Add(const RecordedSpan& recorded, uint64_t index) {
    TraceSpan& span = document_.spans.emplace_back();
    span.id = SpanId(index);
    if (recorded.parent != 0) span.parent = SpanId(recorded.parent);
    span.scope = ScopeOf(recorded.name);
    span.name = WellFormed(recorded.name);
    span.begin = At(recorded.begin);
    span.end = At(recorded.end < 0 ? now_ : recorded.end);
    span.attributes = Typed(recorded.attributes);
    span.attributes.emplace_back("codeanatomy.run_id", run_.run_id);
    // Parents begin before their children, so whether they are below is known.
    below_.push_back(
        recorded.parent != 0 &&
        (below_[recorded.parent - 1] || document_.spans[recorded.parent - 1].name == kExecuteSpan));
    if (below_.back()) {
      const auto mode = static_cast<size_t>(run_.tracing.rule_mode);
      span.attributes.emplace_back("trace.spec_hash", run_.spec_hash);
      span.attributes.emplace_back("trace.rulepack", run_.rulepack_fingerprint);
      span.attributes.emplace_back("trace.profile", run_.rulepack_profile);
      span.attributes.emplace_back("trace.rule_mode",
                                   std::string(expr::EnumNames<spec::RuleTracing>::names[mode]));
    }
    constexpr std::string_view kPreview = "preview ";
    if (recorded.name.starts_with(kPreview)) {
      const auto preview = run_.previews.find(recorded.name.substr(kPreview.size()));
      if (preview != run_.previews.end()) span.attributes.emplace_back("preview", preview->second);
    }
    for (const auto& [key, value] : run_.tracing.custom_span_fields)
      span.attributes.emplace_back(key, value);
  }

  /// One that belongs to no span is the first one's.
  void Add(const RecordedEvent& recorded) {
    if (document_.spans.empty()) return;
    TraceSpan& span = document_.spans[recorded.span == 0 ? 0 : recorded.span - 1];
    TraceEvent event{recorded.name, At(recorded.at), Typed(recorded.attributes)};
    if (recorded.kind == "exception") {
      std::string message, text;
      for (const auto& [key, value] : recorded.attributes) {
        if (key == "message") message = WellFormed(value);
        if (key == "text") text = WellFormed(value);
      }
      event.name = "exception";
      event.attributes = {{"exception.type", recorded.name},
                          {"exception.message", message},
                          {"exception.stacktrace", text}};
      span.error = message;
    }
    span.events.push_back(std::move(event));
  }

  const TracedRun& run_;
  const uint64_t start_;
  const double now_;
  TraceDocument document_;
  std::vector<bool> below_;  // by span: whether it is below the engine's root
};

}  // namespace

TraceDocument MakeTrace(const TracedRun& run) { return TraceMaker(run).Make(); }

}  // namespace codeanatomy::driver
