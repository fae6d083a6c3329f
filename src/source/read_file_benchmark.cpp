// From disk to text: ReadSourceFile and its parts, and the scan of a folder. Files are in the page
// cache, as they are in a build that follows an edit.
#include "base/hash.h"
#include "base/observe.h"
#include "source/benchmark_sources.h"
#include "source/encoding.h"
#include "source/read_file.h"
#include "source/repository_scan.h"

namespace codeanatomy::source {
namespace {

void ReadHashDecode(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<SourceFile> files = ReadBenchmarkSources(input);
  const std::string root = BenchmarkInputsRoot();
  MeasureFiles(state, files,
               [&](size_t i) { benchmark::DoNotOptimize(ReadSourceFile(root, files[i].path, 0)); });
}

void Read(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<SourceFile> files = ReadBenchmarkSources(input);
  const std::string root = BenchmarkInputsRoot() + "/";
  MeasureFiles(state, files,
               [&](size_t i) { benchmark::DoNotOptimize(ReadBytes(root + files[i].path)); });
}

void Hash(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<SourceFile> files = ReadBenchmarkSources(input);
  MeasureFiles(state, files,
               [&](size_t i) { benchmark::DoNotOptimize(Sha256::Of(files[i].bytes)); });
}

void Decode(benchmark::State& state, const BenchmarkInput& input) {
  std::vector<SourceFile> files = ReadBenchmarkSources(input);
  MeasureFiles(state, files, [&](size_t i) {
    files[i].problems.clear();
    files[i].offsets = {};
    DecodeSource(files[i]);
  });
}

void Scan(benchmark::State& state, const BenchmarkInput& input) {
  const std::string root = BenchmarkInputsRoot() + "/" + std::string(input.path);
  const CancelFlag cancel;
  size_t files = 0;
  for (auto _ : state) {
    const auto scan = ScanRepository(root, {}, cancel);
    if (!scan) return state.SkipWithError(kBenchmarkInputMissing);
    files = scan->files.size();
  }
  CountRate(state, "files/s", files);
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const BenchmarkInput& input : kBenchmarkInputs) {
    if (input.path.ends_with(".py")) continue;
    const std::string name = "source/scan/" + std::string(input.name);
    benchmark::RegisterBenchmark(name.c_str(), &Scan, input)->Unit(benchmark::kMillisecond);
  }
  RegisterForInputs("source/read_hash_decode", &ReadHashDecode);
  RegisterForInputs("source/read", &Read);
  RegisterForInputs("source/hash", &Hash);
  RegisterForInputs("source/decode", &Decode);
  return true;
}();

}  // namespace
}  // namespace codeanatomy::source
