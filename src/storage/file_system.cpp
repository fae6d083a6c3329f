#include "storage/file_system.h"

#include <filesystem>
#include <system_error>

namespace codeanatomy::storage {

std::string JoinPath(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  return path += name;
}

std::string ParentPath(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<size_t>(slash, 1)));
}

Result<std::string> CanonicalPath(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(path, failed);
  if (failed) return ErrnoError(failed.value(), "resolve", path);
  return canonical.string();
}

std::vector<Result<void>> FileSystem::WriteFiles(const std::vector<FileText>& files) {
  std::vector<Result<void>> results;
  for (const FileText& file : files) results.push_back(WriteFile(file.path, file.bytes));
  return results;
}

Result<void> ReplaceFile(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  Result<void> done = files.WriteFile(temporary, bytes);
  if (done) done = files.Rename(temporary, path);
  if (!done) {
    // The first failure is the one to report; what stays is removed by the next build's cleanup.
    (void)files.Remove(temporary);
    return done;
  }
  return files.SyncDirectory(ParentPath(path));
}

Result<void> RemoveTree(FileSystem& files, const std::string& path) {
  // Folders in the order in which they were found: every child comes after its parent.
  std::vector<std::string> folders{path};
  for (size_t next = 0; next < folders.size(); ++next) {
    const std::string folder = folders[next];
    CA_ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, files.List(folder));
    for (const DirectoryEntry& entry : entries) {
      if (entry.is_directory)
        folders.push_back(JoinPath(folder, entry.name));
      else
        CA_RETURN_IF_ERROR(files.Remove(JoinPath(folder, entry.name)));
    }
  }
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
    CA_RETURN_IF_ERROR(files.Remove(*folder));
  return {};
}

}  // namespace codeanatomy::storage
