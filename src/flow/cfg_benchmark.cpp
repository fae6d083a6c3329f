// Tree and symbols to control flow, dominance, dependence, the graph between nodes and definitions,
// each with all before it, one thread; trees and symbol tables are made beforehand. Beside them the
// parsing itself, for the ratio.
#include <fmt/format.h>

#include "flow/control_dependence.h"
#include "flow/definitions.h"
#include "flow/node_graph.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::flow {
namespace {

enum class Layers { kGraphs, kDependence, kNodes, kAll };

void Run(const parse::SyntaxTree& tree, const symbols::SymbolTable& symbols, Layers layers) {
  const ControlFlow graph = BuildControlFlow(tree, symbols);
  benchmark::DoNotOptimize(graph.block_count());
  if (layers == Layers::kGraphs) return;
  const DominatorTrees trees = ComputeDominatorTrees(graph);
  const auto found = ComputeControlDependence(graph, trees.post_dominators);
  benchmark::DoNotOptimize(found.data());
  if (layers == Layers::kDependence) return;
  const NodeGraph nodes = BuildNodeGraph(tree, graph, trees, found);
  benchmark::DoNotOptimize(nodes.edges.data());
  if (layers == Layers::kNodes) return;
  const SparseDefinitions sparse = FindDefinitions(tree, symbols, graph, trees);
  benchmark::DoNotOptimize(sparse.uses.data());
}

void Measure(benchmark::State& state, const BenchmarkInput& input, Layers layers) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  std::vector<parse::SyntaxTree> trees;
  std::vector<symbols::SymbolTable> tables;
  for (const source::SourceFile& file : files) {
    trees.push_back(parse::ParseModule(file.text(), {}));
    tables.push_back(symbols::BuildSymbolTable(trees.back()));
  }
  source::MeasureFiles(state, files, [&](size_t i) { Run(trees[i], tables[i], layers); });
}

void Parsing(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  source::MeasureFiles(state, files, [&](size_t i) {
    const parse::SyntaxTree tree = parse::ParseModule(files[i].text(), {});
    benchmark::DoNotOptimize(tree.root());
  });
}
void Graphs(benchmark::State& state, const BenchmarkInput& input) {
  Measure(state, input, Layers::kGraphs);
}
void Dependence(benchmark::State& state, const BenchmarkInput& input) {
  Measure(state, input, Layers::kDependence);
}
void Nodes(benchmark::State& state, const BenchmarkInput& input) {
  Measure(state, input, Layers::kNodes);
}
void Definitions(benchmark::State& state, const BenchmarkInput& input) {
  Measure(state, input, Layers::kAll);
}

// One function of so many statements, half of them conditional definitions that a use sees.
void LongFunction(benchmark::State& state) {
  std::string text = "def f(c, use):\n  x = 0\n";
  for (int64_t i = 0; i < state.range(0) / 2; ++i) {
    text += fmt::format("  if c: x = {}\n  use(x)\n", i);
  }
  const parse::SyntaxTree tree = parse::ParseModule(text, {});
  const symbols::SymbolTable symbols = symbols::BuildSymbolTable(tree);
  for (auto _ : state) Run(tree, symbols, Layers::kAll);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(LongFunction)->Name("flow/long_function")->Arg(50000)->Arg(100000)->Arg(200000);

[[maybe_unused]] const bool parsing = RegisterForInputs("flow/parsing_beside", &Parsing);
[[maybe_unused]] const bool graphs = RegisterForInputs("flow/graphs", &Graphs);
[[maybe_unused]] const bool dependence = RegisterForInputs("flow/dependence", &Dependence);
[[maybe_unused]] const bool nodes = RegisterForInputs("flow/nodes", &Nodes);
[[maybe_unused]] const bool definitions = RegisterForInputs("flow/definitions", &Definitions);

}  // namespace
}  // namespace codeanatomy::flow
