// Staging: a folder of one writer inside of a table, where files are made before they get names.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/file_system.h"

namespace codeanatomy::storage {

/// Files get their final name only when complete, and each name belongs to one writer, so a writer
/// that fails may delete what it wrote. A lock tells a live writer's folder from what a dead one
/// left. Removed with all that is in it on destruction.
class Staging {
 public:
  /// Makes the table's folder if need be, and removes what dead writers left.
  static Result<Staging> Make(FileSystem& files, const std::string& root);
  Staging(Staging&&) noexcept = default;
  ~Staging();

  const std::string& folder() const { return folder_; }

  /// Moves a finished file into `folder`, which exists, relative to the table, empty for the
  /// table's own: to the first free of the names <hash>.parquet, <hash>-1.parquet, …. Its path
  /// relative to the table.
  Result<std::string> Move(const std::string& name, const std::string& folder) const;

 private:
  Staging(FileSystem& files, std::string root, std::string folder, std::unique_ptr<FileLock> lock)
      : files_(&files),
        root_(std::move(root)),
        folder_(std::move(folder)),
        lock_(std::move(lock)) {}

  FileSystem* files_;
  std::string root_, folder_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace codeanatomy::storage
