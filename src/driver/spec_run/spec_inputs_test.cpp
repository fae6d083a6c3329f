#include "driver/spec_run/spec_inputs.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "storage/log/log_files.h"
#include "storage/test_environment.h"

namespace codeanatomy::driver {
namespace {

constexpr size_t kTables = 6;

/// Holds every reader of a commit until `wanted` of them are there or a while has passed, and
/// counts the most that were there at once.
class MeetingFileSystem : public storage::MemoryFileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override {
    if (path.find("_delta_log/") != std::string::npos) {
      ++there;
      for (int i = 0; i < 2000 && !has_met; ++i) {
        size_t seen = most;
        while (seen < there && !most.compare_exchange_weak(seen, there)) {
        }
        has_met = has_met || most >= wanted;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      --there;
    }
    return MemoryFileSystem::ReadFile(path);
  }

  size_t wanted = 1;
  std::atomic<size_t> there = 0, most = 0;
  std::atomic<bool> has_met = false;
};

spec::Spec WriteTables(storage::FileSystem& files) {
  spec::Spec spec;
  for (size_t i = 0; i < kTables; ++i) {
    const std::string name = fmt::format("things_{}", i);
    const std::string root = "/out/evidence/" + name;
    CHECK(files.CreateDirectories(storage::LogPath(root)));
    CHECK(files.WriteFile(storage::CommitPath(root, 0),
                          R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                          "\n"
                          R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},)"
                          R"("schemaString":"{\"type\":\"struct\",\"fields\":[]}",)"
                          R"("partitionColumns":[],"configuration":{}}})"
                          "\n"));
    spec::InputRelation input;
    input.logical_name = name;
    input.delta_location = "evidence/" + name;
    spec.input_relations.push_back(std::move(input));
  }
  return spec;
}

}  // namespace

TEST_CASE("as many logs are read side by side as the session says") {
  for (const size_t readers : {size_t{1}, size_t{4}}) {
    MeetingFileSystem files;
    storage::JsonParquetIo parquet(files);
    storage::ManualClock clock;
    const spec::Spec spec = WriteTables(files);
    files.wanted = readers;
    storage::SnapshotCache kept(1 << 20);
    const auto opened = OpenSpecInputs(spec, {files, parquet, clock}, "/out", {kept, readers});
    REQUIRE_MESSAGE(opened.has_value(), opened.error().ToString());
    CHECK(files.most == readers);
    REQUIRE(opened->tables.size() == kTables);
    for (size_t i = 0; i < kTables; ++i)
      CHECK(opened->tables[i].name == fmt::format("things_{}", i));
    CHECK(kept.counts().misses == kTables);
  }
}

TEST_CASE("of several inputs that cannot be opened the first is told of") {
  storage::TestEnvironment outside;
  spec::Spec spec = WriteTables(outside.files);
  spec.input_relations[2].delta_location = "evidence/none";
  spec.input_relations[4].delta_location = "evidence/nothing";
  storage::SnapshotCache kept(1 << 20);
  const auto opened = OpenSpecInputs(spec, outside.environment, "/out", {kept, 4});
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code() == ErrorCode::kNotFound);
  CHECK(opened.error().ToString().find("things_2") != std::string::npos);
}

}  // namespace codeanatomy::driver
