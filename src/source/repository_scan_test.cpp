#include "source/repository_scan.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace codeanatomy::source {
namespace {

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/codeanatomy_scan_XXXXXX";
    root_ = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(root_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void Write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + path).parent_path());
    std::ofstream(root_ + "/" + path) << text;
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

std::vector<std::string> Included(const std::string& root, const ScanOptions& options = {}) {
  const CancelFlag cancel;
  auto result = ScanRepository(root, options, cancel);
  REQUIRE(result.has_value());
  std::vector<std::string> paths;
  for (const ScannedFile& file : result->files) {
    if (file.included) paths.push_back(file.path);
  }
  return paths;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("Python files in path order, shebang scripts included") {
  const Folder folder;
  folder.Write("b/z.py", "");
  folder.Write("a.pyi", "");
  folder.Write("run", "#!/usr/bin/env python3\n");
  folder.Write("tool", "#!/bin/sh\n");
  folder.Write("c.pyw", "");
  folder.Write("readme.md", "");
  CHECK(Included(folder.root()) == Paths{"a.pyi", "b/z.py", "c.pyw", "run"});
}

TEST_CASE("globs include and exclude") {
  const Folder folder;
  folder.Write("pkg/a.py", "");
  folder.Write("pkg/tests/t.py", "");
  folder.Write("other.py", "");
  ScanOptions options;
  options.include_globs = {"pkg/"};
  options.exclude_globs = {"tests"};
  CHECK(Included(folder.root(), options) == Paths{"pkg/a.py"});
}

TEST_CASE("symbolic links never lead out of the repository") {
  const Folder folder;
  const Folder outside;
  outside.Write("secret.py", "");
  folder.Write("pkg/a.py", "");
  REQUIRE(::symlink(outside.root().c_str(), (folder.root() + "/leak").c_str()) == 0);
  REQUIRE(::symlink("..", (folder.root() + "/pkg/loop").c_str()) == 0);
  REQUIRE(::symlink("pkg/a.py", (folder.root() + "/alias.py").c_str()) == 0);
  CHECK(Included(folder.root()) == Paths{"pkg/a.py"});
  ScanOptions follow;
  follow.follow_symlinks = true;
  CHECK(Included(folder.root(), follow) == Paths{"alias.py", "pkg/a.py"});
}

TEST_CASE("git ignore rules hold, tracked files win over them") {
  const Folder folder;
  folder.Write(".gitignore", "gen/\n*.skip.py\n");
  folder.Write("a.py", "");
  folder.Write("b.skip.py", "");
  folder.Write("kept.skip.py", "");
  folder.Write("gen/x.py", "");
  const std::string git = "git -C " + folder.root() + " ";
  REQUIRE(std::system((git + "init -q && " + git + "add -f kept.skip.py").c_str()) == 0);
  CHECK(Included(folder.root()) == Paths{"a.py", "kept.skip.py"});
  ScanOptions tracked_only;
  tracked_only.include_untracked = false;
  CHECK(Included(folder.root(), tracked_only) == Paths{"kept.skip.py"});
}

TEST_CASE("a folder that an enclosing checkout ignores is scanned as a plain folder") {
  const Folder folder;
  folder.Write(".gitignore", "env/\n");
  folder.Write("env/lib/a.py", "");
  REQUIRE(std::system(("git -C " + folder.root() + " init -q").c_str()) == 0);
  CHECK(Included(folder.root() + "/env/lib") == Paths{"a.py"});
}

TEST_CASE("limits and refusals are named") {
  const Folder folder;
  folder.Write("a.py", "");
  folder.Write("b.py", "");
  const CancelFlag cancel;
  ScanOptions one;
  one.max_files = 1;
  auto result = ScanRepository(folder.root(), one, cancel);
  REQUIRE(result.has_value());
  REQUIRE(result->problems.size() == 1);
  CHECK(result->problems[0].problem.limit_name == "max_files");
  CHECK(ScanRepository(folder.root() + "/a.py", {}, cancel).error().code() ==
        ErrorCode::kNotADirectory);
  CHECK(ScanRepository(folder.root() + "/none", {}, cancel).error().code() == ErrorCode::kNotFound);
}

}  // namespace codeanatomy::source
