#include "source/git_scope.h"

#include <cstdlib>

#include <git2.h>

namespace codeanatomy::source {

struct GitScope::Repository {
  git_repository* handle = nullptr;
  // libgit2 counts its initializations; every scope holds one.
  Repository() {
    git_libgit2_init();
    // A scan only reads; repositories of other owners (CI mounts) are fine.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  }
  ~Repository() {
    git_repository_free(handle);
    git_libgit2_shutdown();
  }
  Repository(const Repository&) = delete;
  Repository& operator=(const Repository&) = delete;
};

GitScope::~GitScope() = default;

std::unique_ptr<GitScope> GitScope::Open(const std::string& root) {
  std::unique_ptr<GitScope> scope(new GitScope());
  scope->repository_ = std::make_unique<Repository>();
  git_repository*& handle = scope->repository_->handle;
  if (git_repository_open_ext(&handle, root.c_str(), 0, nullptr) != 0) return nullptr;
  const char* work_tree = git_repository_workdir(handle);
  if (work_tree == nullptr) return nullptr;
  char resolved[4096];
  if (::realpath(work_tree, resolved) == nullptr) return nullptr;
  const std::string top = std::string(resolved) + "/";
  const std::string inside = root + "/";
  if (!inside.starts_with(top)) return nullptr;
  scope->prefix_ = inside.substr(top.size());

  git_index* index = nullptr;
  if (git_repository_index(&index, handle) != 0) return nullptr;
  const size_t count = git_index_entrycount(index);
  for (size_t i = 0; i < count; ++i) {
    const git_index_entry* entry = git_index_get_byindex(index, i);
    const std::string_view path(entry->path);
    if (!path.starts_with(scope->prefix_)) continue;
    std::string relative(path.substr(scope->prefix_.size()));
    for (size_t slash = relative.rfind('/'); slash != std::string::npos;
         slash = relative.rfind('/', slash - 1)) {
      if (!scope->directories_.insert(relative.substr(0, slash)).second || slash == 0) break;
    }
    auto& set = entry->mode == GIT_FILEMODE_COMMIT ? scope->submodules_ : scope->tracked_;
    set.insert(std::move(relative));
  }
  git_index_free(index);
  if (!scope->prefix_.empty() && scope->tracked_.empty()) {
    int ignored = 0;
    if (git_ignore_path_is_ignored(&ignored, handle, scope->prefix_.c_str()) != 0 || ignored != 0)
      return nullptr;
  }
  return scope;
}

bool GitScope::IsIgnored(std::string_view path, bool is_directory) const {
  std::string full = prefix_ + std::string(path);
  if (is_directory) full += '/';
  int ignored = 0;
  return git_ignore_path_is_ignored(&ignored, repository_->handle, full.c_str()) == 0 &&
         ignored != 0;
}

}  // namespace codeanatomy::source
