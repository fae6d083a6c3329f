#include "storage/log/log_entry.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.h"
#include "storage/log/log_files.h"

namespace codeanatomy::storage {
namespace {

constexpr std::string_view kReservedKeys[] = {
    "operation",      "operationParameters", "operationMetrics", "timestamp", "readVersion",
    "isolationLevel", "isBlindAppend",       "engineInfo",       "userData",  "userMetadata",
};

}  // namespace

Result<bool> PutLogEntry(FileSystem& files, const std::string& root, int64_t version,
                         const std::string& json, bool& visible) {
  const std::string folder = LogPath(root);
  if (version == 0) {
    CA_RETURN_IF_ERROR(files.CreateDirectories(folder));
    CA_RETURN_IF_ERROR(files.SyncDirectory(root));
    CA_RETURN_IF_ERROR(files.SyncDirectory(ParentPath(root)));
  }
  const std::string temporary =
      JoinPath(folder, fmt::format("{}{}.json", kTemporaryPrefix, RandomName()));
  Result<bool> won = false;
  if (Result<void> written = files.WriteFile(temporary, json); !written)
    won = std::move(written.error());
  else
    won = files.RenameIfAbsent(temporary, CommitPath(root, version));
  // What cannot be removed now bears a temporary name and goes with the next cleanup.
  if (!won || !*won) (void)files.Remove(temporary);
  if (won && *won) {
    visible = true;
    CA_RETURN_IF_ERROR(files.SyncDirectory(folder));
  }
  return won;
}

void AppendCommitMembers(const std::map<std::string, std::string>& members, std::string& json) {
  for (const auto& [key, value] : members) {
    const bool reserved = std::ranges::find(kReservedKeys, key) != std::end(kReservedKeys);
    json += ',';
    AppendJsonString(json, reserved ? "codeanatomy_" + key : key);
    json += ':';
    AppendJsonString(json, value);
  }
}

}  // namespace codeanatomy::storage
