#include "base/parallel_for.h"

#include <atomic>
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

}  // namespace codeanatomy
