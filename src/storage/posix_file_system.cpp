// The operating system's file system. Durability: fsync of the content, then of the folder.
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/file_system.h"

namespace codeanatomy::storage {
namespace {

/// Closes a descriptor; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error OpenError(const std::string& path, std::string_view action) {
  if (errno == ENOENT) return Error(ErrorCode::kNotFound, "no such file", path);
  return ErrnoError(errno, action, path);
}

Result<void> WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoError(errno, "write", path);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<Descriptor> WriteUnsynced(const std::string& path, std::string_view bytes) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) return ErrnoError(errno, "create", path);
  CA_RETURN_IF_ERROR(WriteAll(file.get(), bytes, path));
  return file;
}

Result<void> SyncAndClose(Descriptor& file, const std::string& path) {
  if (::fsync(file.get()) != 0) return ErrnoError(errno, "sync", path);
  if (::close(file.release()) != 0) return ErrnoError(errno, "close", path);
  return {};
}

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

class PosixFileSystem : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return OpenError(path, "open");
    std::string bytes;
    struct stat status;
    if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode))
      bytes.reserve(static_cast<size_t>(status.st_size) + 1);
    for (;;) {
      const size_t have = bytes.size();
      bytes.resize(std::max(bytes.capacity(), have + 65536));
      const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
      if (got < 0 && errno == EINTR) {
        bytes.resize(have);
        continue;
      }
      if (got < 0) return ErrnoError(errno, "read", path);
      bytes.resize(have + static_cast<size_t>(got));
      if (got == 0) return bytes;
    }
  }

  Result<void> WriteFile(const std::string& path, std::string_view bytes) override {
    CA_ASSIGN_OR_RETURN(Descriptor file, WriteUnsynced(path, bytes));
    return SyncAndClose(file, path);
  }

  std::vector<Result<void>> WriteFiles(const std::vector<FileText>& texts) override {
    std::vector<Result<Descriptor>> written;
    for (const FileText& text : texts) written.push_back(WriteUnsynced(text.path, text.bytes));
    // The blocks of all are chosen before the first sync, so that it commits them all. A file
    // system that cannot begin early writes when it is synced.
    for (const Result<Descriptor>& file : written) {
      if (file) (void)::sync_file_range(file->get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    std::vector<Result<void>> results;
    for (size_t i = 0; i < texts.size(); ++i) {
      if (written[i]) {
        results.push_back(SyncAndClose(*written[i], texts[i].path));
      } else {
        results.push_back(std::move(written[i].error()));
      }
    }
    return results;
  }

  Result<bool> RenameIfAbsent(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
      return true;
    if (errno == EEXIST) return false;
    if (errno != EINVAL && errno != ENOSYS) return ErrnoError(errno, "rename", from);
    // File systems without the flag have hard links, whose creation is exclusive as well.
    if (::link(from.c_str(), to.c_str()) != 0) {
      if (errno == EEXIST) return false;
      return ErrnoError(errno, "link", to);
    }
    CA_RETURN_IF_ERROR(Remove(from));
    return true;
  }

  Result<void> Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return ErrnoError(errno, "rename", to);
    return {};
  }

  Result<bool> LinkIfAbsent(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
      return ErrnoError(errno, "link", to);
    CA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(from));
    const std::string copy = to + ".copy";
    CA_RETURN_IF_ERROR(WriteFile(copy, bytes));
    return RenameIfAbsent(copy, to);
  }

  Result<void> Remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    if ((errno == EISDIR || errno == EPERM) && (::rmdir(path.c_str()) == 0 || errno == ENOENT))
      return {};
    return ErrnoError(errno, "remove", path);
  }

  Result<void> CreateDirectories(const std::string& path) override {
    // From the first missing ancestor down; usually only the folder itself is missing.
    std::vector<std::string> missing{path};
    while (!missing.empty()) {
      const std::string folder = missing.back();
      if (::mkdir(folder.c_str(), 0777) == 0) {
        missing.pop_back();
        continue;
      }
      const int error = errno;
      const std::string parent = ParentPath(folder);
      if (error == ENOENT && parent != folder) {
        missing.push_back(parent);
        continue;
      }
      struct stat status;
      const bool there = ::stat(folder.c_str(), &status) == 0;
      if (!there) return ErrnoError(error, "create the folder", folder);
      if (!S_ISDIR(status.st_mode)) return ErrnoError(ENOTDIR, "create the folder", folder);
      missing.pop_back();
    }
    return {};
  }

  Result<void> SyncFile(const std::string& path) override {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return OpenError(path, "open");
    return SyncAndClose(file, path);
  }

  Result<void> SyncDirectory(const std::string& path) override {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return ErrnoError(errno, "open", path);
    // EINVAL: the file system has no notion of syncing a folder.
    if (::fsync(folder.get()) != 0 && errno != EINVAL) return ErrnoError(errno, "sync", path);
    return {};
  }

  Result<std::vector<DirectoryEntry>> List(const std::string& path) override {
    std::vector<DirectoryEntry> entries;
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) {
      if (errno == ENOENT) return entries;
      return ErrnoError(errno, "list", path);
    }
    errno = 0;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      bool is_directory = entry->d_type == DT_DIR;
      struct stat status;
      if (entry->d_type == DT_UNKNOWN && ::lstat(JoinPath(path, name).c_str(), &status) == 0)
        is_directory = S_ISDIR(status.st_mode);
      entries.push_back({name, is_directory});
      errno = 0;
    }
    const int error = errno;
    ::closedir(folder);
    if (error != 0) return ErrnoError(error, "list", path);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  Result<FileStatus> Status(const std::string& path) override {
    struct stat status;
    if (::stat(path.c_str(), &status) == 0)
      return FileStatus{true, S_ISDIR(status.st_mode), static_cast<uint64_t>(status.st_size),
                        status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000};
    if (errno == ENOENT || errno == ENOTDIR) return FileStatus{};
    return ErrnoError(errno, "examine", path);
  }

  Result<std::unique_ptr<FileLock>> TryLock(const std::string& path) override {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (file.get() < 0) return ErrnoError(errno, "open", path);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
      if (errno != EINTR) return ErrnoError(errno, "lock", path);
    }
    return std::unique_ptr<FileLock>(new PosixFileLock(std::move(file)));
  }
};

}  // namespace

std::unique_ptr<FileSystem> OpenPosixFileSystem() { return std::make_unique<PosixFileSystem>(); }

}  // namespace codeanatomy::storage
