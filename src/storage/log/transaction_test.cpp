#include "storage/log/transaction.h"

#include "storage/log/log_files.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kRoot[] = "/out/cpg/t";

TEST_CASE("create, append, overwrite, read every version") {
  TestEnvironment test;
  const Environment& environment = test.environment;
  REQUIRE(WriteSimple(environment, kRoot, WriteMode::kCreate, {1, 2}));
  CHECK_EQ(CodeOf(WriteSimple(environment, kRoot, WriteMode::kCreate, {1}).error()),
           "INVALID_ARGUMENT");
  const auto append = WriteSimple(environment, kRoot, WriteMode::kAppend, {3});
  REQUIRE(append);
  CHECK_EQ(append->version, 1);
  CHECK_EQ(append->files_added, 1);
  CHECK_EQ(append->rows_written, 1);
  CHECK_EQ(append->table_rows, 3);
  const auto overwrite = WriteSimple(environment, kRoot, WriteMode::kOverwrite, {9});
  REQUIRE(overwrite);
  CHECK_EQ(overwrite->files_removed, 2);
  CHECK_EQ(ReadSimple(environment, kRoot, 0), "1 2");
  CHECK_EQ(ReadSimple(environment, kRoot, 1), "1 2 3");
  CHECK_EQ(ReadSimple(environment, kRoot), "9");
  CHECK_EQ(ReadSimple(environment, kRoot, 7), "NOT_FOUND");
  CHECK_EQ(ReadSimple(environment, "/out/none"), "NOT_FOUND");
}

TEST_CASE("the same rows appended twice are two files") {
  TestEnvironment test;
  for (int i = 0; i < 3; ++i)
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {5}));
  CHECK_EQ(ReadSimple(test.environment, kRoot), "5 5 5");

  // As the engine does it: files are written under their content's name, then handed over.
  auto transaction =
      Transaction::Begin(test.environment, kRoot, {SimpleSchema(), WriteMode::kAppend});
  REQUIRE(transaction);
  const std::vector<Row> rows = SimpleRows({5});
  auto files = test.parquet.Write(SimpleSchema(), rows, kRoot);
  REQUIRE(files);
  transaction->Add(*files);
  transaction->Add(*files);
  REQUIRE(transaction->Commit({}));
  CHECK_EQ(ReadSimple(test.environment, kRoot), "5 5 5 5 5");
}

TEST_CASE("an overwrite decides the order of all files, kept ones included") {
  TestEnvironment test;
  REQUIRE(test.files.CreateDirectories(kRoot));
  const auto write = [&](std::initializer_list<std::initializer_list<int64_t>> parts,
                         bool skip = false) {
    auto transaction =
        Transaction::Begin(test.environment, kRoot, {SimpleSchema(), WriteMode::kOverwrite});
    REQUIRE(transaction);
    for (const auto& part : parts) {
      const std::vector<Row> rows = SimpleRows(part);
      transaction->Add(*test.parquet.Write(SimpleSchema(), rows, kRoot));
    }
    auto outcome = transaction->Commit({.skip_if_unchanged = skip});
    REQUIRE(outcome);
    return *std::move(outcome);
  };
  const CommitOutcome first = write({{1}, {2}});
  const CommitOutcome second = write({{3}, {2}, {1}});
  CHECK_EQ(second.files_added, 1);
  CHECK_EQ(second.files_removed, 0);
  CHECK_EQ(ReadSimple(test.environment, kRoot), "3 2 1");
  const CommitOutcome third = write({{1}, {2}});
  CHECK_EQ(third.content_digest, first.content_digest);
  CHECK_NE(second.content_digest, first.content_digest);
  CHECK_EQ(ReadSimple(test.environment, kRoot), "1 2");
  const CommitOutcome same = write({{1}, {2}}, true);
  CHECK_FALSE(same.committed);
  CHECK_EQ(same.version, third.version);
  CHECK_EQ(same.content_digest, first.content_digest);
  CHECK_EQ(write({{2}, {1}}, true).committed, true);
}

