// What git knows about a folder: tracked files and ignore rules, through libgit2.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace codeanatomy::source {

/// Paths are relative to the scanned root, which may lie below the work tree's root.
class GitScope {
 public:
  /// nullptr when `root` is in no work tree, or in one that ignores it (an environment inside a
  /// checkout): then the plain file system decides. Libgit2 failures count as "no work tree".
  static std::unique_ptr<GitScope> Open(const std::string& root);
  ~GitScope();

  bool IsTracked(std::string_view path) const { return tracked_.contains(std::string(path)); }
  bool HasTrackedBelow(std::string_view directory) const {
    return directories_.contains(std::string(directory));
  }
  bool IsSubmodule(std::string_view path) const { return submodules_.contains(std::string(path)); }
  bool IsIgnored(std::string_view path, bool is_directory) const;

 private:
  struct Repository;
  GitScope() = default;
  std::unique_ptr<Repository> repository_;
  std::string prefix_;  // of the root inside the work tree, "" or "a/b/"
  std::unordered_set<std::string> tracked_, directories_, submodules_;
};

}  // namespace codeanatomy::source
