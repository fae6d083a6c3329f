#include "driver/build/gathered_rows.h"

#include <filesystem>
#include <random>

#include <doctest/doctest.h>
#include <unistd.h>

namespace codeanatomy::driver {
namespace {

/// What a shard leaves: texts that point into it, and into an arena of the batch's own.
struct TestShard {
  std::string text;
};

std::vector<ColumnBatch> BatchesOf(const TestShard& shard, int64_t first, size_t count) {
  std::vector<ColumnBatch> batches;
  for (size_t i = 0; i < count; ++i) {
    auto arena = std::make_shared<TextArena>();
    ColumnBatch batch;
    batch.rows = 2;
    Int64Column numbers;
    TextColumn texts;
    for (size_t row = 0; row < 2; ++row) {
      numbers.Append(first + static_cast<int64_t>(i * 2 + row));
      texts.Append(row == 0 ? std::string_view(shard.text).substr(i % 5)
                            : arena->Copy(shard.text + std::to_string(i)));
    }
    batch.columns.emplace_back(std::move(numbers));
    batch.columns.emplace_back(std::move(texts));
    batch.keep_alive.push_back(arena);
    batches.push_back(std::move(batch));
  }
  return batches;
}

std::vector<std::pair<int64_t, std::string>> RowsOf(const std::vector<ColumnBatch>& batches) {
  std::vector<std::pair<int64_t, std::string>> rows;
  for (const ColumnBatch& batch : batches) {
    for (size_t row = 0; row < batch.rows; ++row) {
      rows.emplace_back(std::get<Int64Column>(batch.columns[0]).values[row],
                        std::get<TextColumn>(batch.columns[1]).values[row]);
    }
  }
  return rows;
}

TEST_CASE("rows are the same in whatever form they waited, and shards go when they are packed") {
  const std::string folder = std::filesystem::temp_directory_path();
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    GatheredRows gathered, plain;
    std::vector<std::weak_ptr<const void>> shards;
    bool has_packed_all = false;
    int64_t next = 0;
    for (uint32_t step = 0; step < 8; ++step) {
      auto shard = std::make_shared<TestShard>(TestShard{std::string(10 + step, 'x') + "é"});
      const size_t count = random() % 4;
      gathered.Add(BatchesOf(*shard, next, count), shard, count * 2);
      plain.Add(BatchesOf(*shard, next, count), shard, count * 2);
      next += static_cast<int64_t>(count * 2);
      shards.emplace_back(shard);
      const uint32_t action = random() % 4;
      if (action == 0) gathered.Pack();
      if (action == 1) REQUIRE(gathered.Spill(folder).has_value());
      has_packed_all = action <= 1;
      if (has_packed_all) CHECK(gathered.shards_held() == 0);
      if (action == 1) CHECK(gathered.held_bytes() == 0);
    }
    CHECK(gathered.rows() == static_cast<uint64_t>(next));
    const auto expected = plain.Take();
    GatheredRows moved = std::move(gathered);
    const uint64_t announced = moved.held_bytes() + moved.growth_bytes();
    const auto taken = moved.Take();
    REQUIRE(taken.has_value());
    REQUIRE(expected.has_value());
    CHECK(RowsOf(*taken) == RowsOf(*expected));
    CHECK(static_cast<int64_t>(RowsOf(*taken).size()) == next);
    if (next > 0) CHECK(announced > 0);
  }
}

TEST_CASE("packed rows let their shard go") {
  GatheredRows gathered;
  auto shard = std::make_shared<TestShard>(TestShard{"def f(): pass"});
  const std::weak_ptr<TestShard> seen = shard;
  gathered.Add(BatchesOf(*shard, 0, 3), shard, 6);
  shard.reset();
  CHECK_FALSE(seen.expired());
  CHECK(gathered.shards_held() == 1);
  gathered.Pack();
  CHECK(seen.expired());
  CHECK(gathered.held_bytes() > 0);
}

TEST_CASE("a folder that refuses the file is an error, and the rows are still there") {
  GatheredRows gathered;
  auto shard = std::make_shared<TestShard>(TestShard{"x = 1"});
  gathered.Add(BatchesOf(*shard, 0, 2), shard, 4);
  const auto refused = gathered.Spill("/nonexistent/folder");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().subject() == "/nonexistent/folder");
  const auto taken = gathered.Take();
  REQUIRE(taken.has_value());
  CHECK(RowsOf(*taken).size() == 4);
}

}  // namespace
}  // namespace codeanatomy::driver
