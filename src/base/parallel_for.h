// ParallelFor: one body for many indices, on several threads. The one place that knows the task
// library.
#pragma once

#include <cstddef>
#include <functional>

namespace codeanatomy {

/// Calls `body(i)` once for every i below `count`, on up to `threads` threads (at least one, the
/// caller's), in any order, and returns when all have. Every index is a task of its own, so bodies
/// may differ in size; they run side by side and must not throw. Cost   some 100 ns a body.
void ParallelFor(size_t count, int threads, const std::function<void(size_t)>& body);

}  // namespace codeanatomy
