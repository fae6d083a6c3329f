// The native stage by step, on pinned inputs: what the rows of one kind cost per file whose tree,
// symbols and ids are there, and whole shards.
#include "evidence/anchors.h"
#include "evidence/extract.h"
#include "evidence/file_context.h"
#include "evidence/file_flow.h"
#include "source/benchmark_sources.h"

namespace codeanatomy::evidence {
namespace {

/// Sources with everything that producers of rows build on.
struct Prepared {
  std::vector<source::SourceFile> files;
  std::vector<parse::SyntaxTree> trees;
  std::vector<symbols::SymbolTable> symbols;
  std::vector<std::unique_ptr<FileContext>> contexts;
  std::vector<std::unique_ptr<FileFlow>> flows;
  size_t nodes = 0;
};

Prepared Prepare(const BenchmarkInput& input) {
  static const ExtractOptions kOptions;
  Prepared made;
  made.files = source::ReadBenchmarkSources(input);
  for (const source::SourceFile& file : made.files) {
    made.trees.push_back(parse::ParseModule(file.text(), {}));
    made.nodes += static_cast<size_t>(made.trees.back().size());
  }
  for (const parse::SyntaxTree& tree : made.trees) {
    made.symbols.push_back(symbols::BuildSymbolTable(tree));
  }
  for (size_t i = 0; i < made.files.size(); ++i) {
    made.contexts.push_back(
        std::make_unique<FileContext>(made.files[i], kOptions, made.trees[i], made.symbols[i]));
    made.flows.push_back(std::make_unique<FileFlow>(*made.contexts.back()));
  }
  return made;
}

/// Ids of all nodes, and the names and declarations that rows refer to.
void Contexts(benchmark::State& state, const BenchmarkInput& input) {
  const ExtractOptions options;
  const Prepared made = Prepare(input);
  source::MeasureFiles(state, made.files, [&](size_t i) {
    const FileContext context(made.files[i], options, made.trees[i], made.symbols[i]);
    benchmark::DoNotOptimize(context.ids.file_id());
  });
  source::CountRate(state, "nodes/s", made.nodes);
}

template <typename Produce>
void Measure(benchmark::State& state, const BenchmarkInput& input, Produce produce) {
  const Prepared made = Prepare(input);
  size_t rows = 0;
  source::MeasureFiles(state, made.files, [&](size_t i) {
    TableList tables;
    produce(*made.contexts[i], *made.flows[i], tables);
    if (i == 0) rows = 0;
    for (const TableRows& table : tables) rows += table.rows.rows;
  });
  source::CountRate(state, "rows/s", rows);
}

#define CA_ROW_BENCHMARK(Name, Call)                                                             \
  void Name(benchmark::State& state, const BenchmarkInput& input) {                              \
    Measure(state, input,                                                                        \
            [](const FileContext& context, [[maybe_unused]] FileFlow& flow, TableList& tables) { \
              Call;                                                                              \
            });                                                                                  \
  }
CA_ROW_BENCHMARK(Anchors, {
  benchmark::DoNotOptimize(ComputeAnchors(context.tree, context.ids, context.scheme));
  static_cast<void>(tables);
})
CA_ROW_BENCHMARK(LineRows, AddLineRows(context, tables))
CA_ROW_BENCHMARK(NodeRows, AddNodeRows(context, flow, tables))
CA_ROW_BENCHMARK(Flows, {
  benchmark::DoNotOptimize(FileFlow(context).block_ids.data());
  static_cast<void>(tables);
})
CA_ROW_BENCHMARK(FlowRows, AddFlowRows(context, flow, tables))
CA_ROW_BENCHMARK(DefinitionRows, {
  flow.definitions.limits.clear();
  AddDefinitionRows(context, flow, tables);
})
CA_ROW_BENCHMARK(CaptureRows, AddCaptureRows(context, tables))
CA_ROW_BENCHMARK(DefRows, AddDefRows(context, tables))
CA_ROW_BENCHMARK(ReferenceRows, AddReferenceRows(context, tables))
CA_ROW_BENCHMARK(ImportRows, AddImportRows(context, tables))
CA_ROW_BENCHMARK(CallRows, AddCallRows(context, tables))
CA_ROW_BENCHMARK(TypeExpressionRows, AddTypeExpressionRows(context, tables))
CA_ROW_BENCHMARK(BindingRows, AddBindingRows(context, tables))
CA_ROW_BENCHMARK(ScopeRows, {
  std::vector<IdRecord> records;
  AddScopeRows(context, tables, records);
})
#undef CA_ROW_BENCHMARK

/// From sources in memory to the rows of all tables, parsing included.
void Extract(benchmark::State& state, const BenchmarkInput& input, int threads) {
  const std::vector<source::SourceFile> files = source::ReadBenchmarkSources(input);
  if (files.empty()) return state.SkipWithError(kBenchmarkInputMissing);
  const CancelFlag cancel;
  size_t rows = 0;
  for (auto _ : state) {
    const ShardEvidence shard = ExtractShard(files, {}, threads, cancel);
    rows = 0;
    for (const TableBatches& table : shard.tables) rows += table.rows;
  }
  int64_t bytes = 0;
  for (const source::SourceFile& file : files) bytes += file.size_bytes;
  state.SetBytesProcessed(bytes * static_cast<int64_t>(state.iterations()));
  source::CountRate(state, "rows/s", rows);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterForInputs("evidence/context", &Contexts);
  RegisterForInputs("evidence/anchors", &Anchors);
  RegisterForInputs("evidence/line_rows", &LineRows);
  RegisterForInputs("evidence/node_rows", &NodeRows);
  RegisterForInputs("evidence/flow", &Flows);
  RegisterForInputs("evidence/flow_rows", &FlowRows);
  RegisterForInputs("evidence/definition_rows", &DefinitionRows);
  RegisterForInputs("evidence/capture_rows", &CaptureRows);
  RegisterForInputs("evidence/def_rows", &DefRows);
  RegisterForInputs("evidence/reference_rows", &ReferenceRows);
  RegisterForInputs("evidence/import_rows", &ImportRows);
  RegisterForInputs("evidence/call_rows", &CallRows);
  RegisterForInputs("evidence/type_expression_rows", &TypeExpressionRows);
  RegisterForInputs("evidence/binding_rows", &BindingRows);
  RegisterForInputs("evidence/scope_rows", &ScopeRows);
  for (const BenchmarkInput& input : kBenchmarkInputs) {
    for (const int threads : {1, 2}) {
      const std::string name =
          "evidence/extract_on_" + std::to_string(threads) + "/" + std::string(input.name);
      benchmark::RegisterBenchmark(name.c_str(), &Extract, input, threads)
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
    }
  }
  return true;
}();

}  // namespace
}  // namespace codeanatomy::evidence
