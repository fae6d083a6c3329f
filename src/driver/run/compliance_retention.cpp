#include "driver/run/compliance_retention.h"

#include <nlohmann/json.hpp>

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

constexpr int64_t kDayMilliseconds = int64_t{24} * 60 * 60 * 1000;
constexpr const char* kExpires = "/retention/expires_at_unix_ms";

bool HasExpired(const std::string& text, int64_t now) {
  const Json capture = Json::parse(text, nullptr, false);
  const Json::json_pointer expires{std::string(kExpires)};
  if (!capture.is_object() || !capture.contains(expires)) return false;
  const Json& at = capture.at(expires);
  return at.is_number_integer() && at.get<int64_t>() <= now;
}

}  // namespace

Json RetentionJson(const ComplianceRetention& retention) {
  const char* name = retention.days == kShortRetentionDays  ? "Short"
                     : retention.days == kLongRetentionDays ? "Long"
                                                            : "Custom";
  return {{"class", name},
          {"days", retention.days},
          {"captured_at_unix_ms", retention.captured_at},
          {"expires_at_unix_ms", retention.captured_at + retention.days * kDayMilliseconds}};
}

Result<size_t> RemoveExpiredCaptures(storage::FileSystem& files, const std::string& out,
                                     int64_t now) {
  const std::string bundles = out + "/run_bundles";
  CA_ASSIGN_OR_RETURN(const storage::FileStatus folder, files.Status(bundles));
  if (!folder.exists) return size_t{0};
  CA_ASSIGN_OR_RETURN(const auto entries, files.List(bundles));
  size_t removed = 0;
  for (const storage::DirectoryEntry& entry : entries) {
    const std::string bundle = bundles + "/" + entry.name;
    const auto text = files.ReadFile(bundle + "/compliance.json");
    // Statements without the capture that says how long they are kept are kept no longer.
    const bool is_kept = text && !HasExpired(*text, now);
    CA_ASSIGN_OR_RETURN(const auto statements, files.Status(bundle + "/statements.sql"));
    if (!is_kept && statements.exists && !statements.is_directory)
      CA_RETURN_IF_ERROR(files.Remove(bundle + "/statements.sql"));
    if (!text || is_kept) continue;
    CA_RETURN_IF_ERROR(files.Remove(bundle + "/compliance.json"));
    ++removed;
  }
  return removed;
}

}  // namespace codeanatomy::driver
