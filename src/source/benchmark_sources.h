// The pinned inputs of stage benchmarks as SourceFiles, and the loop that all per-file stages
// share.
#pragma once

#include <vector>

#include "base/benchmark_input.h"
#include "source/read_file.h"

namespace codeanatomy::source {

inline std::vector<SourceFile> ReadBenchmarkSources(const BenchmarkInput& input) {
  std::vector<SourceFile> files;
  for (std::string& path : BenchmarkFiles(input)) {
    files.push_back(ReadSourceFile(BenchmarkInputsRoot(), std::move(path), 0));
  }
  return files;
}

/// Runs `work(i)` for the i-th of `files` in each iteration; reports bytes of source per second.
template <typename Work>
void MeasureFiles(benchmark::State& state, const std::vector<SourceFile>& files, Work work) {
  if (files.empty()) return state.SkipWithError(kBenchmarkInputMissing);
  for (auto _ : state) {
    for (size_t i = 0; i < files.size(); ++i) work(i);
  }
  int64_t bytes = 0;
  for (const SourceFile& file : files) bytes += file.size_bytes;
  state.SetBytesProcessed(bytes * static_cast<int64_t>(state.iterations()));
  state.counters["files"] = static_cast<double>(files.size());
}

/// A count of one iteration as a rate, such as nodes/s.
inline void CountRate(benchmark::State& state, const char* name, size_t per_iteration) {
  state.counters[name] = benchmark::Counter(
      static_cast<double>(per_iteration) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

}  // namespace codeanatomy::source
