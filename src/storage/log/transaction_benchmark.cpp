// Commits and snapshots on the real file system. Data files are named, not written: what is
// measured is the log, with its two syncs per commit.
#include <cstdlib>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/hash.h"
#include "catalog/table.h"
#include "storage/log/transaction.h"

namespace codeanatomy::storage {
namespace {

/// Without checkpoints nothing is read or written through it.
class NoParquetIo : public ParquetIo {
 public:
  Result<std::vector<DataFile>> Write(const Schema&, std::span<const Row>,
                                      const std::string& folder) override {
    return Error(ErrorCode::kInternal, "not part of this benchmark", folder);
  }
  Result<void> Read(const std::string& path, const Schema&, const RowSink&) override {
    return Error(ErrorCode::kInternal, "not part of this benchmark", path);
  }
  Result<std::vector<DataFile>> Rewrite(const FileRewrite&, const std::string& folder) override {
    return Error(ErrorCode::kInternal, "not part of this benchmark", folder);
  }
};

/// A folder that goes when the benchmark ends.
class TableFolder {
 public:
  TableFolder() : files(OpenPosixFileSystem()), clock(OpenSystemClock()) {
    if (mkdtemp(path.data()) == nullptr) std::abort();
  }
  ~TableFolder() { static_cast<void>(RemoveTree(*files, path)); }
  std::string path = "/tmp/ca_log_XXXXXX";
  std::unique_ptr<FileSystem> files;
  std::unique_ptr<Clock> clock;
  NoParquetIo parquet;
  Environment environment{*files, parquet, *clock};
};

const TableInfo& BenchmarkTable() { return *FindTable("ast_nodes"); }

/// Data files with statistics of every column, as the Parquet writer reports them.
std::vector<DataFile> MakeFiles(int64_t first, int64_t count) {
  std::vector<DataFile> files;
  for (int64_t i = first; i < first + count; ++i) {
    DataFile file;
    file.sha256 = Hex(Sha256::Of(fmt::format("{}", i)));
    file.path = file.sha256.substr(0, 32) + ".parquet";
    file.size = 1'000'000;
    file.rows = 50'000;
    for (const ColumnInfo& column : BenchmarkTable().columns) {
      if (column.type == "Int64" || column.type == "Int32" || column.type == "Utf8") {
        file.columns.push_back(
            {.column = std::string(column.name), .min = "0", .max = "9", .null_count = 0});
      }
    }
    files.push_back(std::move(file));
  }
  return files;
}

Result<CommitOutcome> CommitFiles(const TableFolder& folder, WriteMode mode,
                                  std::vector<DataFile> files) {
  CA_RETURN_IF_ERROR(folder.files->CreateDirectories(folder.path + "/table"));
  CA_ASSIGN_OR_RETURN(Transaction transaction,
                      Transaction::Begin(folder.environment, folder.path + "/table",
                                         {.schema = SchemaOf(BenchmarkTable()), .mode = mode}));
  transaction.Add(std::move(files));
  return transaction.Commit({.metadata = {{"run_id", "benchmark"}}, .checkpoint_interval = 0});
}

/// One overwrite with `range(0)` files, begun and committed; the log grows by a version per
/// iteration.
void Commit(benchmark::State& state) {
  const TableFolder folder;
  int64_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<DataFile> files = MakeFiles(next, state.range(0));
    next += state.range(0);
    if (next % (8 * state.range(0)) == 0) {
      static_cast<void>(RemoveTree(*folder.files, folder.path + "/table"));
    }
    state.ResumeTiming();
    const auto outcome = CommitFiles(folder, WriteMode::kOverwrite, std::move(files));
    if (!outcome) return state.SkipWithError(outcome.error().ToString().c_str());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Commit)
    ->Name("storage/commit_files")
    ->Arg(1)
    ->Arg(32)
    ->Arg(1000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

/// Loads a table of `range(0)` commits with four files each.
void LoadSnapshot(benchmark::State& state) {
  const TableFolder folder;
  for (int64_t i = 0; i < state.range(0); ++i) {
    const auto outcome = CommitFiles(folder, WriteMode::kAppend, MakeFiles(4 * i, 4));
    if (!outcome) return state.SkipWithError(outcome.error().ToString().c_str());
  }
  for (auto _ : state) {
    auto snapshot = Snapshot::Load(folder.environment, folder.path + "/table");
    if (!snapshot) return state.SkipWithError(snapshot.error().ToString().c_str());
    benchmark::DoNotOptimize(snapshot);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(LoadSnapshot)
    ->Name("storage/snapshot_of_commits")
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace codeanatomy::storage
