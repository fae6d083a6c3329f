#include "storage/maintenance/vacuum.h"

#include "storage/log/log_files.h"
#include "storage/log/transaction.h"
#include "storage/maintenance/checkpoint_table.h"
#include "storage/maintenance/cleanup_log.h"
#include "storage/maintenance/optimize.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kTable[] = "/out/t";
constexpr int64_t kDay = 86'400'000;

/// Files are as old as the clock says they are.
struct AgingEnvironment : TestEnvironment {
  AgingEnvironment() { files.now = clock.now; }
  void Age(int64_t days) { files.now = clock.now += days * kDay; }
};

size_t CountFiles(AgingEnvironment& test) {
  const auto entries = test.files.List(kTable);
  REQUIRE(entries.has_value());
  return static_cast<size_t>(std::ranges::count_if(
      *entries, [](const DirectoryEntry& entry) { return entry.name.ends_with(".parquet"); }));
}

void Overwrite(AgingEnvironment& test, std::initializer_list<int64_t> values) {
  REQUIRE(WriteSimple(test.environment, kTable, WriteMode::kOverwrite, values));
}

TEST_CASE("what was removed longer ago than the retention goes, listed first") {
  AgingEnvironment test;
  Overwrite(test, {1});
  Overwrite(test, {2});
  test.Age(5);
  Overwrite(test, {3});
  test.Age(4);
  const auto listed = Vacuum(test.environment, {.root = kTable});
  REQUIRE(listed.has_value());
  CHECK(listed->is_dry_run);
  CHECK_EQ(listed->files.size(), 1);
  CHECK_EQ(CountFiles(test), 3);
  const auto done = Vacuum(test.environment, {.root = kTable, .dry_run = false});
  REQUIRE(done.has_value());
  CHECK_EQ(done->files, listed->files);
  CHECK_EQ(CountFiles(test), 2);
  CHECK_EQ(ReadSimple(test.environment, kTable), "3");
  CHECK_EQ(ReadSimple(test.environment, kTable, 1), "2");
  CHECK_EQ(ReadSimple(test.environment, kTable, 0), "NOT_FOUND");
}

TEST_CASE("versions to be kept stay, however old") {
  AgingEnvironment test;
  for (const int64_t value : {1, 2, 3, 4}) Overwrite(test, {value});
  test.Age(100);
  const auto done =
      Vacuum(test.environment, {.root = kTable, .dry_run = false, .keep_versions = {1}});
  REQUIRE(done.has_value());
  CHECK_EQ(done->files.size(), 2);
  CHECK_EQ(ReadSimple(test.environment, kTable, 1), "2");
  CHECK_EQ(ReadSimple(test.environment, kTable), "4");
  CHECK_FALSE(Vacuum(test.environment, {.root = kTable, .dry_run = false, .keep_versions = {9}}));
}

TEST_CASE("a removal that a checkpoint has forgotten is found in the entries") {
  AgingEnvironment test;
  Overwrite(test, {1});
  Overwrite(test, {2});
  test.Age(8);
  REQUIRE(CheckpointTable(test.environment, kTable));
  const auto done = Vacuum(test.environment, {.root = kTable, .dry_run = false});
  REQUIRE(done.has_value());
  CHECK_EQ(done->files.size(), 1);
}

TEST_CASE("a file that a writer has just put into place stays, whatever the log says") {
  AgingEnvironment test;
  Overwrite(test, {1});
  Overwrite(test, {2});
  test.Age(8);
  const auto listed = Vacuum(test.environment, {.root = kTable});
  REQUIRE(listed.has_value());
  REQUIRE_EQ(listed->files.size(), 1);
  const std::string path = JoinPath(kTable, listed->files[0]);
  const auto content = test.files.ReadFile(path);
  REQUIRE(content.has_value());
  REQUIRE(test.files.WriteFile(path, *content));
  const auto done = Vacuum(test.environment, {.root = kTable, .dry_run = false});
  REQUIRE(done.has_value());
  CHECK(done->files.empty());
}

TEST_CASE("the retention is at least a week, and at least the table's") {
  AgingEnvironment test;
  std::vector<Row> rows = SimpleRows({1});
  REQUIRE(WriteTable(test.environment, kTable,
                     {.schema = SimpleSchema(),
                      .properties = {{"delta.deletedFileRetentionDuration", "interval 20 days"}}},
                     rows, {}));
  Overwrite(test, {2});
  const auto refused =
      Vacuum(test.environment, {.root = kTable, .retention_hours = 167, .dry_run = false});
  REQUIRE_FALSE(refused.has_value());
  CHECK_EQ(CodeOf(refused.error()), "INVALID_ARGUMENT");
  test.Age(10);
  const auto kept = Vacuum(test.environment, {.root = kTable, .dry_run = false});
  REQUIRE(kept.has_value());
  CHECK(kept->files.empty());
  const auto forced = Vacuum(test.environment, {.root = kTable,
                                                .retention_hours = 1,
                                                .dry_run = false,
                                                .enforce_retention_duration = false});
  REQUIRE(forced.has_value());
  CHECK_EQ(forced->files.size(), 1);
}

