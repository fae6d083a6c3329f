// Spec text to value, value to canonical text and hash. The example of the tests, its views
// repeated until the spec is as large as that of a build.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "spec/spec.h"

namespace codeanatomy::spec {
namespace {

Result<Spec> MakeSpec(int64_t copies) {
  const char* checkout = std::getenv("CODEANATOMY_SOURCE_DIR");
  std::ifstream in(std::string(checkout == nullptr ? "." : checkout) +
                   "/tests/data/spec/example.json");
  std::stringstream text;
  text << in.rdbuf();
  CA_ASSIGN_OR_RETURN(Spec spec, ParseSpec(text.str()));
  const std::vector<ViewDefinition> views = spec.view_definitions;
  for (int64_t copy = 1; copy < copies; ++copy) {
    for (ViewDefinition view : views) {
      view.name += fmt::format("_{}", copy);
      spec.view_definitions.push_back(std::move(view));
    }
  }
  return spec;
}

constexpr const char* kNoExample = "no tests/data/spec/example.json: set CODEANATOMY_SOURCE_DIR";

void Parse(benchmark::State& state) {
  const auto spec = MakeSpec(state.range(0));
  if (!spec) return state.SkipWithError(kNoExample);
  const std::string text = CanonicalJson(*spec);
  for (auto _ : state) benchmark::DoNotOptimize(ParseSpec(text));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(Parse)->Name("spec/parse")->Arg(1)->Arg(16)->Arg(128)->Unit(benchmark::kMillisecond);

void Hash(benchmark::State& state) {
  const auto spec = MakeSpec(state.range(0));
  if (!spec) return state.SkipWithError(kNoExample);
  for (auto _ : state) benchmark::DoNotOptimize(SpecHash(*spec));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * CanonicalJson(*spec).size()));
}
BENCHMARK(Hash)
    ->Name("spec/canonical_hash")
    ->Arg(1)
    ->Arg(16)
    ->Arg(128)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace codeanatomy::spec
