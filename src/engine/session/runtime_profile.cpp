#include "engine/session/runtime_profile.h"

#include <charconv>

#include <fmt/format.h>

#include "spec/knobs.h"

namespace codeanatomy::engine {
namespace {

Error Refused(KnobSource source, std::string_view member, std::string_view why) {
  if (source == KnobSource::kSettings) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("{} for {}", why, member),
                 "engine.settings");
  }
  const std::string path = fmt::format("$.runtime_profile.{}", member);
  return Error(ErrorCode::kInvalidPlan, fmt::format("{} at {}", why, path), path);
}

constexpr std::string_view kDisabled = "disabled_optimizers";

constexpr int64_t kMostThreads = 4096;  // of one session; a width beyond is a mistake

Result<void> CheckPositive(KnobSource source, const spec::RuntimeProfile& profile) {
  const std::pair<std::string_view, std::optional<int64_t>> members[] = {
      {"target_partitions", profile.target_partitions},
      {"planning_concurrency", profile.planning_concurrency},
      {"memory_pool_bytes", profile.memory_pool_bytes},
      {"max_temp_directory_bytes", profile.max_temp_directory_bytes},
      {"row_group_rows", profile.row_group_rows},
      {"batch_size", profile.batch_size},
      {"optimizer_max_passes", profile.optimizer_max_passes},
      {"meta_fetch_concurrency", profile.meta_fetch_concurrency},
      {"snapshot_cache_limit", profile.snapshot_cache_limit}};
  for (const auto& [name, value] : members) {
    if (value && *value < 1) return Refused(source, name, "a positive number is expected");
  }
  for (const auto& [name, value] : {std::pair{"target_partitions", profile.target_partitions},
                                    {"meta_fetch_concurrency", profile.meta_fetch_concurrency}}) {
    if (value.value_or(1) > kMostThreads)
      return Refused(source, name, fmt::format("at most {} is expected", kMostThreads));
  }
  return {};
}

/// "30s", "5m", "1h", "1d", or seconds without a unit; nothing where it is none of them.
std::optional<int64_t> ParseSeconds(std::string_view text) {
  static constexpr std::pair<char, int64_t> kUnits[] = {
      {'s', 1}, {'m', 60}, {'h', 60 * 60}, {'d', 24 * 60 * 60}};
  constexpr int64_t kMost = int64_t{10'000} * 24 * 60 * 60;
  int64_t unit = 1;
  for (const auto& [letter, seconds] : kUnits) {
    if (!text.ends_with(letter)) continue;
    unit = seconds;
    text.remove_suffix(1);
    break;
  }
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failure == std::errc() && end == text.data() + text.size();
  if (!is_number || number < 1 || number > kMost / unit) return std::nullopt;
  return number * unit;
}

}  // namespace

Result<SessionOptions> WithKnobs(SessionOptions options, const spec::RuntimeProfile& profile,
                                 KnobSource source) {
  CA_RETURN_IF_ERROR(CheckPositive(source, profile));
  if (profile.target_partitions) options.threads = static_cast<int>(*profile.target_partitions);
  if (profile.memory_pool_bytes)
    options.engine_memory_bytes = static_cast<uint64_t>(*profile.memory_pool_bytes);
  if (profile.max_temp_directory_bytes)
    options.temporary_bytes = static_cast<uint64_t>(*profile.max_temp_directory_bytes);
  if (profile.snapshot_cache_limit)
    options.snapshot_bytes = static_cast<uint64_t>(*profile.snapshot_cache_limit);
  if (profile.snapshot_cache_ttl) {
    options.snapshot_seconds = ParseSeconds(*profile.snapshot_cache_ttl);
    if (!options.snapshot_seconds)
      return Refused(source, "snapshot_cache_ttl",
                     "a time such as 30s, 5m, 1h, 1d or 30 is expected");
  }
  if (profile.batch_size) options.batch_rows = *profile.batch_size;
  if (profile.meta_fetch_concurrency)
    options.log_readers = static_cast<int>(*profile.meta_fetch_concurrency);
  options.knobs = spec::Overlay(profile, options.knobs);
  const std::pair<std::string_view, std::optional<bool>> rules[] = {
      {"filter_pushdown", options.knobs.pushdown_filters},
      {"join_filter_pushdown", options.knobs.enable_join_filter_pushdown},
      {"top_n", options.knobs.enable_top_n}};
  std::string disabled(kFaultyOptimizers);
  for (const auto& [name, is_on] : rules) {
    if (is_on && !*is_on) disabled += fmt::format(",{}", name);
  }
  std::erase_if(options.settings, [](const auto& setting) { return setting.first == kDisabled; });
  if (disabled != kFaultyOptimizers) options.settings.emplace_back(kDisabled, std::move(disabled));
  return options;
}

spec::RuntimeProfile KnobsOf(const spec::Spec& spec, const Session& session) {
  return spec.runtime_profile ? spec::Overlay(*spec.runtime_profile, session.knobs())
                              : session.knobs();
}

Result<SessionOptions> WithRuntimeProfile(SessionOptions options, const spec::Spec& spec) {
  options.governance = spec.runtime.extension_governance_mode;
  if (!spec.runtime_profile) return options;
  const auto base = ParseProfile(spec.runtime_profile->name);
  if (!base) return Refused(KnobSource::kSpec, "name", "small, medium or large is expected");
  options.profile = *base;
  return WithKnobs(std::move(options), *spec.runtime_profile, KnobSource::kSpec);
}

}  // namespace codeanatomy::engine