TEST_CASE("the protocol check asks for its feature") {
  AgingEnvironment test;
  Overwrite(test, {1});
  const auto refused =
      Vacuum(test.environment, {.root = kTable, .require_vacuum_protocol_check = true});
  REQUIRE_FALSE(refused.has_value());
  CHECK_EQ(CodeOf(refused.error()), "INVALID_ARGUMENT");
  CHECK_NE(refused.error().message().find("vacuumProtocolCheck"), std::string::npos);
  REQUIRE(test.files.WriteFile(
      CommitPath(kTable, 1),
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["vacuumProtocolCheck"],)"
      R"("writerFeatures":["vacuumProtocolCheck"]}})"
      "\n"));
  CHECK(Vacuum(test.environment, {.root = kTable, .require_vacuum_protocol_check = true}));
}

TEST_CASE("files that no entry names go with `full` alone; hidden ones never") {
  AgingEnvironment test;
  Overwrite(test, {1});
  REQUIRE(test.files.CreateDirectories("/out/t/_private"));
  for (const char* name : {"stray.parquet", "_hidden.parquet", ".dot.parquet", "_private/x"})
    REQUIRE(test.files.WriteFile(JoinPath(kTable, name), "x"));
  test.Age(8);
  const auto plain = Vacuum(test.environment, {.root = kTable});
  REQUIRE(plain.has_value());
  CHECK(plain->files.empty());
  const auto full = Vacuum(test.environment, {.root = kTable, .full = true});
  REQUIRE(full.has_value());
  CHECK_EQ(full->files, std::vector<std::string>{"stray.parquet"});
}

TEST_CASE("a log that names what is not data removes nothing of it") {
  AgingEnvironment test;
  Overwrite(test, {1});
  REQUIRE(test.files.WriteFile("/out/other.parquet", "x"));
  std::string json;
  for (const char* path : {"_delta_log/00000000000000000000.json", "/out/other.parquet",
                           "file:///out/other.parquet", "./_delta_log/x", "../other.parquet"})
    json += fmt::format(R"({{"remove":{{"path":"{}","deletionTimestamp":1,"dataChange":true}}}})"
                        "\n",
                        path);
  REQUIRE(test.files.WriteFile(CommitPath(kTable, 1), json));
  test.Age(800);
  const auto done = Vacuum(test.environment, {.root = kTable, .dry_run = false, .full = true});
  REQUIRE(done.has_value());
  CHECK(done->files.empty());
  CHECK_EQ(ReadSimple(test.environment, kTable), "1");
}

TEST_CASE("old log entries go behind a checkpoint that can be read") {
  AgingEnvironment test;
  for (const int64_t value : {1, 2, 3, 4}) Overwrite(test, {value});
  test.Age(31);
  const auto without = CleanupLog(test.environment, {kTable});
  REQUIRE(without.has_value());
  CHECK_EQ(without->files_removed, 0);
  REQUIRE(CheckpointTable(test.environment, kTable));
  const auto kept = CleanupLog(test.environment, {kTable, {1}});
  REQUIRE(kept.has_value());
  CHECK_EQ(kept->files_removed, 0);
  const auto done = CleanupLog(test.environment, {kTable, {3}});
  REQUIRE(done.has_value());
  CHECK_EQ(done->files_removed, 3);
  CHECK_EQ(done->oldest_version, 3);
  CHECK_EQ(ReadSimple(test.environment, kTable), "4");
  CHECK_EQ(ReadSimple(test.environment, kTable, 2), "NOT_FOUND");
}

TEST_CASE("young log entries, and those of a table that says so, stay") {
  AgingEnvironment test;
  for (const int64_t value : {1, 2, 3}) Overwrite(test, {value});
  REQUIRE(CheckpointTable(test.environment, kTable));
  test.Age(29);
  const auto young = CleanupLog(test.environment, {kTable});
  REQUIRE(young.has_value());
  CHECK_EQ(young->files_removed, 0);

  AgingEnvironment other;
  std::vector<Row> rows = SimpleRows({1});
  REQUIRE(WriteTable(
      other.environment, kTable,
      {.schema = SimpleSchema(), .properties = {{"delta.enableExpiredLogCleanup", "false"}}}, rows,
      {}));
  other.Age(400);
  const auto forbidden = CleanupLog(other.environment, {kTable});
  REQUIRE(forbidden.has_value());
  CHECK(forbidden->is_forbidden);
}

TEST_CASE("a checkpoint that cannot be read covers nothing") {
  AgingEnvironment test;
  for (const int64_t value : {1, 2, 3}) Overwrite(test, {value});
  REQUIRE(CheckpointTable(test.environment, kTable));
  REQUIRE(test.files.WriteFile(JoinPath(LogPath(kTable), CheckpointName(2)), "torn"));
  test.Age(31);
  const auto done = CleanupLog(test.environment, {kTable});
  REQUIRE_FALSE(done.has_value());
  CHECK_EQ(CodeOf(done.error()), "DELTA_CORRUPT");
  CHECK_EQ(ReadSimple(test.environment, kTable, 0), "1");
}

}  // namespace
}  // namespace codeanatomy::storage
