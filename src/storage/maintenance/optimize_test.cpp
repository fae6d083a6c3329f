#include "storage/maintenance/optimize.h"

#include "storage/log/file_path.h"
#include "storage/log/log_files.h"
#include "storage/log/transaction.h"
#include "storage/maintenance/checkpoint_table.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kTable[] = "/out/t";

/// Five files of one row each.
void WriteFive(const TestEnvironment& test) {
  for (const int64_t value : {5, 3, 4, 1, 2})
    REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {value}));
}

Snapshot Load(const TestEnvironment& test) {
  Result<Snapshot> snapshot = Snapshot::Load(test.environment, kTable);
  REQUIRE(snapshot.has_value());
  return *std::move(snapshot);
}

std::string DigestOf(const TestEnvironment& test) {
  const Result<std::string> digest = TableDigest(test.environment, Load(test));
  REQUIRE(digest.has_value());
  return *digest;
}

TEST_CASE("files become one, rows and their order stay, old versions too") {
  TestEnvironment test;
  WriteFive(test);
  const std::string digest = DigestOf(test);
  const auto report = Optimize(test.environment, {.root = kTable});
  REQUIRE(report.has_value());
  CHECK_EQ(report->change.version, 5);
  CHECK_EQ(report->change.base_version, 4);
  CHECK_EQ(report->files_before, 5);
  CHECK_EQ(report->files_after, 1);
  CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2");
  CHECK_EQ(ReadSimple(test.environment, kTable, 3), "5 3 4 1");
  CHECK_EQ(Load(test).files().size(), 1);
  CHECK_EQ(Load(test).ContentDigest(), report->change.content_digest);
  CHECK_EQ(DigestOf(test), digest);

  const auto again = Optimize(test.environment, {.root = kTable});
  REQUIRE(again.has_value());
  CHECK_FALSE(again->change.committed);
  CHECK_EQ(again->change.version, 5);
}

TEST_CASE("an order sorts the rows of each new file") {
  TestEnvironment test;
  WriteFive(test);
  REQUIRE(Optimize(test.environment, {.root = kTable, .order = {"x"}}));
  CHECK_EQ(ReadSimple(test.environment, kTable), "1 2 3 4 5");
  const auto unknown = Optimize(test.environment, {.root = kTable, .order = {"y"}});
  REQUIRE_FALSE(unknown.has_value());
  CHECK_EQ(CodeOf(unknown.error()), "INVALID_ARGUMENT");
}

TEST_CASE("a new file takes the place of its first, files behind it keep theirs") {
  TestEnvironment test;
  const int64_t big = 123'456'789'012;
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {big, big, big, big, big}));
  WriteFive(test);
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {big, big, big, big}));
  const std::string rows = ReadSimple(test.environment, kTable);
  const std::string digest = DigestOf(test);
  const int64_t target = Load(test).files()[1].size * 5 / 2;
  const auto report = Optimize(test.environment, {.root = kTable, .target_size = target});
  REQUIRE(report.has_value());
  CHECK_EQ(report->files_removed, 4);
  CHECK_EQ(report->files_added, 2);
  CHECK_EQ(report->files_after, 5);
  CHECK_EQ(ReadSimple(test.environment, kTable), rows);
  CHECK_EQ(DigestOf(test), digest);
  const auto json = test.files.ReadFile(CommitPath(kTable, report->change.version));
  REQUIRE(json.has_value());
  CHECK_EQ(json->find(R"("dataChange":true)"), std::string::npos);
}

TEST_CASE("another writer in between: appended files stay, taken files are a conflict") {
  for (const bool takes : {false, true}) {
    CAPTURE(takes);
    TestEnvironment test;
    WriteFive(test);
    const std::string commit = CommitPath(kTable, 5);
    bool came = false;
    test.files.before_rename = [&](const std::string& to) {
      if (to != commit || std::exchange(came, true)) return;
      REQUIRE(WriteSimple(test.environment, kTable,
                          takes ? WriteMode::kOverwrite : WriteMode::kAppend, {9}));
    };
    const auto report = Optimize(test.environment, {.root = kTable});
    CHECK_EQ(report.has_value(), !takes);
    if (takes) {
      CHECK_EQ(CodeOf(report.error()), "DELTA_CONFLICT");
      CHECK_EQ(ReadSimple(test.environment, kTable), "9");
    } else {
      CHECK_EQ(report->change.base_version, 5);
      CHECK_EQ(report->change.version, 6);
      CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2 9");
    }
  }
}

TEST_CASE("two at once: one wins, and the other leaves the winner's file alone") {
  TestEnvironment test;
  WriteFive(test);
  const std::string commit = CommitPath(kTable, 5);
  bool came = false;
  test.files.before_rename = [&](const std::string& to) {
    if (to != commit || std::exchange(came, true)) return;
    REQUIRE(Optimize(test.environment, {.root = kTable}));
  };
  const auto report = Optimize(test.environment, {.root = kTable});
  REQUIRE_FALSE(report.has_value());
  CHECK_EQ(CodeOf(report.error()), "DELTA_CONFLICT");
  CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2");
}

TEST_CASE("stopped at any step, the table has the same rows, and the next run gets on") {
  for (int step = 1;; ++step) {
    CAPTURE(step);
    TestEnvironment test;
    WriteFive(test);
    test.files.FailFrom(step);
    const bool done = Optimize(test.environment, {.root = kTable}).has_value();
    test.files.LosePower();
    CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2");
    REQUIRE(Optimize(test.environment, {.root = kTable}));
    CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2");
    CHECK_EQ(Load(test).files().size(), 1);
    if (done) break;
    REQUIRE(step < 100);
  }
}

TEST_CASE("a table with change data feed or constraints may be compacted, not written") {
  TestEnvironment test;
  std::vector<Row> rows = SimpleRows({1});
  REQUIRE(WriteTable(test.environment, kTable,
                     {.schema = SimpleSchema(),
                      .properties = {{"delta.enableChangeDataFeed", "true"},
                                     {"delta.constraints.positive", "x > 0"}}},
                     rows, {}));
  CHECK_FALSE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {2}));
  CHECK(Optimize(test.environment, {.root = kTable}));
}

TEST_CASE("a checkpoint stands for the entries before it, and is written once") {
  TestEnvironment test;
  WriteFive(test);
  const auto report = CheckpointTable(test.environment, kTable);
  REQUIRE(report.has_value());
  CHECK(report->is_new);
  CHECK_EQ(report->version, 4);
  for (int64_t version = 0; version <= 4; ++version)
    REQUIRE(test.files.Remove(CommitPath(kTable, version)));
  CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2");
  const auto again = CheckpointTable(test.environment, kTable);
  REQUIRE(again.has_value());
  CHECK_FALSE(again->is_new);
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kAppend, {6}));
  CHECK_EQ(ReadSimple(test.environment, kTable), "5 3 4 1 2 6");
}

}  // namespace
}  // namespace codeanatomy::storage
