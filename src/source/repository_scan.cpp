// The walk is our own, not git's: it must see what git hides (to say why a file was left out) and
// work without git. Directories are an explicit stack; entries of one directory are read at once
// and sorted, the whole list is sorted at the end, so the order never depends on the file system.
//
// A directory is entered once per (device, inode), which ends symbolic-link cycles; a link's target
// must lie below the root, so nothing outside the repository is ever read.
#include "source/repository_scan.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <set>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/encoding.h"
#include "source/git_scope.h"
#include "source/glob.h"
#include "source/notebook.h"

namespace codeanatomy::source {
namespace {

constexpr std::string_view kNeverEntered[] = {".git",         ".hg",         ".svn",
                                              ".codeanatomy", "__pycache__", ".ipynb_checkpoints"};

bool HasPythonExtension(std::string_view name) {
  return name.ends_with(".py") || name.ends_with(".pyi") || name.ends_with(".pyw");
}

/// First line `#!` that names python. Only asked of files without an extension.
bool HasPythonShebang(const std::string& absolute) {
  const int fd = ::open(absolute.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0) return false;
  char buffer[128];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  ::close(fd);
  const std::string_view head(buffer, n > 0 ? static_cast<size_t>(n) : 0);
  return head.starts_with("#!") &&
         head.substr(0, head.find('\n')).find("python") != std::string_view::npos;
}

struct PendingDirectory {
  std::string path;  // relative, "" for the root
  ScopeKind scope;
};

class Walk {
 public:
  Walk(const ScanOptions& options, GlobList include, GlobList exclude, ScanResult& result)
      : options_(options),
        include_(std::move(include)),
        exclude_(std::move(exclude)),
        result_(result) {}

  Result<void> Run(const CancelFlag& cancel) {
    git_ = GitScope::Open(result_.root);
    result_.is_git = git_ != nullptr;
    pending_.push_back({"", ScopeKind::kRepo});
    while (!pending_.empty() && !full_) {
      if (cancel.cancelled())
        return Error(ErrorCode::kInterrupted, "stopped while scanning", result_.root);
      const PendingDirectory next = std::move(pending_.back());
      pending_.pop_back();
      ReadDirectory(next);
    }
    const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
    std::sort(result_.files.begin(), result_.files.end(), by_path);
    std::sort(result_.problems.begin(), result_.problems.end(), by_path);
    return {};
  }

 private:
  void Problem(std::string path, std::string_view code, std::string message, std::string limit = {},
               int64_t value = 0) {
    result_.problems.push_back(
        {std::move(path), {code, std::move(message), {}, std::move(limit), value}});
  }

  std::string Absolute(std::string_view path) const {
    return path.empty() ? result_.root : fmt::format("{}/{}", result_.root, path);
  }

  void ReadDirectory(const PendingDirectory& directory) {
    const std::string absolute = Absolute(directory.path);
    struct stat self {};
    if (::stat(absolute.c_str(), &self) != 0 || !entered_.insert({self.st_dev, self.st_ino}).second)
      return;
    const std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(absolute.c_str()), ::closedir);
    if (handle == nullptr) {
      Problem(directory.path, "DIRECTORY_UNREADABLE",
              ErrnoError(errno, "open", directory.path).message());
      return;
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(handle.get())) names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      if (name == "." || name == ".." || full_) continue;
      Visit(directory, name);
    }
  }

  void Visit(const PendingDirectory& directory, const std::string& name) {
    std::string path = directory.path.empty() ? name : directory.path + "/" + name;
    const std::string absolute = Absolute(path);
    struct stat info {};
    if (::lstat(absolute.c_str(), &info) != 0) return;  // gone since readdir
    if (S_ISLNK(info.st_mode)) {
      if (!options_.follow_symlinks || !LeadsInside(absolute) ||
          ::stat(absolute.c_str(), &info) != 0)
        return;
    }
    if (S_ISDIR(info.st_mode)) {
      EnterDirectory(directory, name, std::move(path), absolute);
    } else if (S_ISREG(info.st_mode)) {
      const bool bare = name.find('.') == std::string::npos;
      const bool notebook = options_.include_notebooks && IsNotebookPath(name);
      if (HasPythonExtension(name) || notebook || (bare && HasPythonShebang(absolute)))
        AddFile(std::move(path), directory.scope);
    }
  }