TEST_CASE("schema differences are refused, or replaced on demand") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}));
  Schema wider = SimpleSchema();
  wider.fields.push_back({"y", DataType{.kind = TypeKind::kTimestampNtz}, true, {}});
  for (const WriteMode mode : {WriteMode::kAppend, WriteMode::kOverwrite}) {
    const auto refused = Transaction::Begin(test.environment, kRoot, {wider, mode});
    REQUIRE_FALSE(refused);
    CHECK_EQ(CodeOf(refused.error()), "DELTA_SCHEMA_MISMATCH");
    CHECK_NE(refused.error().message().find('y'), std::string::npos);
  }
  auto replace = Transaction::Begin(test.environment, kRoot,
                                    {wider, WriteMode::kOverwrite, SchemaMode::kReplace});
  REQUIRE(replace);
  REQUIRE(replace->Commit({}));
  const auto snapshot = Snapshot::Load(test.environment, kRoot);
  REQUIRE(snapshot);
  CHECK_EQ(ToJson(snapshot->schema()), ToJson(wider));
  CHECK_EQ(snapshot->protocol().min_reader, 3);
  CHECK_EQ(snapshot->protocol().reader_features, std::vector<std::string>{"timestampNtz"});
  CHECK_EQ(ToJson(Snapshot::Load(test.environment, kRoot, 0)->schema()), ToJson(SimpleSchema()));
}

TEST_CASE("a blind append goes behind other appends at once") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}));
  int rivals = 0;
  test.files.before_rename = [&](const std::string& to) {
    if (!to.ends_with("1.json") && !to.ends_with("2.json")) return;
    const auto rival = std::exchange(test.files.before_rename, nullptr);
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {10 + ++rivals}));
    if (rivals < 2) test.files.before_rename = rival;
  };
  const auto outcome = WriteSimple(test.environment, kRoot, WriteMode::kAppend, {2});
  REQUIRE(outcome);
  CHECK_EQ(outcome->version, 3);
  CHECK(test.clock.sleeps.empty());
  CHECK_EQ(ReadSimple(test.environment, kRoot), "1 11 12 2");
}

TEST_CASE("an overwrite that lost reads again, with growing pauses, and gives up in the end") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}));
  int rivals = 0, wanted = 2;
  test.files.before_rename = [&](const std::string& to) {
    if (!to.ends_with(".json") || rivals == wanted) return;
    ++rivals;
    const auto rival = std::exchange(test.files.before_rename, nullptr);
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {10 + rivals}));
    test.files.before_rename = rival;
  };
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kOverwrite, {7}));
  CHECK_EQ(test.clock.sleeps, std::vector<int64_t>{250, 500});
  CHECK_EQ(ReadSimple(test.environment, kRoot), "7");

  rivals = 0;
  wanted = 100;
  const auto lost = WriteSimple(test.environment, kRoot, WriteMode::kOverwrite, {8},
                                {.retry = {.max_attempts = 5}});
  REQUIRE_FALSE(lost);
  CHECK_EQ(CodeOf(lost.error()), "DELTA_CONFLICT");
  CHECK_NE(lost.error().message().find("ConcurrentAppend"), std::string::npos);
  CHECK_EQ(test.clock.sleeps, std::vector<int64_t>{250, 500, 250, 500, 1000, 2000});
  CHECK_EQ(ReadSimple(test.environment, kRoot), "7 11 12 13 14 15");
  // Nothing of the loser is left: live files and the files of version 0 to 3 only.
  test.files.before_rename = nullptr;
  int data_files = 0;
  const auto entries = test.files.List(kRoot);
  for (const DirectoryEntry& entry : *entries)
    data_files += entry.name.ends_with(".parquet") ? 1 : 0;
  CHECK_EQ(data_files, 3 + 1 + 5);
}

TEST_CASE("a change of metadata is never passed over") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}));
  auto append = Transaction::Begin(test.environment, kRoot, {SimpleSchema(), WriteMode::kAppend});
  REQUIRE(append);
  Schema other = SimpleSchema();
  other.fields[0].nullable = false;
  auto replace = Transaction::Begin(test.environment, kRoot,
                                    {other, WriteMode::kOverwrite, SchemaMode::kReplace});
  REQUIRE(replace->Commit({}));
  const auto lost = append->Commit({});
  REQUIRE_FALSE(lost);
  CHECK_NE(lost.error().message().find("MetadataChanged"), std::string::npos);
  CHECK(test.clock.sleeps.empty());
}

TEST_CASE("an application transaction is committed once") {
  TestEnvironment test;
  const CommitOptions options{.app_transaction = AppTransaction{"job", 4, {}}};
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}, options));
  const auto repeat = WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1}, options);
  REQUIRE(repeat);
  CHECK_FALSE(repeat->committed);
  CHECK_EQ(ReadSimple(test.environment, kRoot), "1");
}

