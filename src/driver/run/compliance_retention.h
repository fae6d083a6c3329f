// How long the capture of a run (compliance.json of its bundle) is kept. Each capture says it of
// itself, and the next run into the same folder removes what is over; the rest of a bundle stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

/// Days of the two named classes; any other number is Custom.
inline constexpr int64_t kShortRetentionDays = 7, kLongRetentionDays = 90;

struct ComplianceRetention {
  int64_t days = kShortRetentionDays;
  int64_t captured_at = 0;  // milliseconds since 1970
};

/// {"class", "days", "captured_at_unix_ms", "expires_at_unix_ms"}.
nlohmann::json RetentionJson(const ComplianceRetention& retention);

/// Removes the captures below `<out>/run_bundles` that have expired at `now` (milliseconds since
/// 1970) and returns how many. What does not say when it expires is left alone.
/// Errors IoError. Cost reads each capture.
Result<size_t> RemoveExpiredCaptures(storage::FileSystem& files, const std::string& out,
                                     int64_t now);

}  // namespace codeanatomy::driver
