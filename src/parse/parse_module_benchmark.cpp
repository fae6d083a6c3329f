// Text to a frozen tree: lexer, parser and builder, one thread.
#include "parse/syntax_tree.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::parse {
namespace {

void Parsing(benchmark::State& state, const BenchmarkInput& input) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  size_t nodes = 0;
  source::MeasureFiles(state, files, [&](size_t i) {
    const SyntaxTree tree = ParseModule(files[i].text(), {});
    nodes = (i == 0 ? 0 : nodes) + static_cast<size_t>(tree.size());
  });
  source::CountRate(state, "nodes/s", nodes);
}

[[maybe_unused]] const bool kRegistered = RegisterForInputs("parse", &Parsing);

}  // namespace
}  // namespace codeanatomy::parse
