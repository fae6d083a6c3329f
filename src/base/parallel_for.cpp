// The thread sanitizer does not see the atomics by which the task library orders threads, since the
// library is not built with it. So this file, with the library's templates in it, is not either
// (src/CMakeLists.txt), and says itself what happens before what: the caller's writes before every
// body, every body before the return. Bodies stay unordered among each other: their races are
// found.
#include "base/parallel_for.h"

#include <algorithm>
#include <optional>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#ifdef CA_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace codeanatomy {
namespace {

/// A point in time: what comes before Reach on one thread comes before what follows Wait on
/// another.
class Point {
 public:
#ifdef CA_THREAD_SANITIZER
  void Reach() { __tsan_release(&address_); }
  void Wait() { __tsan_acquire(&address_); }

 private:
  char address_ = 0;
#else
  void Reach() {}
  void Wait() {}
#endif
};

}  // namespace

void ParallelFor(size_t count, int threads, const std::function<void(size_t)>& body) {
  Point begin, end;
  begin.Reach();
  // The library has as many workers as there are CPUs and warns on stderr when asked for more.
  using oneapi::tbb::global_control;
  std::optional<global_control> more;
  if (threads > oneapi::tbb::info::default_concurrency())
    more.emplace(global_control::max_allowed_parallelism, static_cast<size_t>(threads));
  oneapi::tbb::task_arena arena(std::max(1, threads));
  arena.execute([&] {
    oneapi::tbb::parallel_for(
        size_t{0}, count,
        [&](size_t i) {
          begin.Wait();
          body(i);
          end.Reach();
        },
        oneapi::tbb::simple_partitioner());
  });
  end.Wait();
}

}  // namespace codeanatomy
