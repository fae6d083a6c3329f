#include "storage/log/commit_all.h"

#include <stdlib.h>

#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

TEST_CASE("commits of many tables run side by side; the first error in order is returned") {
  char folder[] = "/tmp/codeanatomy-commits-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  const auto files = OpenPosixFileSystem();
  const auto clock = OpenSystemClock();
  JsonParquetIo parquet(*files);
  const Environment environment{*files, parquet, *clock};
  const auto root = [&](int table) { return fmt::format("{}/t{}", folder, table); };
  const auto prepare = [&](WriteMode mode) {
    std::vector<PreparedCommit> commits;
    for (int table = 0; table < 40; ++table) {
      REQUIRE(files->CreateDirectories(root(table)));
      auto transaction = Transaction::Begin(environment, root(table), {SimpleSchema(), mode});
      REQUIRE(transaction);
      const std::vector<Row> rows = SimpleRows({table});
      transaction->Add(*parquet.Write(SimpleSchema(), rows, root(table)));
      commits.push_back({*std::move(transaction), {}});
    }
    return commits;
  };
  std::vector<PreparedCommit> commits = prepare(WriteMode::kCreate);
  const auto outcomes = CommitAll(commits);
  REQUIRE(outcomes);
  REQUIRE_EQ(outcomes->size(), 40);
  for (int table = 0; table < 40; ++table) {
    CHECK_EQ((*outcomes)[table].table_rows, 1);
    CHECK_EQ(ReadSimple(environment, root(table)), std::to_string(table));
  }

  commits = prepare(WriteMode::kAppend);
  REQUIRE(RemoveTree(*files, root(7)));
  REQUIRE(files->WriteFile(root(7), "in the way"));
  const auto failed = CommitAll(commits);
  REQUIRE_FALSE(failed);
  CHECK_NE(failed.error().subject().find("/t7"), std::string::npos);
  CHECK(RemoveTree(*files, folder));
}

}  // namespace
}  // namespace codeanatomy::storage