TEST_CASE("commit info has provenance; reserved keys are renamed") {
  TestEnvironment test;
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {1},
                      {.metadata = {{"codeanatomy.spec_hash", "abc"}, {"operation", "mine"}}}));
  const auto json = test.files.ReadFile(CommitPath(kRoot, 0));
  REQUIRE(json);
  CHECK_NE(json->find(R"("codeanatomy.spec_hash":"abc")"), std::string::npos);
  CHECK_NE(json->find(R"("codeanatomy_operation":"mine")"), std::string::npos);
  CHECK_NE(json->find(R"("operation":"WRITE")"), std::string::npos);
}

TEST_CASE("every tenth commit writes a checkpoint from which the table can be read") {
  TestEnvironment test;
  const CommitOptions options{.app_transaction = AppTransaction{"job", 0, {}}};
  REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {0}, options));
  std::string all = "0";
  for (int64_t i = 1; i <= 23; ++i) {
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {i}));
    all += fmt::format(" {}", i);
  }
  const std::string log = LogPath(kRoot);
  CHECK((*test.files.Status(JoinPath(log, CheckpointName(10)))).exists);
  CHECK((*test.files.Status(JoinPath(log, CheckpointName(20)))).exists);
  CHECK_NE(test.files.ReadFile(JoinPath(log, kLastCheckpointName))->find(R"("version":20,)"),
           std::string::npos);
  for (int64_t version = 0; version < 20; ++version)
    REQUIRE(test.files.Remove(CommitPath(kRoot, version)));
  const auto snapshot = Snapshot::Load(test.environment, kRoot);
  REQUIRE(snapshot);
  CHECK_EQ(snapshot->checkpoint_version(), 20);
  CHECK(snapshot->app_transactions().contains("job"));
  CHECK_EQ(ReadSimple(test.environment, kRoot), all);
  CHECK_EQ(ReadSimple(test.environment, kRoot, 10), "0 1 2 3 4 5 6 7 8 9 10");
  CHECK_EQ(ReadSimple(test.environment, kRoot, 15), "DELTA_CORRUPT");
  CHECK_EQ(ReadSimple(test.environment, kRoot, 5), "NOT_FOUND");
}

TEST_CASE("a checkpoint that cannot be written is a warning, the commit stands") {
  TestEnvironment test;
  for (int64_t i = 0; i < 10; ++i)
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {i}));
  auto transaction =
      Transaction::Begin(test.environment, kRoot, {SimpleSchema(), WriteMode::kAppend});
  // Log entry: write, rename, sync; the fourth change is the checkpoint's.
  test.files.FailOnce(4, ErrorCode::kNoSpace);
  const auto outcome = transaction->Commit({});
  REQUIRE(outcome);
  CHECK_EQ(outcome->version, 10);
  CHECK_NE(outcome->warning.find("NO_SPACE"), std::string::npos);
}

TEST_CASE("partition columns come back in their places") {
  TestEnvironment test;
  Schema schema = SimpleSchema();
  schema.fields.insert(schema.fields.begin(), {"p", DataType{.kind = TypeKind::kString}, true, {}});
  std::vector<Row> rows;
  for (const char* p : {"a/b", "x%y", "a/b"})
    rows.push_back({Value(std::string(p)), Value(int64_t{1})});
  rows.push_back({Value(), Value(int64_t{2})});
  rows.push_back({Value(std::string(300, 'z')), Value(int64_t{3})});
  const TableWrite write{.schema = schema, .mode = WriteMode::kAppend, .partition_columns = {"p"}};
  REQUIRE(WriteTable(test.environment, kRoot, write, rows, {}));
  const auto snapshot = Snapshot::Load(test.environment, kRoot);
  REQUIRE(snapshot);
  REQUIRE_EQ(snapshot->files().size(), 4);
  CHECK(snapshot->files()[0].path.starts_with("p=a%252Fb/"));
  CHECK(snapshot->files()[2].path.starts_with("p=__HIVE_DEFAULT_PARTITION__/"));
  std::string text;
  REQUIRE(ReadTable(test.environment, *snapshot, [&](std::span<Row> block) {
    for (const Row& row : block) AppendRowJson(schema, row, text);
    return Result<void>();
  }));
  CHECK_EQ(text, R"({"p":"a/b","x":1}{"p":"a/b","x":1}{"p":"x%y","x":1}{"p":null,"x":2}{"p":")" +
                     std::string(300, 'z') + R"(","x":3})");
  std::vector<Row> empty{{Value(std::string()), Value(int64_t{1})}};
  CHECK_EQ(CodeOf(WriteTable(test.environment, kRoot, write, empty, {}).error()),
           "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace codeanatomy::storage
