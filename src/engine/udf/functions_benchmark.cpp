// Every function beside what the engine itself offers for the same work
// (tests/data/functions/speed.tsv: function, call, built-in expression). The counter `ratio` is our
// time over the built-in's, both the best of the same rounds, taken in turns; no function may need
// more than five times.
#include <chrono>
#include <cstdlib>
#include <fstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "catalog/function.h"
#include "engine/session/session.h"
#include "engine/udf/registry.h"

namespace codeanatomy::engine {
namespace {

struct Pair {
  std::string name, ours, built_in;
};

std::vector<Pair> ReadPairs() {
  const char* checkout = std::getenv("CODEANATOMY_SOURCE_DIR");
  std::ifstream in(std::string(checkout == nullptr ? "." : checkout) +
                   "/tests/data/functions/speed.tsv");
  std::vector<Pair> pairs;
  for (std::string line; std::getline(in, line);) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    pairs.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                     line.substr(second + 1)});
  }
  return pairs;
}

constexpr const char* kRows =
    "CREATE TABLE t AS SELECT 'some_name_' || (i * 7919 % 50021) AS name, i, i + 9 AS j, "
    "struct_pack(bstart := i, bend := i + 9, line_base := 0, col_unit := 'byte', end_exclusive := "
    "true) AS span, MAP {'B': 'x' || i, 'a': 'y'} AS m, ['b' || i % 7, NULL, 'a'] AS l "
    "FROM range(200000) r(i)";

Result<std::unique_ptr<Session>> OpenRows() {
  SessionOptions options;
  options.threads = 1;
  CA_ASSIGN_OR_RETURN(auto session, Session::Create(options));
  std::set<std::string> names;
  for (const FunctionInfo& function : kFunctions) {
    if (function.kind != FunctionKind::kTable) names.emplace(function.name);
  }
  CA_RETURN_IF_ERROR(InstallMacros(session->connection(), names));
  CA_RETURN_IF_ERROR(session->connection().Execute(kRows));
  return session;
}

double Seconds(Session& session, const std::string& expression) {
  const auto start = std::chrono::steady_clock::now();
  auto result = session.connection().Query(
      fmt::format("SELECT count(x) FROM (SELECT {} AS x FROM t)", expression));
  if (!result) return -1;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Compare(benchmark::State& state, Session* session, const Pair& pair) {
  double ours = 1e9, built_in = 1e9;
  for (auto _ : state) {
    const double seconds = Seconds(*session, pair.ours);
    const double theirs = Seconds(*session, pair.built_in);
    if (seconds < 0 || theirs < 0) return state.SkipWithError("the engine refuses it");
    ours = std::min(ours, seconds);
    built_in = std::min(built_in, theirs);
    state.SetIterationTime(seconds);
  }
  state.counters["ratio"] = ours / built_in;
}

[[maybe_unused]] const bool kRegistered = [] {
  static auto session = OpenRows();
  if (!session) return false;
  for (const Pair& pair : ReadPairs()) {
    benchmark::RegisterBenchmark(
        ("udf/" + pair.name).c_str(),
        [pair](benchmark::State& state) { Compare(state, session->get(), pair); })
        ->UseManualTime()
        ->Iterations(5)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace codeanatomy::engine
