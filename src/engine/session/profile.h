// Profile: the three sizes of a session, and the settings of the engine that its options come to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace codeanatomy::engine {

/// Rules of the engine's optimizer that are off in every session, by the engine's names, separated
/// by commas, because the pinned release gets them wrong. top_n_window_elimination, the first rows
/// of each partition as an aggregate: an internal error where a range condition stands below a join
/// below the window.
inline constexpr std::string_view kFaultyOptimizers = "top_n_window_elimination";

struct SessionOptions;

enum class Profile : uint8_t { kSmall, kMedium, kLarge };

/// Errors InvalidArgument, naming the three.
Result<Profile> ParseProfile(std::string_view name);

/// How many threads a session of these options has: at least 1.
int ThreadsOf(const SessionOptions& options);
/// The resident memory that it may take, in bytes.
uint64_t MemoryLimitOf(const SessionOptions& options);
/// The engine's part of it, to begin with.
uint64_t EngineBytesOf(const SessionOptions& options);

/// How many bytes of snapshots it keeps.
uint64_t SnapshotLimitOf(const SessionOptions& options);

/// Rows per batch of the Arrow streams that it gives.
size_t BatchRowsOf(const SessionOptions& options);
/// How many tables' logs it reads side by side.
size_t LogReadersOf(const SessionOptions& options);

/// Settings of the engine by name, as texts that it accepts.
using Settings = std::map<std::string, std::string>;
/// Those that a session of these options is opened with; what the options do not say comes from the
/// profile.
Settings SettingsOf(const SessionOptions& options);

}  // namespace codeanatomy::engine
