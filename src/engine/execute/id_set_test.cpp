#include "engine/execute/id_set.h"

#include <random>
#include <unordered_set>

#include <doctest/doctest.h>

namespace codeanatomy::engine {
namespace {

TEST_CASE("a set of ids agrees with the standard library's") {
  std::mt19937_64 random(3);
  IdSet ids(10);  // grows
  std::unordered_set<int64_t> model;
  std::vector<int64_t> queries;
  for (int i = 0; i < 20000; ++i) {
    // Runs of neighbours as scopes have them, negative ids, repeats and zero.
    const auto id = static_cast<int64_t>(random() % 3 == 0 ? random() : random() % 9000) - 4000;
    CHECK(ids.Insert(id) == model.insert(id).second);
    queries.push_back(id);
  }
  CHECK(ids.size() == model.size());
  CHECK(ids.FindMissing(queries) == queries.size());
  for (int64_t id = -6000; id < 8000; ++id) CHECK(ids.Contains(id) == model.contains(id));
  queries.insert(queries.begin() + 77, int64_t{1} << 40);
  CHECK(ids.FindMissing(queries) == 77);
}

TEST_CASE("many ids are inserted up to the first that was there") {
  std::mt19937_64 random(4);
  std::vector<int64_t> ids;
  for (int i = 0; i < 5000; ++i) ids.push_back(static_cast<int64_t>(random() >> 1));
  IdSet all(16);  // grows within a batch
  CHECK(all.InsertUntilRepeated(ids) == ids.size());
  CHECK(all.size() == ids.size());
  CHECK(all.FindMissing(ids) == ids.size());
  for (const size_t at : {0, 63, 64, 4999}) {
    std::vector<int64_t> repeats = ids;
    repeats.insert(repeats.begin() + static_cast<ptrdiff_t>(at) + 1, ids[at]);
    IdSet some(16);
    CHECK(some.InsertUntilRepeated(repeats) == at + 1);
    CHECK(some.size() == at + 1);
  }
}

TEST_CASE("partitions share out the ids, a scope's stay together") {
  CHECK(PartitionsFor(0, kIdSetBytes) == 1);
  CHECK(PartitionsFor(uint64_t{1} << 22, kIdSetBytes) == 1);
  CHECK(PartitionsFor(uint64_t{1} << 22, kIdSetBytes / 8) == 8);
  CHECK(PartitionsFor(3, 0) == 3);
  const uint64_t count = PartitionsFor(uint64_t{1} << 24, kIdSetBytes);
  CHECK(count == 4);
  for (int64_t id = 0; id < 100000; id += 17) {
    int owners = 0;
    for (uint64_t index = 0; index < count; ++index) {
      const IdPartition part{count, index};
      owners += part.Has(id) ? 1 : 0;
      CHECK(part.Has(id) == part.Has(id / 4096 * 4096));
    }
    CHECK(owners == 1);
  }
}

}  // namespace
}  // namespace codeanatomy::engine
