// InstrumentedFileSystem: a file system whose operations are spans.
#pragma once

#include <atomic>

#include "base/observe.h"
#include "storage/file_system.h"

namespace codeanatomy::storage {

/// Does what `inner` does. Each operation is a span `storage.<operation>` with the attributes path,
/// status (ok, or the error's code) and, where content moves, bytes.
class InstrumentedFileSystem final : public FileSystem {
 public:
  /// Both are borrowed.
  InstrumentedFileSystem(FileSystem& inner, EventSink& sink, uint64_t parent)
      : inner_(inner), sink_(sink), parent_(parent) {}

  /// The span below which operations stand from now on.
  void SetParent(uint64_t parent) { parent_.store(parent, std::memory_order_relaxed); }

  Result<std::string> ReadFile(const std::string& path) override;
  Result<void> WriteFile(const std::string& path, std::string_view bytes) override;
  std::vector<Result<void>> WriteFiles(const std::vector<FileText>& files) override;
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
  FileSystem& inner_;
  EventSink& sink_;
  std::atomic<uint64_t> parent_;
};

}  // namespace codeanatomy::storage
