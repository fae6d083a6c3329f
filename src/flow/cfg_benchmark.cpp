// Tree and symbols to control flow, dominators and control dependence, one thread; trees and symbol
// tables are made beforehand.
#include "flow/control_dependence.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::flow {
namespace {

void Measure(benchmark::State& state, const BenchmarkInput& input, bool with_dependence) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  std::vector<parse::SyntaxTree> trees;
  std::vector<symbols::SymbolTable> tables;
  for (const source::SourceFile& file : files) {
    trees.push_back(parse::ParseModule(file.text(), {}));
    tables.push_back(symbols::BuildSymbolTable(trees.back()));
  }
  size_t blocks = 0;
  source::MeasureFiles(state, files, [&](size_t i) {
    const ControlFlow graph = BuildControlFlow(trees[i], tables[i]);
    if (with_dependence) {
      const auto found = ComputeControlDependence(graph, ComputeDominatorTrees(graph));
      benchmark::DoNotOptimize(found.data());
    }
    blocks = (i == 0 ? 0 : blocks) + static_cast<size_t>(graph.block_count());
  });
  source::CountRate(state, "blocks/s", blocks);
}

void Graphs(benchmark::State& state, const BenchmarkInput& input) { Measure(state, input, false); }
void Dependence(benchmark::State& state, const BenchmarkInput& input) {
  Measure(state, input, true);
}

[[maybe_unused]] const bool graphs = RegisterForInputs("flow/graphs", &Graphs);
[[maybe_unused]] const bool dependence = RegisterForInputs("flow/dependence", &Dependence);

}  // namespace
}  // namespace codeanatomy::flow
