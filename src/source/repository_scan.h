// Repository scan: which files belong to the build, in path order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/observe.h"
#include "base/result.h"
#include "source/source_file.h"

namespace codeanatomy::source {

struct ScanOptions {
  std::vector<std::string> include_globs;  // gitignore syntax; empty: everything Python
  std::vector<std::string> exclude_globs;
  bool include_notebooks = true;
  bool include_untracked = true;
  bool include_submodules = false;
  bool include_worktrees = false;
  bool follow_symlinks = false;  // never out of the repository
  uint64_t max_files = 200'000;
  std::string output_dir;  // absolute; skipped when it lies inside the repository
};

enum class ScopeKind : uint8_t { kRepo, kSubmodule, kWorktree };
inline constexpr std::string_view kScopeKindNames[] = {"repo", "submodule", "worktree"};

/// A row of `scope_manifest`: a Python file seen, and what decided about it.
struct ScannedFile {
  std::string path;  // repository-relative, POSIX; valid UTF-8
  bool included = false;
  bool ignored_by_git = false;
  bool is_untracked = false;
  int32_t include_index = -1;  // rule that decided, -1: none
  int32_t exclude_index = -1;
  ScopeKind scope = ScopeKind::kRepo;
};

struct ScanProblem {
  std::string path;  // may be a directory; empty for the whole scan
  SourceProblem problem;
};

struct ScanResult {
  std::string root;                   // absolute, symlinks resolved
  bool is_git = false;                // ignore rules and index came from git
  std::vector<ScannedFile> files;     // every Python file seen, sorted by path bytes
  std::vector<ScanProblem> problems;  // unreadable directories, limits, names that are not UTF-8
};

/// Walks the repository. Python files are *.py, *.pyi, *.pyw, *.ipynb and files without extension
/// whose first line is a Python shebang. With git, tracked files count even where an ignore rule
/// names them. Errors: NotADirectory, NotFound, InvalidArgument (glob), Interrupted. Cost: one
/// directory walk.
Result<ScanResult> ScanRepository(const std::string& root, const ScanOptions& options,
                                  const CancelFlag& cancel);

}  // namespace codeanatomy::source
