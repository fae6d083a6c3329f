#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/file_system.h"

namespace codeanatomy::storage {
namespace {

struct TemporaryFolder {
  TemporaryFolder() {
    char name[] = "/tmp/codeanatomy-storage-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~TemporaryFolder() { CHECK(RemoveTree(*files, path)); }
  std::unique_ptr<FileSystem> files = OpenPosixFileSystem();
  std::string path;
};

TEST_CASE("files, names and folders") {
  TemporaryFolder folder;
  FileSystem& files = *folder.files;
  const std::string a = folder.path + "/x/y/a", b = folder.path + "/x/y/b";
  CHECK_FALSE(files.WriteFile(a, "1"));
  REQUIRE(files.CreateDirectories(folder.path + "/x/y"));
  REQUIRE(files.CreateDirectories(folder.path + "/x/y"));
  REQUIRE(files.WriteFile(a, "one"));
  REQUIRE(files.WriteFile(b, std::string(200'000, 'b')));
  CHECK_EQ(*files.ReadFile(a), "one");
  CHECK_EQ(files.ReadFile(b)->size(), 200'000);
  CHECK_EQ(GetErrorCodeInfo(files.ReadFile(a + "?").error().code()).name, "NOT_FOUND");
  CHECK_EQ(*files.RenameIfAbsent(a, b), false);
  CHECK_EQ(*files.ReadFile(a), "one");
  CHECK_EQ(*files.RenameIfAbsent(a, folder.path + "/x/c"), true);
  CHECK_FALSE((*files.Status(a)).exists);
  CHECK_EQ(*files.LinkIfAbsent(b, a), true);
  CHECK_EQ(*files.LinkIfAbsent(b, a), false);
  REQUIRE(files.SyncDirectory(folder.path));
  const auto entries = files.List(folder.path + "/x");
  REQUIRE(entries);
  CHECK_EQ(*entries, std::vector<DirectoryEntry>{{"c", false}, {"y", true}});
  CHECK(files.List(folder.path + "/none")->empty());
  CHECK_FALSE(files.CreateDirectories(folder.path + "/x/c/d"));
  REQUIRE(ReplaceFile(files, a, "new"));
  CHECK_EQ(*files.ReadFile(a), "new");
  CHECK_EQ(files.ReadFile(b)->size(), 200'000);
  REQUIRE(files.Remove(a));
  REQUIRE(files.Remove(a));
}

TEST_CASE("of files written together each has a result of its own") {
  TemporaryFolder folder;
  FileSystem& files = *folder.files;
  const std::string long_text(200'000, 'b');
  const auto written = files.WriteFiles({{folder.path + "/a", "one"},
                                         {folder.path + "/absent/b", "two"},
                                         {folder.path + "/c", long_text}});
  REQUIRE(written.size() == 3);
  CHECK(written[0].has_value());
  REQUIRE_FALSE(written[1].has_value());
  CHECK(written[1].error().subject() == folder.path + "/absent/b");
  CHECK(written[2].has_value());
  CHECK_EQ(*files.ReadFile(folder.path + "/a"), "one");
  CHECK_EQ(*files.ReadFile(folder.path + "/c"), long_text);
}

TEST_CASE("removing a tree does not follow links") {
  TemporaryFolder folder;
  FileSystem& files = *folder.files;
  REQUIRE(files.CreateDirectories(folder.path + "/kept"));
  REQUIRE(files.WriteFile(folder.path + "/kept/file", "1"));
  REQUIRE(files.CreateDirectories(folder.path + "/gone/deep"));
  REQUIRE(files.WriteFile(folder.path + "/gone/deep/file", "1"));
  REQUIRE_EQ(::symlink((folder.path + "/kept").c_str(), (folder.path + "/gone/link").c_str()), 0);
  REQUIRE(RemoveTree(files, folder.path + "/gone"));
  CHECK_FALSE((*files.Status(folder.path + "/gone")).exists);
  CHECK((*files.Status(folder.path + "/kept/file")).exists);
}

TEST_CASE("a lock is exclusive until it is released") {
  TemporaryFolder folder;
  FileSystem& files = *folder.files;
  const std::string path = folder.path + "/LOCK";
  auto first = files.TryLock(path);
  REQUIRE(first);
  REQUIRE(*first != nullptr);
  CHECK(*files.TryLock(path) == nullptr);
  first->reset();
  CHECK(*files.TryLock(path) != nullptr);
}

}  // namespace
}  // namespace codeanatomy::storage
