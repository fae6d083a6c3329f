#include "driver/trace/tracing_choice.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "driver/trace/sampler.h"
#include "spec/effective_tracing.h"
#include "spec/runtime_json.h"

namespace codeanatomy::driver {
namespace {

constexpr std::string_view kTracesPath = "/v1/traces";
constexpr int64_t kMostPreviewRows = 10'000;

Error Refused(std::string_view member, std::string message, std::string way_out = "") {
  const std::string path = fmt::format("$.runtime.tracing.{}", member);
  return Error(ErrorCode::kTracingInitFailed, fmt::format("{}: {}", path, message), path,
               std::move(way_out));
}

bool IsHttpUrl(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
           std::ranges::none_of(rest, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  }
  return false;
}

Result<void> CheckNumbers(const spec::TracingConfig& tracing) {
  const spec::ExportPolicy& policy = tracing.export_policy;
  const std::tuple<std::string_view, int64_t, int64_t> least[] = {
      {"preview_limit", tracing.preview_limit, 0},
      {"preview_max_width", tracing.preview_max_width, 1},
      {"preview_max_row_height", tracing.preview_max_row_height, 1},
      {"preview_min_compacted_col_width", tracing.preview_min_compacted_col_width, 1},
      {"export_policy.bsp_max_queue_size", policy.bsp_max_queue_size, 1},
      {"export_policy.bsp_max_export_batch_size", policy.bsp_max_export_batch_size, 1},
      {"export_policy.bsp_schedule_delay_ms", policy.bsp_schedule_delay_ms, 0},
      {"export_policy.bsp_export_timeout_ms", policy.bsp_export_timeout_ms, 1}};
  for (const auto& [member, value, minimum] : least) {
    if (value < minimum) return Refused(member, fmt::format("at least {} is expected", minimum));
  }
  if (tracing.preview_limit > kMostPreviewRows)
    return Refused("preview_limit", fmt::format("at most {} rows are shown", kMostPreviewRows));
  if (policy.bsp_max_export_batch_size > policy.bsp_max_queue_size) {
    return Refused("export_policy.bsp_max_export_batch_size",
                   "a batch is not larger than the queue, bsp_max_queue_size");
  }
  return {};
}

Result<void> Check(const spec::TracingConfig& tracing) {
  CA_RETURN_IF_ERROR(CheckNumbers(tracing));
  if (tracing.otlp_endpoint && !IsHttpUrl(*tracing.otlp_endpoint)) {
    return Refused("otlp_endpoint",
                   fmt::format("{} is no http or https URL", *tracing.otlp_endpoint),
                   "such as http://127.0.0.1:4318/v1/traces");
  }
  if (tracing.otlp_protocol == spec::OtlpProtocol::kGrpc) {
    return Refused("otlp_protocol", "grpc is not spoken",
                   "use http/protobuf or http/json: collectors listen for them on port 4318");
  }
  const std::string any_trace(16, '\0');
  if (auto sampled = IsSampled(tracing.export_policy, any_trace); !sampled) {
    return Refused("export_policy", sampled.error().message(), sampled.error().way_out());
  }
  return {};
}

template <typename Enum>
std::optional<Enum> EnumOf(const std::string& name) {
  const auto& names = expr::EnumNames<Enum>::names;
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Enum>(at - names.begin());
}

std::optional<std::string> Given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

void Apply(const TracingChoice& choice, spec::TracingConfig& tracing) {
  tracing.instrument_object_store |= choice.object_store;
  tracing.enabled |= choice.object_store;
  if (choice.endpoint) {
    std::string url = *choice.endpoint;
    while (url.ends_with('/')) url.pop_back();
    tracing.otlp_endpoint = url.ends_with(kTracesPath) ? url : url.append(kTracesPath);
  }
  if (choice.protocol) tracing.otlp_protocol = choice.protocol;
  spec::ExportPolicy& policy = tracing.export_policy;
  if (choice.sampler) {
    policy.traces_sampler = *choice.sampler;
    policy.traces_sampler_arg = choice.sampler_arg;
  } else if (choice.sampler_arg) {
    policy.traces_sampler_arg = choice.sampler_arg;
  }
  for (const auto& [given, value] :
       {std::pair{choice.max_queue_size, &policy.bsp_max_queue_size},
        {choice.max_export_batch_size, &policy.bsp_max_export_batch_size},
        {choice.schedule_delay_ms, &policy.bsp_schedule_delay_ms},
        {choice.export_timeout_ms, &policy.bsp_export_timeout_ms}}) {
    if (given > 0) *value = given;
  }
}

}  // namespace

TracingChoice TracingChoiceOf(const Config& config) {
  return {.preset = EnumOf<spec::TracingPreset>(config.GetText("engine.tracing_preset")),
          .enable = config.GetBool("otel.enable_traces"),
          .rules = config.GetBool("engine.rule_tracing"),
          .preview = config.GetBool("engine.plan_preview"),
          .object_store = config.GetBool("engine.instrument_object_store"),
          .endpoint = Given(config.GetText("otel.endpoint")),
          .protocol = EnumOf<spec::OtlpProtocol>(config.GetText("otel.protocol")),
          .sampler = Given(config.GetText("otel.sampler")),
          .sampler_arg = Given(config.GetText("otel.sampler_arg")),
          .max_queue_size = config.GetInt("otel.bsp_max_queue_size"),
          .max_export_batch_size = config.GetInt("otel.bsp_max_export_batch_size"),
          .schedule_delay_ms = config.GetInt("otel.bsp_schedule_delay_ms"),
          .export_timeout_ms = config.GetInt("otel.bsp_export_timeout_ms")};
}

Result<spec::TracingConfig> TracingOf(const spec::RuntimeConfig& runtime,
                                      const TracingChoice& choice) {
  CA_RETURN_IF_ERROR(Check(spec::EffectiveTracing(runtime)));
  spec::RuntimeConfig chosen = runtime;
  if (choice.preset) chosen.tracing_preset = choice.preset;
  chosen.enable_tracing |= choice.enable;
  chosen.enable_rule_tracing |= choice.rules;
  chosen.enable_plan_preview |= choice.preview;
  spec::TracingConfig tracing = spec::EffectiveTracing(chosen);
  Apply(choice, tracing);
  if (tracing.enabled) CA_RETURN_IF_ERROR(Check(tracing));
  return tracing;
}

}  // namespace codeanatomy::driver
