// Evidence of real files, extracted beforehand, to Parquet: batch scan, encoding, compression,
// hash.
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "driver/build/evidence_writer.h"
#include "engine/plan/plan.h"
#include "semantics/compile_model.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::driver {
namespace {

/// A session, and a folder that goes when the benchmark ends.
struct Place {
  Place() {
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    engine::SessionOptions options;
    options.temp_directory = folder + "/spill";
    if (auto opened = engine::Session::Create(options)) session = *std::move(opened);
  }
  ~Place() {
    session.reset();
    std::filesystem::remove_all(folder);
  }
  std::string folder = "/tmp/ca_evidence_XXXXXX";
  std::unique_ptr<engine::Session> session;
};

void WriteEvidence(benchmark::State& state, const BenchmarkInput& input) {
  const auto files =
      std::make_shared<std::vector<source::SourceFile>>(source::ReadBenchmarkSources(input));
  if (files->empty()) return state.SkipWithError(kBenchmarkInputMissing);
  const Place place;
  if (place.session == nullptr) {
    return state.SkipWithError("no engine: set CODEANATOMY_DUCKDB_LIBRARY");
  }
  const CancelFlag cancel;
  size_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    evidence::ShardEvidence shard = evidence::ExtractShard(*files, {}, 2, cancel);
    rows = 0;
    for (const evidence::TableBatches& table : shard.tables) rows += table.rows;
    state.ResumeTiming();
    EvidenceWriter writer(*place.session, place.folder, place.folder, place.session->threads());
    auto written = writer.Write(std::move(shard.tables), files);
    if (!written) return state.SkipWithError(written.error().ToString().c_str());
    const auto finished = writer.Finish();
    if (!finished) return state.SkipWithError(finished.error().ToString().c_str());
  }
  source::CountRate(state, "rows/s", rows);
}

/// The relational plan of the default spec.
void PlanSpec(benchmark::State& state) {
  const auto spec = semantics::BuildDefaultSpec({});
  if (!spec) return state.SkipWithError(spec.error().ToString().c_str());
  for (auto _ : state) {
    const auto plan = engine::MakePlan(*spec);
    if (!plan) return state.SkipWithError(plan.error().ToString().c_str());
    benchmark::DoNotOptimize(plan);
  }
}
BENCHMARK(PlanSpec)->Name("driver/plan_spec")->Unit(benchmark::kMillisecond);

[[maybe_unused]] const bool kRegistered = [] {
  for (const BenchmarkInput& input : kBenchmarkInputs) {
    const std::string name = "driver/write_evidence/" + std::string(input.name);
    benchmark::RegisterBenchmark(name.c_str(), &WriteEvidence, input)
        ->Unit(benchmark::kMillisecond)
        ->MeasureProcessCPUTime()
        ->UseRealTime();
  }
  return true;
}();

}  // namespace
}  // namespace codeanatomy::driver
