#include "storage/log/snapshot.h"

#include "storage/log/file_path.h"
#include "storage/log/log_files.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kRoot[] = "/out/t";

/// A table of the given log entries, version 0 first.
struct LogTable : TestEnvironment {
  explicit LogTable(std::vector<std::string> entries) {
    CHECK(files.CreateDirectories(LogPath(kRoot)));
    for (size_t i = 0; i < entries.size(); ++i) Put(static_cast<int64_t>(i), entries[i]);
  }
  void Put(int64_t version, const std::string& entry) {
    CHECK(files.WriteFile(CommitPath(kRoot, version), entry));
  }
  Result<Snapshot> Load(std::optional<int64_t> version = {}) {
    return Snapshot::Load(environment, kRoot, version);
  }
  /// "CODE subject: message", or the paths of the live files.
  std::string Outcome(std::optional<int64_t> version = {}) {
    const Result<Snapshot> snapshot = Load(version);
    if (!snapshot)
      return fmt::format("{} {}: {}", CodeOf(snapshot.error()),
                         snapshot.error().subject().substr(std::string(kRoot).size()),
                         snapshot.error().message());
    std::string paths;
    for (const AddFile& file : snapshot->files()) paths += file.path + " ";
    return paths;
  }
};

std::string ProtocolLine(int reader = 1, int writer = 2, const std::string& more = "") {
  return fmt::format("{{\"protocol\":{{\"minReaderVersion\":{},\"minWriterVersion\":{}{}}}}}\n",
                     reader, writer, more);
}

std::string MetadataLine(const std::string& configuration = "{}") {
  return R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":)"
         R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]}",)"
         R"("partitionColumns":[],"configuration":)" +
         configuration + "}}\n";
}

std::string Add(const std::string& path, const std::string& more = "") {
  return R"({"add":{"path":")" + path + R"(","partitionValues":{},"size":1,"modificationTime":1,)" +
         R"("dataChange":true)" + more + "}}\n";
}

std::string Remove(const std::string& path) {
  return R"({"remove":{"path":")" + path + R"(","dataChange":true}})" + "\n";
}

const std::string kStart = ProtocolLine() + MetadataLine();

TEST_CASE("the last action on a file wins, whatever its spelling") {
  LogTable table({kStart + Add("a") + Add("b%20c"), Remove("b%20c") + Add("d"), Add("a"),
                  "{\"unknown\":{\"x\":[1]}}\n{\"commitInfo\":{}}\n\n" + Remove("%61")});
  CHECK_EQ(table.Outcome(0), "a b%20c ");
  CHECK_EQ(table.Outcome(1), "a d ");
  CHECK_EQ(table.Outcome(2), "d a ");
  CHECK_EQ(table.Outcome(), "d ");
  CHECK_EQ(table.Load()->tombstones().size(), 2);
}

TEST_CASE("damaged logs are refused by the name of the file") {
  const std::string one = "/_delta_log/00000000000000000001.json";
  for (const std::string& entry :
       {std::string("{\"add\":{\"path\":\"a\",\"size\":1"), std::string("nonsense\n"),
        std::string("[]\n"), std::string("{\"add\":3}\n"), std::string("{\"add\":{\"size\":1}}\n"),
        std::string("{\"add\":{\"path\":1,\"size\":1}}\n"),
        std::string("{\"add\":{\"path\":\"a\"}}\n"), Add("ok") + "{\"remove\":{\"path\":[]}}\n"}) {
    LogTable table({kStart, entry});
    const Result<Snapshot> snapshot = table.Load();
    REQUIRE_FALSE(snapshot);
    CHECK_EQ(CodeOf(snapshot.error()), "DELTA_CORRUPT");
    CHECK_EQ(snapshot.error().subject(), kRoot + one);
    CHECK_FALSE(snapshot.error().way_out().empty());
    CHECK_EQ(table.Outcome(0), "");
  }
}

