#include "storage/staging.h"

#include <fmt/format.h>

#include "storage/log/log_files.h"

namespace codeanatomy::storage {
namespace {

Result<void> RemoveDead(FileSystem& files, const std::string& root) {
  CA_ASSIGN_OR_RETURN(const auto entries, files.List(root));
  for (const DirectoryEntry& entry : entries) {
    if (!entry.is_directory || !entry.name.starts_with(kTemporaryPrefix)) continue;
    const std::string folder = JoinPath(root, entry.name);
    const auto lock = files.TryLock(JoinPath(folder, "lock"));
    if (!lock) {  // its owner may have removed it since it was listed
      CA_ASSIGN_OR_RETURN(const FileStatus status, files.Status(folder));
      if (status.exists) return Error(ErrorCode::kIoError, lock.error().message(), folder);
      continue;
    }
    if (*lock != nullptr) CA_RETURN_IF_ERROR(RemoveTree(files, folder));
  }
  return {};
}

}  // namespace

Result<Staging> Staging::Make(FileSystem& files, const std::string& root) {
  CA_RETURN_IF_ERROR(files.CreateDirectories(root));
  CA_RETURN_IF_ERROR(RemoveDead(files, root));
  // Between making a folder and locking it another writer may take it for a dead one's.
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string folder = JoinPath(root, kTemporaryPrefix + RandomName());
    CA_RETURN_IF_ERROR(files.CreateDirectories(folder));
    auto lock = files.TryLock(JoinPath(folder, "lock"));
    CA_ASSIGN_OR_RETURN(const FileStatus status, files.Status(JoinPath(folder, "lock")));
    if (!status.exists) continue;
    if (!lock) return std::move(lock.error());
    if (*lock != nullptr) return Staging(files, root, folder, *std::move(lock));
  }
  return Error(ErrorCode::kIoError, "no temporary folder of our own could be made", root,
               "try again when fewer writers are at work");
}

// What cannot be removed bears a temporary name; the next writer tries again.
Staging::~Staging() {
  if (lock_ != nullptr) (void)RemoveTree(*files_, folder_);
}

Result<std::string> Staging::Move(const std::string& name, const std::string& folder) const {
  const std::string stem = name.substr(0, name.rfind('.'));
  for (int n = 0;; ++n) {
    const std::string free = n == 0 ? name : fmt::format("{}-{}.parquet", stem, n);
    std::string path = folder.empty() ? free : JoinPath(folder, free);
    CA_ASSIGN_OR_RETURN(const bool moved,
                        files_->RenameIfAbsent(JoinPath(folder_, name), JoinPath(root_, path)));
    if (moved) return path;
  }
}

}  // namespace codeanatomy::storage
