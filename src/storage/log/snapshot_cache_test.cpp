#include "storage/log/snapshot_cache.h"

#include <atomic>
#include <thread>

#include "storage/log/log_files.h"
#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

constexpr char kRoot[] = "/out/t";

/// A table with as many versions, each adding a file of a long name.
struct Versions : TestEnvironment {
  explicit Versions(int64_t count) {
    CHECK(files.CreateDirectories(LogPath(kRoot)));
    for (int64_t version = 0; version < count; ++version) Add(version);
  }
  void Add(int64_t version) {
    std::string entry =
        version > 0 ? ""
                    : R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                      "\n"
                      R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},)"
                      R"("schemaString":"{\"type\":\"struct\",\"fields\":[]}",)"
                      R"("partitionColumns":[],"configuration":{}}})"
                      "\n";
    entry += fmt::format(R"({{"add":{{"path":"f{:04}","partitionValues":{{}},"size":1,)"
                         R"("modificationTime":1,"dataChange":true}}}})"
                         "\n",
                         version);
    CHECK(files.WriteFile(CommitPath(kRoot, version), entry));
  }
};

std::shared_ptr<const Snapshot> Load(SnapshotCache& cache, Versions& table,
                                     std::optional<int64_t> version) {
  auto loaded = cache.Load(table.environment, kRoot, version);
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().ToString());
  return *loaded;
}

}  // namespace

TEST_CASE("a snapshot is kept as long as its time to live") {
  Versions table(2);
  SnapshotCache cache(1 << 20, 30);
  CHECK(cache.ttl_seconds() == 30);
  const auto first = Load(cache, table, {});
  table.Add(2);
  table.clock.now += 29'999;
  CHECK(Load(cache, table, {}) == first);  // the table moved on, and that is not looked for yet
  CHECK(Load(cache, table, 1) == first);
  CHECK(Load(cache, table, 2)->version() == 2);
  table.clock.now += 1;
  CHECK(Load(cache, table, {})->version() == 2);
  CHECK(Load(cache, table, 1) != first);
  const CacheCounts counts = cache.counts();
  CHECK(counts.hits == 2);
  CHECK(counts.misses == 4);
  CHECK(counts.evictions == 1);
}

TEST_CASE("a version is read once, the latest is looked for each time") {
  Versions table(2);
  SnapshotCache cache(1 << 20);
  const auto first = Load(cache, table, 0);
  CHECK(Load(cache, table, 0) == first);
  CHECK(Load(cache, table, {})->version() == 1);
  table.Add(2);
  CHECK(Load(cache, table, {})->version() == 2);
  CHECK(Load(cache, table, 1)->files().size() == 2);
  const CacheCounts counts = cache.counts();
  CHECK(counts.entries == 3);
  CHECK(counts.hits == 2);
  CHECK(counts.misses == 3);
  CHECK(counts.evictions == 0);
}

TEST_CASE("what was asked for longest ago goes first") {
  Versions table(3);
  // Room for any two of the three, which have one to three files, and not for all.
  const uint64_t schema = 2 * std::string_view(R"({"type":"struct","fields":[]})").size();
  SnapshotCache cache(2 * (sizeof(Snapshot) + schema) + 5 * (sizeof(AddFile) + 5));
  const auto kept = Load(cache, table, 0);
  Load(cache, table, 1);
  Load(cache, table, 0);
  Load(cache, table, 2);
  CHECK(cache.counts().evictions == 1);
  CHECK(cache.counts().hits == 1);
  Load(cache, table, 0);
  CHECK(cache.counts().hits == 2);
  Load(cache, table, 1);  // had gone
  CHECK(cache.counts().hits == 2);
  CHECK(cache.counts().evictions == 2);
  CHECK(cache.counts().entries == 2);
  CHECK(kept->version() == 0);  // a reader keeps what the cache let go
}

TEST_CASE("a limit of zero keeps nothing, and errors are not kept") {
  Versions table(1);
  SnapshotCache cache(0);
  CHECK(Load(cache, table, 0)->version() == 0);
  CHECK(Load(cache, table, 0)->version() == 0);
  CHECK(cache.counts().entries == 0);
  CHECK(cache.counts().misses == 2);
  SnapshotCache roomy(1 << 20);
  CHECK(CodeOf(roomy.Load(table.environment, kRoot, 7).error()) == "NOT_FOUND");
  table.Add(1);
  CHECK(Load(roomy, table, 1)->version() == 1);
}

TEST_CASE("threads share it") {
  Versions table(8);
  SnapshotCache cache(1 << 20);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int64_t i = 0; i < 200; ++i) {
        const auto loaded = cache.Load(table.environment, kRoot, i % 8);
        wrong += !loaded || (*loaded)->version() != i % 8;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(cache.counts().entries == 8);
  CHECK(cache.counts().hits + cache.counts().misses == 800);
}

}  // namespace codeanatomy::storage