TEST_CASE("gaps and a missing start are refused by the name of the missing file") {
  LogTable gap({kStart, Add("a"), Add("b"), Add("c")});
  REQUIRE(gap.files.Remove(CommitPath(kRoot, 2)));
  CHECK_EQ(gap.Outcome(),
           "DELTA_CORRUPT /_delta_log/00000000000000000002.json: "
           "the log entry is missing: versions up to 3 are there");
  CHECK_EQ(gap.Outcome(1), "a ");
  LogTable headless({kStart, Add("a")});
  REQUIRE(headless.files.Remove(CommitPath(kRoot, 0)));
  CHECK(headless.Outcome().starts_with("DELTA_CORRUPT /_delta_log/00000000000000000000.json"));
  LogTable no_metadata({ProtocolLine() + Add("a")});
  CHECK(no_metadata.Outcome().starts_with("DELTA_CORRUPT /_delta_log: "));
  LogTable empty({});
  CHECK(empty.Outcome().starts_with("NOT_FOUND"));
}

TEST_CASE("reader features we lack are refused by name, never read partially") {
  const auto refused = [](const std::string& start, const std::string& more = "") {
    return LogTable({start + more}).Outcome();
  };
  const auto feature = [](const std::string& name) {
    return ProtocolLine(
               3, 7, fmt::format(R"(,"readerFeatures":["{0}"],"writerFeatures":["{0}"])", name)) +
           MetadataLine();
  };
  for (const char* name : {"deletionVectors", "columnMapping", "v2Checkpoint", "typeWidening",
                           "variantType", "catalogManaged"}) {
    const std::string outcome = refused(feature(name), Add("a"));
    CHECK(outcome.starts_with("DELTA_FEATURE_UNSUPPORTED"));
    CHECK_NE(outcome.find(name), std::string::npos);
  }
  CHECK_EQ(refused(feature("timestampNtz"), Add("a")), "a ");
  CHECK_EQ(refused(feature("vacuumProtocolCheck"), Add("a")), "a ");
  CHECK(refused(ProtocolLine(4, 7) + MetadataLine()).starts_with("DELTA_FEATURE_UNSUPPORTED"));
  CHECK_EQ(refused(ProtocolLine(2, 5) + MetadataLine(), Add("a")), "a ");
  CHECK_NE(refused(ProtocolLine(2, 5) + MetadataLine(R"({"delta.columnMapping.mode":"name"})"))
               .find("columnMapping"),
           std::string::npos);
  CHECK_NE(
      refused(kStart, Add("a", R"(,"deletionVector":{"storageType":"u"})")).find("deletionVectors"),
      std::string::npos);
  CHECK_NE(refused(kStart, R"({"sidecar":{"path":"s"}})").find("v2Checkpoint"), std::string::npos);
}

TEST_CASE("writer features we lack are refused by name, and only for writing") {
  const auto refused = [](const std::string& start) {
    LogTable table({start});
    CHECK(table.Load());
    const auto write = WriteSimple(table.environment, kRoot, WriteMode::kAppend, {1});
    return write ? "" : CodeOf(write.error()) + " " + write.error().message();
  };
  const auto feature = [](const std::string& name) {
    return ProtocolLine(1, 7, fmt::format(R"(,"writerFeatures":["{}"])", name)) + MetadataLine();
  };
  CHECK_EQ(refused(kStart), "");
  for (const char* name : {"generatedColumns", "identityColumns", "rowTracking", "clustering"}) {
    CHECK(refused(feature(name)).starts_with("DELTA_FEATURE_UNSUPPORTED"));
    CHECK_NE(refused(feature(name)).find(name), std::string::npos);
  }
  CHECK_EQ(refused(feature("checkConstraints")), "");
  CHECK_NE(refused(ProtocolLine(1, 3) + MetadataLine(R"({"delta.constraints.c":"x > 0"})"))
               .find("checkConstraints"),
           std::string::npos);
  CHECK_NE(refused(ProtocolLine(1, 4) + MetadataLine(R"({"delta.enableChangeDataFeed":"true"})"))
               .find("changeDataFeed"),
           std::string::npos);
  CHECK(refused(ProtocolLine(1, 8) + MetadataLine()).starts_with("DELTA_FEATURE_UNSUPPORTED"));
  LogTable append_only(
      {ProtocolLine() + MetadataLine(R"({"delta.appendOnly":"true"})") + Add("a")});
  CHECK(WriteSimple(append_only.environment, kRoot, WriteMode::kAppend, {1}));
  CHECK_FALSE(WriteSimple(append_only.environment, kRoot, WriteMode::kOverwrite, {1}));
}

