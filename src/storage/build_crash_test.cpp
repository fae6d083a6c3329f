// A build stopped at every single step: the build before must stay readable, and the next one must
// succeed and leave nothing behind.
#include <set>

#include "storage/current.h"
#include "storage/log/file_path.h"
#include "storage/retention.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kOut[] = "/out/graph";
const std::vector<std::string> kTables = {"cpg/nodes", "evidence/files"};

/// One build of two tables, each of the two rows `number` and `number + 1`, in two files.
Result<void> Build(TestEnvironment& test, int64_t number) {
  CA_ASSIGN_OR_RETURN(const auto lock, LockOutput(test.files, kOut));
  CA_RETURN_IF_ERROR(CleanOutput(test.environment, kOut));
  BuildVersions build{.run_id = fmt::format("run{}", number)};
  for (const std::string& path : kTables) {
    const std::string root = JoinPath(kOut, path);
    CA_RETURN_IF_ERROR(test.files.CreateDirectories(root));
    CA_ASSIGN_OR_RETURN(
        Transaction transaction,
        Transaction::Begin(test.environment, root,
                           {SimpleSchema(), WriteMode::kOverwrite, SchemaMode::kReplace}));
    for (int64_t i = 0; i < 2; ++i) {
      const std::vector<Row> rows = SimpleRows({number + i});
      CA_ASSIGN_OR_RETURN(auto files, test.parquet.Write(SimpleSchema(), rows, root));
      transaction.Add(std::move(files));
    }
    CA_ASSIGN_OR_RETURN(const CommitOutcome outcome,
                        transaction.Commit({.checkpoint_interval = 3, .skip_if_unchanged = true}));
    build.tables[path.substr(path.find('/') + 1)] = {path, outcome.version, outcome.table_rows,
                                                     outcome.content_digest};
  }
  return PublishCurrent(test.files, kOut, build);
}

/// Reads every table of a build; the digest must be the recorded one.
void CheckReadable(TestEnvironment& test, const BuildVersions& build) {
  REQUIRE_EQ(build.tables.size(), 2);
  const int64_t number = std::stoll(build.run_id.substr(3));
  for (const auto& [name, table] : build.tables) {
    const std::string root = JoinPath(kOut, table.path);
    CHECK_EQ(ReadSimple(test.environment, root, table.version),
             fmt::format("{} {}", number, number + 1));
    CHECK_EQ(Snapshot::Load(test.environment, root, table.version)->ContentDigest(),
             table.content_digest);
    CHECK_EQ(table.rows, 2);
  }
}

std::string CheckAllReadable(TestEnvironment& test) {
  const auto current = ReadCurrent(test.files, kOut);
  REQUIRE(current);
  CheckReadable(test, current->build);
  std::string runs = current->build.run_id;
  for (const BuildVersions& build : current->superseded) {
    CheckReadable(test, build);
    runs += " " + build.run_id;
  }
  return runs;
}

/// Data files in a table's folder.
size_t CountDataFiles(TestEnvironment& test, const std::string& path) {
  size_t count = 0;
  const auto entries = test.files.List(JoinPath(kOut, path));
  for (const DirectoryEntry& entry : *entries) {
    CHECK_FALSE(entry.name.starts_with("."));
    count += entry.name.ends_with(".parquet") ? 1 : 0;
  }
  return count;
}

TEST_CASE("builds supersede each other; two stay readable; files and log stay bounded") {
  TestEnvironment test;
  for (int64_t number = 0; number < 40; ++number) {
    REQUIRE(Build(test, number * 10));
    const std::string runs = CheckAllReadable(test);
    if (number == 1) CHECK_EQ(runs, "run10 run0");
    if (number >= 2)
      CHECK_EQ(runs,
               fmt::format("run{} run{} run{}", number * 10, number * 10 - 10, number * 10 - 20));
    for (const std::string& path : kTables) {
      CHECK_LE(CountDataFiles(test, path), 8);
      CHECK_LE(test.files.List(JoinPath(kOut, path + "/_delta_log"))->size(), 12);
    }
  }
  // The same build again changes nothing but CURRENT.
  REQUIRE(Build(test, 390));
  const auto current = ReadCurrent(test.files, kOut);
  CHECK_EQ(current->build.tables, current->superseded[0].tables);
}

/// Builds three times, the third time stopped at `step`; true if it was not reached any more.
bool StopThirdBuild(int step, ErrorCode code, bool lose_power) {
  TestEnvironment test;
  REQUIRE(Build(test, 0));
  REQUIRE(Build(test, 10));
  test.files.FailFrom(step, code);
  const Result<void> third = Build(test, 20);
  const bool done = third.has_value();
  test.files.FailFrom(0);
  if (!done) CHECK_EQ(third.error().code(), code);
  if (lose_power) test.files.LosePower();
  const std::string runs = CheckAllReadable(test);
  if (done)
    CHECK_EQ(runs, "run20 run10 run0");
  else if (!lose_power || runs != "run20 run10 run0")
    CHECK((runs == "run10 run0" || runs == "run20 run10 run0"));
  REQUIRE(Build(test, 30));
  CHECK_EQ(CheckAllReadable(test).substr(0, 11), "run30 " + runs.substr(0, 5));
  REQUIRE(Build(test, 40));
  CheckAllReadable(test);
  // What the last cleanup left: the current build, two before it, and one more that it saw as the
  // second superseded one; two files each.
  for (const std::string& path : kTables) CHECK_LE(CountDataFiles(test, path), 8);
  return done;
}

