#include "storage/memory_file_system.h"

namespace codeanatomy::storage {
namespace {

class MemoryLock : public FileLock {
 public:
  MemoryLock(std::shared_ptr<std::set<std::string>> locks, std::string path)
      : locks_(std::move(locks)), path_(std::move(path)) {}
  ~MemoryLock() override { locks_->erase(path_); }

 private:
  std::shared_ptr<std::set<std::string>> locks_;
  std::string path_;
};

Error NotFound(const std::string& path) {
  return Error(ErrorCode::kNotFound, "no such file", path);
}

}  // namespace

void MemoryFileSystem::FailFrom(int operation, ErrorCode code) {
  fail_from_ = operation == 0 ? 0 : operations_ + operation;
  fail_code_ = code;
}

void MemoryFileSystem::FailOnce(int operation, ErrorCode code) {
  fail_once_ = operations_ + operation;
  fail_code_ = code;
}

void MemoryFileSystem::LosePower() {
  fail_from_ = fail_once_ = 0;
  locks_ = std::make_shared<std::set<std::string>>();
  live_ = durable_;
  for (auto& [path, file] : live_) file->content = file->synced_content;
}

Result<void> MemoryFileSystem::Step(const std::string& path) {
  ++operations_;
  if ((fail_from_ != 0 && operations_ >= fail_from_) || operations_ == fail_once_)
    return Error(fail_code_, "stopped by the test", path);
  return {};
}

bool MemoryFileSystem::IsDirectory(const std::string& path) const {
  return directories_.contains(path);
}

Result<std::string> MemoryFileSystem::ReadFile(const std::string& path) {
  const auto file = live_.find(path);
  if (file == live_.end()) return NotFound(path);
  return file->second->content;
}

Result<void> MemoryFileSystem::WriteFile(const std::string& path, std::string_view bytes) {
  CA_RETURN_IF_ERROR(WriteUnsynced(path, bytes));
  live_[path]->synced_content = bytes;
  return {};
}

Result<void> MemoryFileSystem::WriteUnsynced(const std::string& path, std::string_view bytes) {
  if (!IsDirectory(ParentPath(path))) return NotFound(path);
  std::shared_ptr<File>& file = live_[path];
  if (file == nullptr) file = std::make_shared<File>();
  file->modified_ms = now;
  // A failing write has torn the file: half of the bytes are there, none of them synced.
  if (Result<void> step = Step(path); !step) {
    file->content = bytes.substr(0, bytes.size() / 2);
    return step;
  }
  file->content = bytes;
  return {};
}

Result<bool> MemoryFileSystem::RenameIfAbsent(const std::string& from, const std::string& to) {
  if (before_rename) before_rename(to);
  CA_RETURN_IF_ERROR(Step(to));
  if (!live_.contains(from)) return NotFound(from);
  if (live_.contains(to)) return false;
  live_[to] = live_[from];
  live_.erase(from);
  return true;
}

Result<void> MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  CA_RETURN_IF_ERROR(Step(to));
  if (!live_.contains(from)) return NotFound(from);
  live_[to] = live_[from];
  live_.erase(from);
  return {};
}

Result<bool> MemoryFileSystem::LinkIfAbsent(const std::string& from, const std::string& to) {
  CA_RETURN_IF_ERROR(Step(to));
  if (!live_.contains(from)) return NotFound(from);
  if (live_.contains(to)) return false;
  live_[to] = live_[from];
  return true;
}

Result<void> MemoryFileSystem::Remove(const std::string& path) {
  CA_RETURN_IF_ERROR(Step(path));
  live_.erase(path);
  directories_.erase(path);
  return {};
}

Result<void> MemoryFileSystem::CreateDirectories(const std::string& path) {
  CA_RETURN_IF_ERROR(Step(path));
  for (std::string folder = path; directories_.insert(folder).second; folder = ParentPath(folder)) {
    if (live_.contains(folder)) return Error(ErrorCode::kIoError, "is a file", folder);
  }
  return {};
}

Result<void> MemoryFileSystem::SyncFile(const std::string& path) {
  CA_RETURN_IF_ERROR(Step(path));
  const auto file = live_.find(path);
  if (file == live_.end()) return NotFound(path);
  file->second->synced_content = file->second->content;
  return {};
}

Result<void> MemoryFileSystem::SyncDirectory(const std::string& path) {
  CA_RETURN_IF_ERROR(Step(path));
  std::erase_if(durable_, [&](const auto& entry) {
    return ParentPath(entry.first) == path && !live_.contains(entry.first);
  });
  for (const auto& [name, file] : live_)
    if (ParentPath(name) == path) durable_[name] = file;
  return {};
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::List(const std::string& path) {
  std::map<std::string, bool> found;
  for (const auto& [name, file] : live_)
    if (ParentPath(name) == path) found[name.substr(path.size() + 1)] = false;
  for (const std::string& name : directories_)
    if (name != path && ParentPath(name) == path) found[name.substr(path.size() + 1)] = true;
  std::vector<DirectoryEntry> entries;
  entries.reserve(found.size());
  for (const auto& [name, is_directory] : found) entries.push_back({name, is_directory});
  return entries;
}

Result<FileStatus> MemoryFileSystem::Status(const std::string& path) {
  if (IsDirectory(path)) return FileStatus{true, true, 0};
  const auto file = live_.find(path);
  if (file == live_.end()) return FileStatus{};
  return FileStatus{true, false, file->second->content.size(), file->second->modified_ms};
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::TryLock(const std::string& path) {
  if (!locks_->insert(path).second) return std::unique_ptr<FileLock>();
  if (!live_.contains(path)) {
    if (Result<void> made = WriteFile(path, ""); !made) {
      locks_->erase(path);
      return std::move(made.error());
    }
  }
  return std::unique_ptr<FileLock>(new MemoryLock(locks_, path));
}

}  // namespace codeanatomy::storage
