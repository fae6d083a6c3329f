#include "base/parallel_for.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace codeanatomy {

TEST_CASE("every index is visited once, and what bodies write is there afterwards") {
  for (const int threads : {0, 1, 4}) {
    std::vector<size_t> visits(1000);  // a plain vector: the thread sanitizer watches it
    std::atomic<size_t> sum = 0;
    ParallelFor(visits.size(), threads, [&](size_t i) {
      ++visits[i];
      sum += i;
    });
    CHECK(visits == std::vector<size_t>(1000, 1));
    CHECK(sum == 999 * 1000 / 2);
  }
  ParallelFor(0, 2, [](size_t) { FAIL("a body without an index"); });
}

TEST_CASE("as many threads as are asked for, also more than there are CPUs") {
  const int threads = static_cast<int>(std::thread::hardware_concurrency()) + 2;
  std::atomic<int> begun = 0, together = 0;
  ParallelFor(static_cast<size_t>(threads), threads, [&](size_t) {
    ++begun;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (begun < threads && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    if (begun == threads) ++together;
  });
  CHECK(together == threads);
}

}  // namespace codeanatomy
