#include "storage/log/log_files.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

const std::string kLines =
    R"({"commitInfo":{"timestamp":1,"operation":"WRITE"}})"
    "\n"
    R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],"writerFeatures":["appendOnly","timestampNtz"]}})"
    "\n"
    R"({"metaData":{"id":"i","name":"n","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"x\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":["x"],"configuration":{"a":"b"},"createdTime":5}})"
    "\n"
    R"({"add":{"path":"p=1/a.parquet","partitionValues":{"p":null,"q":"1"},"size":1,"modificationTime":2,"dataChange":true,"stats":"{\"numRecords\":3}","tags":{"t":"u"}}})"
    "\n"
    R"({"remove":{"path":"b","deletionTimestamp":3,"dataChange":false,"extendedFileMetadata":true,"partitionValues":{},"size":4}})"
    "\n"
    R"({"txn":{"appId":"a","version":4,"lastUpdated":5}})"
    "\n"
    R"({"domainMetadata":{"domain":"d","configuration":"{}","removed":false}})"
    "\n";

TEST_CASE("actions are read and written back") {
  const auto actions = ParseActions(kLines, "log");
  REQUIRE(actions);
  CHECK_EQ(actions->size(), 7);
  std::string lines;
  for (const Action& action : *actions) AppendJsonLine(action, lines);
  CHECK_EQ(lines, kLines);
}

/// A small generator of our own: the same mutations on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  size_t Below(size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<size_t>(state_ % bound);
  }

 private:
  uint64_t state_;
};

std::string Mutate(std::string text, Random& random) {
  static constexpr std::string_view kBytes = "{}[]\",:\\0123456789.-+eE\ntrufalsn \xff\xc3\x80";
  for (size_t edits = 1 + random.Below(3); edits > 0 && !text.empty(); --edits) {
    const size_t at = random.Below(text.size());
    const size_t count = 1 + random.Below(20);
    switch (random.Below(5)) {
      case 0:
        text[at] = kBytes[random.Below(kBytes.size())];
        break;
      case 1:
        text.insert(at, 1, kBytes[random.Below(kBytes.size())]);
        break;
      case 2:
        text.erase(at, count);
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, text.substr(random.Below(text.size()), count));
    }
  }
  return text;
}

TEST_CASE("no mutation of a log does anything but load or fail with a typed error") {
  TestEnvironment test;
  REQUIRE(test.files.CreateDirectories(LogPath("/out/t")));
  Random random(20240229);
  int loaded = 0;
  for (int round = 0; round < 20'000; ++round) {
    REQUIRE(test.files.WriteFile(CommitPath("/out/t", 0), Mutate(kLines, random)));
    const auto snapshot = Snapshot::Load(test.environment, "/out/t");
    if (snapshot) {
      ++loaded;
      continue;
    }
    const std::string code = CodeOf(snapshot.error());
    CHECK((code == "DELTA_CORRUPT" || code == "DELTA_FEATURE_UNSUPPORTED"));
  }
  CHECK_GT(loaded, 100);
}

TEST_CASE("no mutation of rows or schema does anything but parse or fail with a typed error") {
  const std::string schema_json =
      R"j({"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"decimal(5,2)","containsNull":true},"nullable":true,"metadata":{"k":[1,"x"]}},{"name":"m","type":{"type":"map","keyType":"string","valueType":"timestamp","valueContainsNull":true}}]})j";
  const std::string row = R"({"a":["1.25",null],"m":[["k","2020-02-29T00:00:00.5Z"]]})";
  const Schema schema = *ParseSchema(schema_json, "");
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    const auto mutated = ParseSchema(Mutate(schema_json, random), "log");
    if (mutated) CHECK(ParseSchema(ToJson(*mutated), "again"));
    const auto rows = ParseRows(schema, Mutate(row, random), "rows");
    if (!rows) CHECK_EQ(CodeOf(rows.error()), "DELTA_SCHEMA_MISMATCH");
  }
}

}  // namespace
}  // namespace codeanatomy::storage
