// The spec of a build, from declarations to hash: what every build pays before it executes
// anything.
#include <benchmark/benchmark.h>

#include "semantics/compile_model.h"

namespace codeanatomy::semantics {
namespace {

void Compile(benchmark::State& state) {
  const CompileRequest request{.edges_full = state.range(0) != 0,
                               .props_full = state.range(0) != 0};
  for (auto _ : state) {
    const auto spec = BuildDefaultSpec(request);
    if (!spec) return state.SkipWithError(spec.error().ToString().c_str());
    benchmark::DoNotOptimize(spec);
  }
}
BENCHMARK(Compile)
    ->Name("semantics/compile_spec_full")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

void CompileAndHash(benchmark::State& state) {
  for (auto _ : state) {
    const auto spec = BuildDefaultSpec({});
    if (!spec) return state.SkipWithError(spec.error().ToString().c_str());
    benchmark::DoNotOptimize(spec::SpecHash(*spec));
  }
}
BENCHMARK(CompileAndHash)->Name("semantics/compile_and_hash")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace codeanatomy::semantics
