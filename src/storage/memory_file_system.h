// MemoryFileSystem: a FileSystem for tests that can fail at any step and forget what was not
// synced.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace codeanatomy::storage {

/// One thread at a time. Content and names become durable apart from each other, as on a real disk.
class MemoryFileSystem : public FileSystem {
 public:
  /// From the n-th changing operation on (1 = the next) every operation that changes something
  /// fails with `code`, as if the process had died before it; 0 ends that.
  void FailFrom(int operation, ErrorCode code = ErrorCode::kIoError);
  /// The same for one operation only.
  void FailOnce(int operation, ErrorCode code);
  /// Changing operations so far.
  int operations() const { return operations_; }
  /// What a power loss leaves: contents and names as last synced. Ends failing, drops locks.
  void LosePower();

  /// WriteFile without the sync, as the Parquet library writes.
  Result<void> WriteUnsynced(const std::string& path, std::string_view bytes);

  /// When files are written.
  int64_t now = 0;

  /// Called with every path before RenameIfAbsent looks for the target: a place for a rival's
  /// commit.
  std::function<void(const std::string& to)> before_rename;

  Result<std::string> ReadFile(const std::string& path) override;
  Result<void> WriteFile(const std::string& path, std::string_view bytes) override;
  Result<bool> RenameIfAbsent(const std::string& from, const std::string& to) override;
  Result<void> Rename(const std::string& from, const std::string& to) override;
  Result<bool> LinkIfAbsent(const std::string& from, const std::string& to) override;
  Result<void> Remove(const std::string& path) override;
  Result<void> CreateDirectories(const std::string& path) override;
  Result<void> SyncFile(const std::string& path) override;
  Result<void> SyncDirectory(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> List(const std::string& path) override;
  Result<FileStatus> Status(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override;

 private:
  struct File {
    std::string content, synced_content;
    int64_t modified_ms = 0;
  };
  using Files = std::map<std::string, std::shared_ptr<File>>;

  Result<void> Step(const std::string& path);
  bool IsDirectory(const std::string& path) const;

  Files live_, durable_;
  std::set<std::string> directories_;
  std::shared_ptr<std::set<std::string>> locks_ = std::make_shared<std::set<std::string>>();
  int operations_ = 0;
  int fail_from_ = 0, fail_once_ = 0;
  ErrorCode fail_code_ = ErrorCode::kIoError;
};

}  // namespace codeanatomy::storage
