// Rows of `ast_nodes`, made up, through the session: batches scanned, written as Parquet, read back
// by SQL. benchmarks of driver/ do the same with the evidence of real files.
#include <cstdlib>
#include <filesystem>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/duckdb/parquet_writer.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kKinds[] = {"Name",        "Call",   "Attribute", "Constant",
                                       "FunctionDef", "Assign", "arg"};
constexpr size_t kRowsOfFile = 4096;  // a batch is one source file

const TableInfo& BenchmarkTable() { return *FindTable("ast_nodes"); }

Column MakeColumn(const ColumnInfo& info, size_t first, size_t rows,
                  const std::string_view* words) {
  if (info.name == "path") return ConstantTextColumn{words[0]};
  if (info.name == "file_id") return ConstantInt64Column{static_cast<int64_t>(first)};
  if (info.name == "kind") {
    CodeColumn column{.dictionary = kKinds};
    for (size_t i = 0; i < rows; ++i)
      column.Append(static_cast<uint16_t>(i * 5 % std::size(kKinds)));
    return column;
  }
  if (info.type == "Int64" || info.type == "Int32") {
    // Ids are spread over the whole range, the rest grows with the row.
    const bool is_id = info.semantic_type == "node_id";
    Int64Column wide;
    Int32Column narrow;
    for (size_t i = first; i < first + rows; ++i) {
      const auto value = static_cast<int64_t>(is_id ? (i * 0x9e3779b97f4a7c15) >> 1 : i * 7);
      info.type == "Int64" ? wide.Append(value)
                           : narrow.Append(static_cast<int32_t>(value & 0xffff));
    }
    return info.type == "Int64" ? Column(std::move(wide)) : Column(std::move(narrow));
  }
  if (info.type == "Boolean") {
    BoolColumn column;
    for (size_t i = 0; i < rows; ++i) column.Append(i % 2);
    return column;
  }
  if (info.type == "Map<Utf8,Utf8>") {
    MapColumn column;
    for (size_t i = 0; i < rows; ++i) column.CloseRow();
    return column;
  }
  TextColumn column;
  for (size_t i = 0; i < rows; ++i)
    i % 3 == 0 ? column.AppendNull() : column.Append(words[i * 31 % 997]);
  return column;
}

std::vector<ColumnBatch> MakeBatches(size_t rows) {
  auto arena = std::make_shared<TextArena>();
  auto words = std::make_shared<std::vector<std::string_view>>();
  for (int i = 0; i < 997; ++i)
    words->push_back(arena->Copy(fmt::format("identifier_{}", i * 7919 % 997)));
  std::vector<ColumnBatch> batches;
  for (size_t first = 0; first < rows; first += kRowsOfFile) {
    ColumnBatch batch;
    batch.rows = std::min(kRowsOfFile, rows - first);
    batch.keep_alive = {arena};
    for (const ColumnInfo& info : BenchmarkTable().columns) {
      batch.columns.push_back(MakeColumn(info, first, batch.rows, words->data()));
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

/// A session with `rows` rows as relation ast_nodes, and a folder for files.
class Fixture {
 public:
  explicit Fixture(size_t rows) : batches_(MakeBatches(rows)) {
    if (mkdtemp(folder_.data()) == nullptr) return;
    SessionOptions options;
    options.temp_directory = folder_ + "/spill";
    auto session = Session::Create(options);
    if (!session) return;
    session_ = *std::move(session);
    std::vector<const ColumnBatch*> pointers;
    pointers.reserve(batches_.size());
    for (const ColumnBatch& batch : batches_) pointers.push_back(&batch);
    if (!session_->batches().Add("ast_nodes", BenchmarkTable(), pointers)) session_.reset();
  }
  ~Fixture() { std::filesystem::remove_all(folder_); }
  Session* session() { return session_.get(); }
  const std::string& folder() const { return folder_; }

 private:
  std::vector<ColumnBatch> batches_;
  std::string folder_ = "/tmp/ca_parquet_XXXXXX";
  std::unique_ptr<Session> session_;
};

/// The engine works on threads of its own: wall time, and the CPU time of the whole process.
void ManyThreads(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}
void SmallToLarge(benchmark::internal::Benchmark* benchmark) {
  ManyThreads(benchmark->Arg(4096)->Arg(32768)->Arg(262144));
}

constexpr const char* kNoEngine = "no engine: set CODEANATOMY_DUCKDB_LIBRARY";

void CountRows(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}

/// Every column of every row, aggregated so that nothing is written.
void Scan(benchmark::State& state) {
  Fixture fixture(static_cast<size_t>(state.range(0)));
  if (fixture.session() == nullptr) return state.SkipWithError(kNoEngine);
  for (auto _ : state) {
    auto result = fixture.session()->connection().Query(
        "SELECT max(COLUMNS(* EXCLUDE attrs)) FROM ast_nodes");
    if (!result) return state.SkipWithError(result.error().ToString().c_str());
  }
  CountRows(state);
}
BENCHMARK(Scan)->Name("engine/batch_scan")->Apply(SmallToLarge);

void Write(benchmark::State& state, const char* select, bool sorted) {
  Fixture fixture(static_cast<size_t>(state.range(0)));
  if (fixture.session() == nullptr) return state.SkipWithError(kNoEngine);
  uint64_t bytes = 0;
  for (auto _ : state) {
    auto files =
        WriteParquet(fixture.session()->connection(), select, fixture.folder(), {.sorted = sorted});
    if (!files) return state.SkipWithError(files.error().ToString().c_str());
    bytes = files->front().size;
  }
  CountRows(state);
  state.counters["file_bytes"] = static_cast<double>(bytes);
}
BENCHMARK_CAPTURE(Write, in_order, "SELECT * FROM ast_nodes", true)
    ->Name("engine/parquet_write")
    ->Apply(SmallToLarge);
BENCHMARK_CAPTURE(Write, sorted, "SELECT * FROM ast_nodes ORDER BY node_id", true)
    ->Name("engine/parquet_sort_write")
    ->Apply(SmallToLarge);

/// A grouped count over a file, as `codeanatomy sql` runs it.
void Count(benchmark::State& state) {
  Fixture fixture(static_cast<size_t>(state.range(0)));
  if (fixture.session() == nullptr) return state.SkipWithError(kNoEngine);
  Connection& connection = fixture.session()->connection();
  const auto files =
      WriteParquet(connection, "SELECT * FROM ast_nodes", fixture.folder(), {.sorted = true});
  if (!files) return state.SkipWithError(files.error().ToString().c_str());
  const std::string sql =
      fmt::format("SELECT kind, count(*) FROM read_parquet('{}/{}') GROUP BY ALL ORDER BY 2 DESC",
                  fixture.folder(), files->front().path);
  for (auto _ : state) {
    auto result = connection.Query(sql);
    if (!result) return state.SkipWithError(result.error().ToString().c_str());
  }
  CountRows(state);
}
BENCHMARK(Count)->Name("engine/sql_count")->Apply(SmallToLarge);

/// What every command with the engine pays once.
void Open(benchmark::State& state) {
  for (auto _ : state) {
    auto session = Session::Create({});
    if (!session) return state.SkipWithError(kNoEngine);
  }
}
BENCHMARK(Open)->Name("engine/open_session")->Apply(ManyThreads);

}  // namespace
}  // namespace codeanatomy::engine
