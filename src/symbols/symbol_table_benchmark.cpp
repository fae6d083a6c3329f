// Tree to scopes and symbols, one thread; trees are parsed beforehand.
#include "source/benchmark_sources.h"
#include "symbols/symbol_table.h"

namespace codeanatomy::symbols {
namespace {

void Building(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  std::vector<parse::SyntaxTree> trees;
  trees.reserve(files.size());
  for (const source::SourceFile& file : files) {
    trees.push_back(parse::ParseModule(file.text(), {}));
  }
  size_t symbols = 0;
  source::MeasureFiles(state, files, [&](size_t i) {
    const SymbolTable table = BuildSymbolTable(trees[i]);
    symbols = (i == 0 ? 0 : symbols) + static_cast<size_t>(table.symbol_count());
  });
  source::CountRate(state, "symbols/s", symbols);
}

[[maybe_unused]] const bool kRegistered = RegisterForInputs("symbols", &Building);

}  // namespace
}  // namespace codeanatomy::symbols
