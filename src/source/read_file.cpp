#include "source/read_file.h"

#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "source/encoding.h"
#include "source/notebook.h"

namespace codeanatomy::source {
namespace {

// Spans are 32-bit in memory, whatever the limit is set to.
constexpr uint64_t kLargestFile = std::numeric_limits<int32_t>::max();

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<std::string> ReadOpen(int fd, size_t size, const std::string& path) {
  std::string bytes;
  bytes.resize(size + 1);  // one more, to see a file that grew
  size_t have = 0;
  while (true) {
    const ssize_t n = ::read(fd, bytes.data() + have, bytes.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, "read", path);
    if (n == 0) break;
    have += static_cast<size_t>(n);
    if (have == bytes.size()) bytes.resize(bytes.size() * 2);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

Result<std::string> ReadBytes(const std::string& absolute_path) {
  // O_NONBLOCK: opening a FIFO that nobody writes must not hang; fstat then refuses it.
  const FileDescriptor file(::open(absolute_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return ErrnoError(errno, "open", absolute_path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return ErrnoError(errno, "stat", absolute_path);
  if (!S_ISREG(info.st_mode))
    return Error(ErrorCode::kIoError, "not a regular file", absolute_path);
  return ReadOpen(file.get(), static_cast<size_t>(info.st_size), absolute_path);
}

SourceFile ReadSourceFile(const std::string& root, std::string path, uint64_t max_file_bytes) {
  SourceFile file;
  file.path = std::move(path);
  const std::string absolute = root + "/" + file.path;
  struct stat info {};
  if (::stat(absolute.c_str(), &info) == 0) file.size_bytes = info.st_size;
  const uint64_t limit =
      max_file_bytes == 0 ? kLargestFile : std::min(max_file_bytes, kLargestFile);
  if (static_cast<uint64_t>(file.size_bytes) > limit) {
    file.is_readable = false;
    file.problems.push_back(
        {"FILE_TOO_LARGE",
         fmt::format(
             "{} bytes are more than max_file_bytes = {}; raise --max-file-bytes to parse it",
             file.size_bytes, limit),
         {},
         "max_file_bytes",
         static_cast<int64_t>(limit)});
    return file;
  }
  auto bytes = ReadBytes(absolute);
  if (!bytes) {
    file.is_readable = false;
    file.problems.push_back({"FILE_UNREADABLE", bytes.error().message(), {}, {}, 0});
    return file;
  }
  file.bytes = *std::move(bytes);
  file.size_bytes = static_cast<int64_t>(file.bytes.size());
  file.sha256 = Hex(Sha256::Of(file.bytes));
  if (IsNotebookPath(file.path)) {
    ReadNotebook(file);
  } else {
    DecodeSource(file);
  }
  return file;
}

}  // namespace codeanatomy::source
