// FileSystem: every operation by which storage touches the disk, so that tests can stop it at any
// one.
//
// Paths are absolute or relative to the process; '/' separates. A change is durable against power
// loss once the file (content) and its folder (name) have been synced; against kill -9 at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace codeanatomy::storage {

struct DirectoryEntry {
  std::string name;
  bool is_directory = false;
  bool operator==(const DirectoryEntry&) const = default;
};

struct FileStatus {
  bool exists = false;
  bool is_directory = false;
  uint64_t size = 0;
  int64_t modified_ms = 0;  // of the content, since 1970
};

struct FileText {
  std::string path;
  std::string_view bytes;
};

/// An advisory lock of a file; released on destruction and by the death of the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Errors of all members: NotFound where a file to be read is absent, otherwise IoError or NoSpace
/// with the path. May be used from several threads.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::string> ReadFile(const std::string& path) = 0;
  /// Creates or truncates, writes everything, syncs the content. A failure may leave a partial
  /// file.
  virtual Result<void> WriteFile(const std::string& path, std::string_view bytes) = 0;
  /// WriteFile of each, and what became of it, in their order. A disk is waited for once instead of
  /// once for each: all are written before the first is synced.
  virtual std::vector<Result<void>> WriteFiles(const std::vector<FileText>& files);
  /// Gives the file `from` the name `to` and takes the old one away, in one step.
  /// False, and nothing changed, where `to` exists.
  virtual Result<bool> RenameIfAbsent(const std::string& from, const std::string& to) = 0;
  /// The same, replacing what has the name.
  virtual Result<void> Rename(const std::string& from, const std::string& to) = 0;
  /// A second name for an immutable file: hard link, or copy where the file system has none.
  /// False, and nothing changed, where `to` exists.
  virtual Result<bool> LinkIfAbsent(const std::string& from, const std::string& to) = 0;
  /// A file or an empty folder; absent is no error.
  virtual Result<void> Remove(const std::string& path) = 0;
  /// With all parents; existing is no error.
  virtual Result<void> CreateDirectories(const std::string& path) = 0;
  /// The content of a file that another part of the program has written.
  virtual Result<void> SyncFile(const std::string& path) = 0;
  virtual Result<void> SyncDirectory(const std::string& path) = 0;
  /// Sorted by name, without "." and ".."; empty where the folder is absent.
  virtual Result<std::vector<DirectoryEntry>> List(const std::string& path) = 0;
  virtual Result<FileStatus> Status(const std::string& path) = 0;
  /// Creates the file if need be. Null where another process or thread holds the lock.
  virtual Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) = 0;
};

/// The operating system's. Stateless.
std::unique_ptr<FileSystem> OpenPosixFileSystem();

/// `folder` '/' `name`.
std::string JoinPath(std::string_view folder, std::string_view name);
/// `path` without links, dots and doubled slashes; its end need not exist.
/// Errors of ErrnoError: no path at all, such as one that is too long.
Result<std::string> CanonicalPath(const std::string& path);
/// What stands before the last '/', "." without one.
std::string ParentPath(std::string_view path);
/// Writes beside `path`, syncs, replaces `path`, syncs the folder: readers see the old or the new
/// file. Nothing is left behind on an error.
Result<void> ReplaceFile(FileSystem& files, const std::string& path, std::string_view bytes);
/// The folder and everything below it; absent is no error. Links are removed, not followed.
Result<void> RemoveTree(FileSystem& files, const std::string& path);

}  // namespace codeanatomy::storage
