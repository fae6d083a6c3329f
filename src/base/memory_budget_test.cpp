#include "base/memory_budget.h"

#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace codeanatomy {
namespace {

Result<bool> NoRoom() { return false; }

TEST_CASE("a reservation that does not fit is refused, and goes back when it ends") {
  MemoryBudget budget(100);
  {
    auto rows = budget.TryReserve(MemoryOwner::kRows, 60);
    REQUIRE(rows.has_value());
    CHECK(budget.left_bytes() == 40);
    CHECK_FALSE(budget.TryReserve(MemoryOwner::kEngine, 41).has_value());
    CHECK(budget.TryReserve(MemoryOwner::kEngine, 40).has_value());
    rows->Set(10);
    CHECK(budget.left_bytes() == 90);
  }
  CHECK(budget.left_bytes() == 100);
  CHECK(budget.Peaks()[static_cast<size_t>(MemoryOwner::kRows)] == 60);
  CHECK(budget.Peaks()[static_cast<size_t>(MemoryOwner::kEngine)] == 40);
  CHECK(budget.Peaks()[static_cast<size_t>(MemoryOwner::kWorkers)] == 0);
}

TEST_CASE("what is there already counts, and nothing fits beside too much") {
  MemoryBudget budget(100);
  MemoryReservation held = budget.Hold(MemoryOwner::kRows, 150);
  CHECK(budget.left_bytes() == 0);
  CHECK_FALSE(budget.TryReserve(MemoryOwner::kEngine, 1).has_value());
  CHECK(budget.TryReserve(MemoryOwner::kEngine, 0).has_value());
  held.Set(99);
  CHECK(budget.TryReserve(MemoryOwner::kEngine, 1).has_value());
}

TEST_CASE("room is made until it fits, or the error names owner and amount") {
  MemoryBudget budget(1000);
  MemoryReservation rows = budget.Hold(MemoryOwner::kRows, 900);
  int spills = 0;
  const auto spill = [&]() -> Result<bool> {
    if (rows.bytes() == 0) return false;
    rows.Set(rows.bytes() - 300);
    ++spills;
    return true;
  };
  const auto engine = budget.Reserve(MemoryOwner::kEngine, 500, spill);
  REQUIRE(engine.has_value());
  CHECK(spills == 2);
  const auto refused = budget.Reserve(MemoryOwner::kWorkers, 900, spill);
  REQUIRE_FALSE(refused.has_value());
  CHECK(spills == 3);
  CHECK(refused.error().code() == ErrorCode::kMemoryBudgetExceeded);
  CHECK(refused.error().subject() == "workers");
  CHECK(refused.error().message() ==
        "workers needs 900 bytes; of 1000 are left 500 (reserved: engine 500)");
  CHECK(budget.Reserve(MemoryOwner::kWorkers, 501, NoRoom)
            .error()
            .message()
            .starts_with("workers needs 501 bytes"));
}

TEST_CASE("an error of making room is the error of the reservation") {
  MemoryBudget budget(10);
  const auto failed = budget.Reserve(MemoryOwner::kRows, 11, []() -> Result<bool> {
    return Error(ErrorCode::kNoSpace, "the disk is full", "/tmp");
  });
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code() == ErrorCode::kNoSpace);
}

TEST_CASE("whatever threads reserve at random, the sum stays below the limit and comes back") {
  constexpr uint64_t kLimit = 10'000;
  MemoryBudget budget(kLimit);
  std::vector<std::thread> threads;
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&budget, seed] {
      std::mt19937 random(seed);
      std::vector<MemoryReservation> mine;
      for (int step = 0; step < 2000; ++step) {
        const auto owner = static_cast<MemoryOwner>(random() % kMemoryOwnerCount);
        auto room = [&]() -> Result<bool> {
          if (mine.empty()) return false;
          mine.pop_back();
          return true;
        };
        auto got = budget.Reserve(owner, random() % 3000, room);
        if (got) mine.push_back(*std::move(got));
        if (!mine.empty() && random() % 3 == 0) mine[random() % mine.size()].Set(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(budget.left_bytes() == kLimit);
  for (const uint64_t peak : budget.Peaks()) CHECK(peak <= kLimit);
}

TEST_CASE("the kernel tells what is resident, and it grows with what is touched") {
  const uint64_t before = ResidentBytes();
  REQUIRE(before > 0);
  std::vector<char> touched(32 << 20, 'x');
  CHECK(ResidentBytes() >= before + (24 << 20));
  CHECK(PeakResidentBytes() >= before + (24 << 20));
  CHECK(touched.back() == 'x');
}

TEST_CASE("more than all may be held; what is left beside one's own is then less than it") {
  MemoryBudget budget(100);
  const MemoryReservation engine = budget.Hold(MemoryOwner::kEngine, 60);
  CHECK(budget.LeftBeside(engine) == 100);
  const MemoryReservation rows = budget.Hold(MemoryOwner::kRows, 70);
  CHECK(budget.left_bytes() == 0);
  CHECK(budget.LeftBeside(engine) == 30);
  CHECK(budget.LeftBeside(rows) == 40);
  CHECK(budget.LeftBeside({}) == 0);
}

}  // namespace
}  // namespace codeanatomy
