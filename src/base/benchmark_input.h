// BenchmarkInput: the pinned Python files that stage benchmarks work on, small to large.
//
// benchmarks/fetch_inputs.sh puts them below `.deps/inputs`; CODEANATOMY_SOURCE_DIR names the
// checkout.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

namespace codeanatomy {

/// A file or a folder of Python files below `.deps/inputs`.
struct BenchmarkInput {
  std::string_view name;
  std::string_view path;
};

/// Measured sizes: 4.7 KB, 120 KB, 5.7 MB in 885 files, 31.5 MB in 1,790 files.
inline constexpr auto kBenchmarkInputs = std::to_array<BenchmarkInput>({
    {"small", "django/django/views/defaults.py"},
    {"medium", "django/django/db/models/sql/query.py"},
    {"django", "django"},
    {"stdlib", "stdlib"},
});

inline std::string BenchmarkInputsRoot() {
  const char* checkout = std::getenv("CODEANATOMY_SOURCE_DIR");
  return std::string(checkout == nullptr ? "." : checkout) + "/.deps/inputs";
}

/// The input's Python files relative to BenchmarkInputsRoot(), sorted; empty where it was not
/// fetched.
inline std::vector<std::string> BenchmarkFiles(const BenchmarkInput& input) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  const fs::path root = BenchmarkInputsRoot();
  std::error_code missing;
  if (fs::is_regular_file(root / input.path, missing)) return {std::string(input.path)};
  for (const auto& entry : fs::recursive_directory_iterator(root / input.path, missing)) {
    if (entry.is_regular_file() && entry.path().extension() == ".py") {
      files.push_back(entry.path().lexically_relative(root).string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What a benchmark reports, as SkipWithError, where its input has no files.
inline constexpr const char* kBenchmarkInputMissing =
    "input missing: run benchmarks/fetch_inputs.sh";

/// Registers `work/NAME` for every pinned input; call it from a static initialiser.
///
///   const bool registered = RegisterForInputs("lex", &Lexing);
inline bool RegisterForInputs(std::string_view work,
                              void (*function)(benchmark::State&, const BenchmarkInput&)) {
  for (const BenchmarkInput& input : kBenchmarkInputs) {
    const std::string name = std::string(work) + "/" + std::string(input.name);
    benchmark::RegisterBenchmark(name.c_str(), function, input)->Unit(benchmark::kMillisecond);
  }
  return true;
}

}  // namespace codeanatomy
