#include "storage/instrumented_file_system.h"

#include <algorithm>

namespace codeanatomy::storage {
namespace {

/// Does `work` in its span; `describe` adds what is known of its result.
template <typename Work, typename Describe>
auto Observe(EventSink& sink, uint64_t parent, std::string_view name, const std::string& path,
             const Work& work, const Describe& describe) {
  SpanScope span(sink, name, parent);
  span.Set("path", path);
  auto done = work();
  span.Set("status", done ? "ok" : std::string(GetErrorCodeInfo(done.error().code()).name));
  if (done) describe(span, done);
  return done;
}

constexpr auto kNothing = [](SpanScope&, const auto&) {};

void SetBytes(SpanScope& span, size_t bytes) { span.Set("bytes", std::to_string(bytes)); }

}  // namespace

Result<std::string> InstrumentedFileSystem::ReadFile(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.read_file", path, [&] { return inner_.ReadFile(path); },
      [](SpanScope& span, const Result<std::string>& text) { SetBytes(span, text->size()); });
}

Result<void> InstrumentedFileSystem::WriteFile(const std::string& path, std::string_view bytes) {
  return Observe(
      sink_, parent_, "storage.write_file", path, [&] { return inner_.WriteFile(path, bytes); },
      [&](SpanScope& span, const Result<void>&) { SetBytes(span, bytes.size()); });
}

std::vector<Result<void>> InstrumentedFileSystem::WriteFiles(const std::vector<FileText>& files) {
  SpanScope span(sink_, "storage.write_files", parent_);
  std::vector<Result<void>> written = inner_.WriteFiles(files);
  size_t bytes = 0;
  for (const FileText& file : files) bytes += file.bytes.size();
  const auto failed = std::ranges::find_if(written, [](const auto& one) { return !one; });
  span.Set("path", files.empty() ? "" : files.front().path);
  span.Set("status", failed == written.end()
                         ? "ok"
                         : std::string(GetErrorCodeInfo(failed->error().code()).name));
  span.Set("files", std::to_string(files.size()));
  SetBytes(span, bytes);
  return written;
}

Result<bool> InstrumentedFileSystem::RenameIfAbsent(const std::string& from,
                                                    const std::string& to) {
  return Observe(
      sink_, parent_, "storage.rename_if_absent", to,
      [&] { return inner_.RenameIfAbsent(from, to); }, kNothing);
}

Result<void> InstrumentedFileSystem::Rename(const std::string& from, const std::string& to) {
  return Observe(
      sink_, parent_, "storage.rename", to, [&] { return inner_.Rename(from, to); }, kNothing);
}

Result<bool> InstrumentedFileSystem::LinkIfAbsent(const std::string& from, const std::string& to) {
  return Observe(
      sink_, parent_, "storage.link_if_absent", to, [&] { return inner_.LinkIfAbsent(from, to); },
      kNothing);
}

Result<void> InstrumentedFileSystem::Remove(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.remove", path, [&] { return inner_.Remove(path); }, kNothing);
}

Result<void> InstrumentedFileSystem::CreateDirectories(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.create_directories", path,
      [&] { return inner_.CreateDirectories(path); }, kNothing);
}

Result<void> InstrumentedFileSystem::SyncFile(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.sync_file", path, [&] { return inner_.SyncFile(path); }, kNothing);
}

Result<void> InstrumentedFileSystem::SyncDirectory(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.sync_directory", path, [&] { return inner_.SyncDirectory(path); },
      kNothing);
}

Result<std::vector<DirectoryEntry>> InstrumentedFileSystem::List(const std::string& path) {
  return Observe(sink_, parent_, "storage.list", path, [&] { return inner_.List(path); }, kNothing);
}

Result<FileStatus> InstrumentedFileSystem::Status(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.status", path, [&] { return inner_.Status(path); }, kNothing);
}

Result<std::unique_ptr<FileLock>> InstrumentedFileSystem::TryLock(const std::string& path) {
  return Observe(
      sink_, parent_, "storage.try_lock", path, [&] { return inner_.TryLock(path); }, kNothing);
}

}  // namespace codeanatomy::storage