TEST_CASE("a damaged checkpoint is passed over while the log is whole, and named when it is not") {
  TestEnvironment test;
  for (int64_t i = 0; i < 12; ++i)
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {i}));
  const std::string checkpoint = JoinPath(LogPath(kRoot), CheckpointName(10));
  REQUIRE(test.files.WriteFile(checkpoint, "damaged"));
  CHECK_EQ(ReadSimple(test.environment, kRoot), "0 1 2 3 4 5 6 7 8 9 10 11");
  REQUIRE(test.files.Remove(CommitPath(kRoot, 0)));
  const auto snapshot = Snapshot::Load(test.environment, kRoot);
  REQUIRE_FALSE(snapshot);
  CHECK_EQ(CodeOf(snapshot.error()), "DELTA_CORRUPT");
  CHECK_EQ(snapshot.error().subject(), checkpoint);
}

TEST_CASE("multi-part checkpoints are read when complete, v2 checkpoints refused") {
  TestEnvironment test;
  for (int64_t i = 0; i < 11; ++i)
    REQUIRE(WriteSimple(test.environment, kRoot, WriteMode::kAppend, {i}));
  const std::string log = LogPath(kRoot);
  // Parts of one checkpoint hold disjoint actions; here the second one is a copy without effect.
  REQUIRE(test.files.LinkIfAbsent(
      JoinPath(log, CheckpointName(10)),
      JoinPath(log, "00000000000000000010.checkpoint.0000000001.0000000002.parquet")));
  REQUIRE(test.files.Rename(
      JoinPath(log, CheckpointName(10)),
      JoinPath(log, "00000000000000000010.checkpoint.0000000002.0000000002.parquet")));
  for (int64_t i = 0; i < 10; ++i) REQUIRE(test.files.Remove(CommitPath(kRoot, i)));
  CHECK_EQ(ReadSimple(test.environment, kRoot), "0 1 2 3 4 5 6 7 8 9 10");
  REQUIRE(test.files.Rename(
      JoinPath(log, "00000000000000000010.checkpoint.0000000002.0000000002.parquet"),
      JoinPath(log,
               "00000000000000000010.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet")));
  CHECK_EQ(ReadSimple(test.environment, kRoot), "DELTA_FEATURE_UNSUPPORTED");
}

TEST_CASE("paths of data files stay inside of the table") {
  const auto local = [](const std::string& path) {
    const auto result = LocalPath("/t", AddFile{.path = path});
    return result ? *result : CodeOf(result.error());
  };
  CHECK_EQ(local("p=a%2520b/f.parquet"), "/t/p=a%20b/f.parquet");
  CHECK_EQ(local("file:///data/x%20y"), "/data/x y");
  CHECK_EQ(local("file:/data/x"), "/data/x");
  CHECK_EQ(local("/data/x"), "/data/x");
  CHECK_EQ(local("..%2Fx"), "DELTA_CORRUPT");
  CHECK_EQ(local("a/../../x"), "DELTA_CORRUPT");
  CHECK_EQ(local("a%00b"), "DELTA_CORRUPT");
  CHECK_EQ(local(""), "DELTA_CORRUPT");
  CHECK_EQ(local("s3://bucket/x"), "DELTA_FEATURE_UNSUPPORTED");
  CHECK_EQ(local("100%"), "/t/100%");
  CHECK_EQ(EncodePath("p=ä b/%"), "p=%C3%A4%20b/%25");
  CHECK_EQ(PartitionFolder("p", "a/b"), "p=a%2Fb");
  CHECK_EQ(PartitionFolder("p", std::nullopt), "p=__HIVE_DEFAULT_PARTITION__");
  CHECK_LT(PartitionFolder("p", std::string(5000, 'x')).size(), 40);
  CHECK(PartitionFolder(std::string(5000, 'c'), std::nullopt).ends_with("_PARTITION__"));
}

}  // namespace
}  // namespace codeanatomy::storage
