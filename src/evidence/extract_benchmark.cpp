// The native stage by step, over the sources named by CODEANATOMY_BENCH_INPUT (a folder).
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "evidence/anchors.h"
#include "evidence/file_context.h"
#include "source/read_file.h"
#include "source/repository_scan.h"

namespace codeanatomy::evidence {
namespace {

struct Input {
  std::vector<source::SourceFile> files;
  std::vector<parse::SyntaxTree> trees;
  std::vector<symbols::SymbolTable> symbols;
  int64_t bytes = 0;
  int64_t nodes = 0;
};

const Input& GetInput() {
  static const Input input = [] {
    Input made;
    const char* folder = std::getenv("CODEANATOMY_BENCH_INPUT");
    const std::string root = folder ? folder : "/usr/lib/python3.11";
    const CancelFlag cancel;
    auto scan = source::ScanRepository(root, {}, cancel);
    if (!scan) return made;
    for (const source::ScannedFile& file : scan->files) {
      made.files.push_back(source::ReadSourceFile(scan->root, file.path, 0));
    }
    for (const source::SourceFile& file : made.files) {
      made.bytes += static_cast<int64_t>(file.bytes.size());
      made.trees.push_back(parse::ParseModule(file.text(), {}));
      made.nodes += made.trees.back().size();
    }
    for (const parse::SyntaxTree& tree : made.trees) {
      made.symbols.push_back(symbols::BuildSymbolTable(tree));
    }
    return made;
  }();
  return input;
}

void Report(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * GetInput().bytes);
  state.counters["nodes"] = static_cast<double>(GetInput().nodes);
}

/// One producer, or none: the shared context (ids, names, declarations).
template <typename Produce>
void ForEachFile(benchmark::State& state, Produce produce) {
  const Input& input = GetInput();
  const ExtractOptions options;
  for (auto _ : state) {
    for (size_t i = 0; i < input.files.size(); ++i) {
      state.PauseTiming();
      const FileContext context(input.files[i], options, input.trees[i], input.symbols[i]);
      state.ResumeTiming();
      TableList tables;
      produce(context, tables);
      benchmark::DoNotOptimize(tables);
    }
  }
  Report(state);
}

void BM_Context(benchmark::State& state) {
  const Input& input = GetInput();
  const ExtractOptions options;
  for (auto _ : state) {
    for (size_t i = 0; i < input.files.size(); ++i) {
      const FileContext context(input.files[i], options, input.trees[i], input.symbols[i]);
      benchmark::DoNotOptimize(context.ids.file_id());
    }
  }
  Report(state);
}
BENCHMARK(BM_Context)->Unit(benchmark::kMillisecond);

void BM_Anchors(benchmark::State& state) {
  ForEachFile(state, [](const FileContext& context, TableList&) {
    benchmark::DoNotOptimize(ComputeAnchors(context.tree, context.ids, context.scheme));
  });
}
BENCHMARK(BM_Anchors)->Unit(benchmark::kMillisecond);

#define CA_ROW_BENCHMARK(Name, Call)                                                 \
  void BM_##Name(benchmark::State& state) {                                          \
    ForEachFile(state, [](const FileContext& context, TableList& tables) { Call; }); \
  }                                                                                  \
  BENCHMARK(BM_##Name)->Unit(benchmark::kMillisecond)
CA_ROW_BENCHMARK(Lines, AddLineRows(context, tables));
CA_ROW_BENCHMARK(NodesWithAnchors, AddNodeRows(context, tables));
CA_ROW_BENCHMARK(Defs, AddDefRows(context, tables));
CA_ROW_BENCHMARK(References, AddReferenceRows(context, tables));
CA_ROW_BENCHMARK(Imports, AddImportRows(context, tables));
CA_ROW_BENCHMARK(Calls, AddCallRows(context, tables));
CA_ROW_BENCHMARK(TypeExpressions, AddTypeExpressionRows(context, tables));
CA_ROW_BENCHMARK(Scopes, {
  std::vector<IdRecord> records;
  AddScopeRows(context, tables, records);
});
CA_ROW_BENCHMARK(Bindings, AddBindingRows(context, tables));

void BM_ExtractAll(benchmark::State& state) {
  const Input& input = GetInput();
  const CancelFlag cancel;
  for (auto _ : state) {
    const ShardEvidence shard =
        ExtractShard(input.files, {}, static_cast<int>(state.range(0)), cancel);
    benchmark::DoNotOptimize(shard.counts.nodes);
  }
  Report(state);
}
BENCHMARK(BM_ExtractAll)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace codeanatomy::evidence