  bool LeadsInside(const std::string& absolute) const {
    char resolved[4096];
    return ::realpath(absolute.c_str(), resolved) != nullptr &&
           std::string_view(resolved).starts_with(result_.root + "/");
  }

  void EnterDirectory(const PendingDirectory& parent, const std::string& name, std::string path,
                      const std::string& absolute) {
    if (std::find(std::begin(kNeverEntered), std::end(kNeverEntered), name) !=
        std::end(kNeverEntered))
      return;
    if (absolute == options_.output_dir) return;
    ScopeKind scope = parent.scope;
    struct stat marker {};
    if (::lstat((absolute + "/.git").c_str(), &marker) == 0) {
      const bool worktree = S_ISREG(marker.st_mode) && NamesWorktree(absolute + "/.git");
      if (worktree ? !options_.include_worktrees : !options_.include_submodules) return;
      scope = worktree ? ScopeKind::kWorktree : ScopeKind::kSubmodule;
    } else if (git_ != nullptr && git_->IsSubmodule(path)) {
      return;  // not checked out
    }
    if (scope == ScopeKind::kRepo && git_ != nullptr && !git_->HasTrackedBelow(path) &&
        git_->IsIgnored(path, true)) {
      return;
    }
    pending_.push_back({std::move(path), scope});
  }

  static bool NamesWorktree(const std::string& git_file) {
    const int fd = ::open(git_file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    char buffer[4096];
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    ::close(fd);
    return n > 0 && std::string_view(buffer, static_cast<size_t>(n)).find("/worktrees/") !=
                        std::string_view::npos;
  }

  void AddFile(std::string path, ScopeKind scope) {
    if (size_t bad = 0; !IsValidUtf8(path, &bad)) {
      Problem("", "PATH_NOT_UTF8",
              fmt::format("a file name is not UTF-8 at byte {} of {:?}", bad, path));
      return;
    }
    ScannedFile file;
    file.scope = scope;
    if (git_ != nullptr && scope == ScopeKind::kRepo) {
      const bool tracked = git_->IsTracked(path);
      file.is_untracked = !tracked;
      file.ignored_by_git = !tracked && git_->IsIgnored(path, false);
    }
    file.include_index = include_.Decide(path, false).value_or(-1);
    file.exclude_index = exclude_.Decide(path, false).value_or(-1);
    file.included = !file.ignored_by_git && (!file.is_untracked || options_.include_untracked) &&
                    (include_.empty() || include_.Matches(path, false)) &&
                    !exclude_.Matches(path, false);
    file.path = std::move(path);
    included_ += file.included ? 1 : 0;
    if (included_ > options_.max_files) {
      full_ = true;
      Problem("", "TOO_MANY_FILES",
              fmt::format(
                  "more than max_files = {} files; narrow with --include-glob or raise --max-files",
                  options_.max_files),
              "max_files", static_cast<int64_t>(options_.max_files));
      return;
    }
    result_.files.push_back(std::move(file));
  }

  const ScanOptions& options_;
  GlobList include_, exclude_;
  ScanResult& result_;
  std::unique_ptr<GitScope> git_;
  std::vector<PendingDirectory> pending_;
  std::set<std::pair<dev_t, ino_t>> entered_;
  uint64_t included_ = 0;
  bool full_ = false;
};

}  // namespace

Result<ScanResult> ScanRepository(const std::string& root, const ScanOptions& options,
                                  const CancelFlag& cancel) {
  ScanResult result;
  char resolved[4096];
  if (::realpath(root.c_str(), resolved) == nullptr) {
    return Error(ErrorCode::kNotFound, ErrnoError(errno, "open the repository", root).message(),
                 root, "name an existing directory");
  }
  struct stat info {};
  if (::stat(resolved, &info) != 0 || !S_ISDIR(info.st_mode)) {
    return Error(ErrorCode::kNotADirectory, "the repository root is not a directory", root,
                 "name the directory that holds the sources");
  }
  if (::access(resolved, R_OK | X_OK) != 0) return ErrnoError(errno, "read the directory", root);
  result.root = resolved;
  CA_ASSIGN_OR_RETURN(GlobList include, GlobList::Compile(options.include_globs));
  CA_ASSIGN_OR_RETURN(GlobList exclude, GlobList::Compile(options.exclude_globs));
  CA_RETURN_IF_ERROR(Walk(options, std::move(include), std::move(exclude), result).Run(cancel));
  return result;
}

}  // namespace codeanatomy::source
