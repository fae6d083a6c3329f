// The sweep of intervals in one file, by its number of spans: near linear. `pairs` of the widest is
// what a hash join on the file would compare.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

/// n spans of a file, nested ten deep, against themselves shifted by one byte.
void SweepIntervals(benchmark::State& state) {
  auto session = Session::Create({.threads = 1});
  if (!session) return state.SkipWithError("no session");
  Connection& connection = (*session)->connection();
  auto made = connection.Execute(fmt::format(
      "CREATE TABLE spans AS SELECT list([i // 10 * 100 + i % 10, i // 10 * 100 + 90 - i % 10, i]) "
      "AS l, list([i // 10 * 100 + i % 10 + 1, i // 10 * 100 + 89 - i % 10, i]) AS r FROM "
      "range({}) t(i)",
      state.range(0)));
  if (!made) return state.SkipWithError("no table");
  int64_t found = 0;
  for (auto _ : state) {
    auto rows = connection.Query("SELECT len(interval_pairs(l, r, false, false)) FROM spans");
    if (!rows) return state.SkipWithError("the engine refuses it");
    found = *rows->SingleInteger();
  }
  state.counters["found"] = static_cast<double>(found);
  state.counters["pairs"] =
      static_cast<double>(state.range(0)) * static_cast<double>(state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(SweepIntervals)
    ->RangeMultiplier(4)
    ->Range(1 << 12, 1 << 18)
    ->Complexity(benchmark::oNLogN)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace codeanatomy::engine
