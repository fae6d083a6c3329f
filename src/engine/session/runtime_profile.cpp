#include "engine/session/runtime_profile.h"

#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

Error Refused(std::string_view member, std::string_view why) {
  const std::string path = fmt::format("$.runtime_profile.{}", member);
  return Error(ErrorCode::kInvalidPlan, fmt::format("{} at {}", why, path), path);
}

constexpr int64_t kMostThreads = 4096;  // of one session; a width beyond is a mistake

Result<void> CheckPositive(const spec::RuntimeProfile& profile) {
  const std::pair<std::string_view, std::optional<int64_t>> members[] = {
      {"target_partitions", profile.target_partitions},
      {"planning_concurrency", profile.planning_concurrency},
      {"memory_pool_bytes", profile.memory_pool_bytes},
      {"max_temp_directory_bytes", profile.max_temp_directory_bytes},
      {"row_group_rows", profile.row_group_rows},
      {"optimizer_max_passes", profile.optimizer_max_passes}};
  for (const auto& [name, value] : members) {
    if (value && *value < 1) return Refused(name, "a positive number is expected");
  }
  if (profile.target_partitions.value_or(1) > kMostThreads)
    return Refused("target_partitions", fmt::format("at most {} is expected", kMostThreads));
  return {};
}

}  // namespace

Result<SessionOptions> WithRuntimeProfile(SessionOptions options, const spec::Spec& spec) {
  if (!spec.runtime_profile) return options;
  const spec::RuntimeProfile& profile = *spec.runtime_profile;
  CA_RETURN_IF_ERROR(CheckPositive(profile));
  const auto base = ParseProfile(profile.name);
  if (!base) return Refused("name", "small, medium or large is expected");
  options.profile = *base;
  if (profile.target_partitions) options.threads = static_cast<int>(*profile.target_partitions);
  if (profile.memory_pool_bytes)
    options.engine_memory_bytes = static_cast<uint64_t>(*profile.memory_pool_bytes);
  if (profile.max_temp_directory_bytes)
    options.temporary_bytes = static_cast<uint64_t>(*profile.max_temp_directory_bytes);
  const std::pair<std::string_view, std::optional<bool>> rules[] = {
      {"filter_pushdown", profile.pushdown_filters},
      {"join_filter_pushdown", profile.enable_join_filter_pushdown},
      {"top_n", profile.enable_top_n}};
  std::string disabled;
  for (const auto& [name, is_on] : rules) {
    if (is_on && !*is_on) disabled += fmt::format("{}{}", disabled.empty() ? "" : ",", name);
  }
  if (!disabled.empty()) options.settings.emplace_back("disabled_optimizers", std::move(disabled));
  return options;
}

}  // namespace codeanatomy::engine
