#include "driver/trace/sampler.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>

namespace codeanatomy::driver {
namespace {

constexpr int kRandomBytes = 7;
constexpr double kRange = static_cast<double>(uint64_t{1} << (8 * kRandomBytes));

Result<double> RatioOf(const spec::ExportPolicy& policy) {
  if (!policy.traces_sampler_arg) return 1.0;
  const std::string& text = *policy.traces_sampler_arg;
  char* end = nullptr;
  const double ratio = std::strtod(text.c_str(), &end);
  const bool is_number = !text.empty() && end == text.c_str() + text.size() && std::isfinite(ratio);
  if (is_number && ratio >= 0 && ratio <= 1) return ratio;
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("traces_sampler_arg {}: a number from 0 to 1 is expected", text));
}

}  // namespace

Result<bool> IsSampled(const spec::ExportPolicy& policy, std::string_view trace_id) {
  std::string_view name = policy.traces_sampler;
  constexpr std::string_view kParentBased = "parentbased_";
  if (name.starts_with(kParentBased)) name.remove_prefix(kParentBased.size());
  CA_ASSIGN_OR_RETURN(const double ratio, RatioOf(policy));
  if (name == "always_on") return true;
  if (name == "always_off") return false;
  if (name != "traceidratio") {
    return Error(ErrorCode::kInvalidArgument, fmt::format("no sampler {}", policy.traces_sampler),
                 "", "always_on, always_off, traceidratio, or one of them behind parentbased_");
  }
  uint64_t random = 0;
  for (const char byte : trace_id.substr(trace_id.size() - kRandomBytes))
    random = random << 8 | static_cast<unsigned char>(byte);
  return random >= static_cast<uint64_t>((1 - ratio) * kRange);
}

}  // namespace codeanatomy::driver
