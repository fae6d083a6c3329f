#include "engine/session/profile.h"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

struct ProfileInfo {
  Profile profile;
  std::string_view name;
  int threads;               // 0: all CPUs
  uint64_t memory_bytes;     // resident memory of the process
  uint64_t engine_bytes;     // DuckDB's part of it
  uint64_t temporary_bytes;  // on disk, for spilling
  uint64_t snapshot_bytes;   // of tables' logs that a session keeps
  int64_t batch_rows;        // of an Arrow stream's batches
  int log_readers;           // logs of inputs read side by side
};

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;

// The engine's limit is half of the resident budget, because it does not bound resident memory
// (measured: limit 512 MiB, 771 thousand KiB resident). With 300 MiB a build of the standard
// library took a quarter longer, and some nested relations could no longer be read.
constexpr auto kProfiles = std::to_array<ProfileInfo>({
    {Profile::kSmall, "small", 2, 256 * kMiB, 128 * kMiB, 1 * kGiB, 16 * kMiB, 4096, 8},
    {Profile::kMedium, "medium", 0, 1 * kGiB, 512 * kMiB, 10 * kGiB, 64 * kMiB, 8192, 32},
    {Profile::kLarge, "large", 0, 4 * kGiB, 2 * kGiB, 100 * kGiB, 256 * kMiB, 16384, 32},
});

const ProfileInfo& GetProfileInfo(Profile profile) {
  return kProfiles[static_cast<size_t>(profile)];
}

}  // namespace

Result<Profile> ParseProfile(std::string_view name) {
  for (const ProfileInfo& info : kProfiles) {
    if (info.name == name) return info.profile;
  }
  return Error(ErrorCode::kInvalidArgument, fmt::format("no engine profile {}", name),
               std::string(name), "profiles are small, medium and large");
}

int ThreadsOf(const SessionOptions& options) {
  const int threads = options.threads.value_or(GetProfileInfo(options.profile).threads);
  return threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

uint64_t MemoryLimitOf(const SessionOptions& options) {
  return options.memory_limit_bytes.value_or(GetProfileInfo(options.profile).memory_bytes);
}

uint64_t SnapshotLimitOf(const SessionOptions& options) {
  return options.snapshot_bytes.value_or(GetProfileInfo(options.profile).snapshot_bytes);
}

size_t BatchRowsOf(const SessionOptions& options) {
  return static_cast<size_t>(
      options.batch_rows.value_or(GetProfileInfo(options.profile).batch_rows));
}

size_t LogReadersOf(const SessionOptions& options) {
  return static_cast<size_t>(
      options.log_readers.value_or(GetProfileInfo(options.profile).log_readers));
}

uint64_t EngineBytesOf(const SessionOptions& options) {
  return options.engine_memory_bytes.value_or(options.memory_limit_bytes
                                                  ? *options.memory_limit_bytes / 2
                                                  : GetProfileInfo(options.profile).engine_bytes);
}

Settings SettingsOf(const SessionOptions& options) {
  const ProfileInfo& profile = GetProfileInfo(options.profile);
  const int threads = ThreadsOf(options);
  Settings settings{
      {"enable_external_file_cache",
       options.features.is_on(FeatureGate::kMetadataCache) ? "true" : "false"},
      {"memory_limit", fmt::format("{}B", EngineBytesOf(options))},
      {"preserve_insertion_order", "true"},
      {"temp_directory", options.temp_directory},
      {"threads", fmt::format("{}", threads)},
  };
  // The engine plans differently for one thread, and files would come out in other row groups. So
  // it is told of two threads that call from outside: it starts none of its own and ours works
  // alone.
  if (threads == 1) {
    settings["threads"] = "2";
    settings["external_threads"] = "2";
  }
  if (!options.temp_directory.empty()) {
    settings["max_temp_directory_size"] =
        fmt::format("{}B", options.temporary_bytes.value_or(profile.temporary_bytes));
  }
  settings["disabled_optimizers"] = kFaultyOptimizers;
  for (const auto& [key, value] : options.settings) settings[key] = value;
  return settings;
}

}  // namespace codeanatomy::engine