TEST_CASE("killed at any step, the build before is readable and the next one cleans up") {
  int step = 1;
  while (!StopThirdBuild(step, ErrorCode::kIoError, false)) ++step;
  CHECK_GT(step, 20);
}

TEST_CASE("a full disk at any step") {
  int step = 1;
  while (!StopThirdBuild(step, ErrorCode::kNoSpace, false)) ++step;
}

TEST_CASE("power lost at any step, with all that was not synced") {
  int step = 1;
  while (!StopThirdBuild(step, ErrorCode::kIoError, true)) ++step;
}

TEST_CASE(
    "power lost in a build after one that changed nothing: what that one wrote again is whole") {
  for (int step = 1;; ++step) {
    TestEnvironment test;
    REQUIRE(Build(test, 0));
    REQUIRE(Build(test, 10));
    REQUIRE(Build(test, 10));  // commits nothing, and so syncs nothing
    test.files.FailFrom(step);
    const bool done = Build(test, 20).has_value();
    test.files.FailFrom(0);
    test.files.LosePower();
    CheckAllReadable(test);
    if (done) break;
  }
}

TEST_CASE("a first build killed at any step leaves no half build") {
  for (int step = 1;; ++step) {
    TestEnvironment test;
    test.files.FailFrom(step);
    const bool done = Build(test, 0).has_value();
    test.files.FailFrom(0);
    const auto current = ReadCurrent(test.files, kOut);
    if (current)
      CheckReadable(test, current->build);
    else
      CHECK_EQ(CodeOf(current.error()), "NOT_FOUND");
    REQUIRE(Build(test, 10));
    REQUIRE(Build(test, 20));
    CheckAllReadable(test);
    if (done) break;
  }
}

TEST_CASE("two builds of one output do not mix") {
  TestEnvironment test;
  auto lock = LockOutput(test.files, kOut);
  REQUIRE(lock);
  const auto second = Build(test, 0);
  REQUIRE_FALSE(second);
  CHECK_EQ(CodeOf(second.error()), "OUTPUT_LOCKED");
  lock->reset();
  CHECK(Build(test, 0));
}

TEST_CASE("cleanup removes tables that no readable build has, and nothing it does not know") {
  TestEnvironment test;
  REQUIRE(Build(test, 0));
  REQUIRE(WriteSimple(test.environment, "/out/graph/cpg/old", WriteMode::kAppend, {1}));
  REQUIRE(test.files.WriteFile("/out/graph/cpg/nodes/notes.txt", "mine"));
  REQUIRE(test.files.WriteFile("/out/graph/cpg/nodes/.writing-AbCdEf", "half"));
  REQUIRE(test.files.CreateDirectories("/out/graph/scip/x"));
  REQUIRE(test.files.WriteFile("/out/graph/scip/x/index", "mine"));
  const auto report = CleanOutput(test.environment, kOut);
  REQUIRE(report);
  CHECK_EQ(report->tables_removed, 1);
  CHECK_FALSE((*test.files.Status("/out/graph/cpg/old/_delta_log")).exists);
  CHECK_FALSE((*test.files.Status("/out/graph/cpg/nodes/.writing-AbCdEf")).exists);
  CHECK((*test.files.Status("/out/graph/cpg/nodes/notes.txt")).exists);
  CHECK((*test.files.Status("/out/graph/scip/x/index")).exists);
  CheckAllReadable(test);
}

TEST_CASE("a damaged CURRENT is a typed error, and the next build replaces it") {
  TestEnvironment test;
  CHECK_EQ(CodeOf(ReadCurrent(test.files, kOut).error()), "NOT_FOUND");
  REQUIRE(Build(test, 0));
  const std::string whole = *test.files.ReadFile("/out/graph/CURRENT");
  for (
      const std::string& text :
      {std::string(), std::string("{"), whole.substr(0, whole.size() / 2),
       std::string("{\"format\":2}"),
       std::string(
           R"({"format":1,"run_id":"r","attributes":{},"tables":{"t":{"path":"../x","version":0,"rows":0,"content_digest":""}},"superseded":[]})")}) {
    REQUIRE(test.files.WriteFile("/out/graph/CURRENT", text));
    const auto current = ReadCurrent(test.files, kOut);
    REQUIRE_FALSE(current);
    CHECK_EQ(CodeOf(current.error()), "DELTA_CORRUPT");
    CHECK_FALSE(current.error().way_out().empty());
  }
  REQUIRE(Build(test, 10));
  CHECK_EQ(CheckAllReadable(test), "run10");
}

TEST_CASE("a damaged table keeps its files") {
  TestEnvironment test;
  REQUIRE(Build(test, 0));
  REQUIRE(Build(test, 10));
  REQUIRE(test.files.WriteFile("/out/graph/cpg/nodes/_delta_log/00000000000000000001.json", "{"));
  const size_t before = CountDataFiles(test, "cpg/nodes");
  REQUIRE(CleanOutput(test.environment, kOut));
  CHECK_EQ(CountDataFiles(test, "cpg/nodes"), before);
}

}  // namespace
}  // namespace codeanatomy::storage
