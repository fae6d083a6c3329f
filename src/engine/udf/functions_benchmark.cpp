// Every function beside what the engine itself offers for the same work.
// tests/data/functions/speed.tsv has a line for each function of the catalogue: name, our
// expression, the built-in one; or name, `-` and why it has no pair. A pair whose texts begin with
// FROM is of queries, for the table functions, over the build that CODEANATOMY_BENCHMARK_BUILD
// names ({build} in the text); without it they are left out.
//
// Measure. Times are CPU seconds of the one thread, so what else the machine does hardly counts.
// Clock rates and caches change all the same, and times of different moments are not compared: a
// round runs both statements one after the other, the first one in turns, and gives one ratio;
// `ratio` is the median over the rounds, `low` and `high` are the
// quartiles. The built-in side of every pair reads the same columns, and what both need beside the
// function, an empty statement over the same rows, is taken off (`bare`), so that a cheap function
// does not hide behind the scan; where so little is left of the built-in that the difference is
// noise, a tenth of the bare statement stands for it.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <time.h>

#include "catalog/function.h"
#include "engine/session/build_reader.h"
#include "engine/session/session.h"
#include "engine/udf/registry.h"

namespace codeanatomy::engine {
namespace {

constexpr int kRounds = 21, kFewRounds = 9;  // few where they are long
constexpr double kLong = 1.5;                // seconds, of all rounds

struct Pair {
  std::string name, ours, built_in;
  bool is_query() const { return ours.starts_with("FROM "); }
};

std::vector<Pair> ReadPairs() {
  const char* checkout = std::getenv("CODEANATOMY_SOURCE_DIR");
  std::ifstream in(std::string(checkout == nullptr ? "." : checkout) +
                   "/tests/data/functions/speed.tsv");
  std::vector<Pair> pairs;
  for (std::string line; std::getline(in, line);) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    Pair pair{line.substr(0, first), line.substr(first + 1, second - first - 1),
              line.substr(second + 1)};
    if (pair.ours != "-") pairs.push_back(std::move(pair));
  }
  return pairs;
}

constexpr const char* kRows =
    "CREATE TABLE t AS SELECT 'some_name_' || (i * 7919 % 50021) AS name, i, i + 9 AS j, "
    "struct_pack(bstart := i, bend := i + 9, line_base := 0, col_unit := 'byte', end_exclusive := "
    "true) AS span, MAP {'B': 'x' || i, 'a': 'y'} AS m, ['b' || i % 7, NULL, 'a'] AS l, "
    "(['insert', 'delete', 'update_preimage', 'update_postimage'])[1 + i % 4] AS change "
    "FROM range(200000) r(i)";

/// CPU seconds of this thread. Sessions here have one thread, which is the caller's.
double Now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// The sessions that statements run in, opened when the first of a kind is measured.
class Sessions {
 public:
  /// Seconds of one statement, or its error.
  Result<double> Run(const std::string& text, bool is_query, bool is_ours) {
    if (is_query) return RunQuery(text, is_ours);
    if (rows_ == nullptr) {
      CA_ASSIGN_OR_RETURN(rows_, Session::Create({.threads = 1}));
      std::set<std::string> names;
      for (const FunctionInfo& function : kFunctions) {
        if (function.kind != FunctionKind::kTable) names.emplace(function.name);
      }
      CA_RETURN_IF_ERROR(InstallMacros(rows_->connection(), names));
      CA_RETURN_IF_ERROR(rows_->connection().Execute(kRows));
    }
    const double start = Now();
    CA_RETURN_IF_ERROR(rows_->connection().Query(
        fmt::format("SELECT count(x) FROM (SELECT {} AS x FROM t)", text)));
    return Now() - start;
  }

 private:
  Result<double> RunQuery(std::string text, bool is_ours) {
    const std::string out = std::getenv("CODEANATOMY_BENCHMARK_BUILD");
    if (build_ == nullptr) {
      SessionOptions options{.threads = 1};
      CA_ASSIGN_OR_RETURN(options.features, FeatureGates::Parse({"delta_cdf"}));
      CA_ASSIGN_OR_RETURN(build_, BuildReader::Open(out, options));
    }
    for (size_t at = 0; (at = text.find("{build}", at)) != std::string::npos;)
      text.replace(at, 7, out);
    const std::string sql = fmt::format("SELECT sum(hash(COLUMNS(*))) {}", text);
    const double start = Now();
    // A user's statement passes the SQL policy, which lets the engine's own functions not through:
    // they run behind a statement that it lets through.
    if (is_ours) {
      CA_RETURN_IF_ERROR(build_->Query(sql));
    } else {
      CA_RETURN_IF_ERROR(build_->Query("SELECT 1"));
      CA_RETURN_IF_ERROR(build_->session().connection().Query(sql));
    }
    return Now() - start;
  }

  std::unique_ptr<Session> rows_;
  std::unique_ptr<BuildReader> build_;
};

double Median(std::vector<double>& values, double at = 0.5) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(at * static_cast<double>(values.size() - 1))];
}

void Compare(benchmark::State& state, Sessions& sessions, const Pair& pair) {
  std::vector<double> ratios, ours, built_in;
  const auto run = [&](const std::string& text) {
    auto seconds = sessions.Run(text, pair.is_query(), &text == &pair.ours);
    if (!seconds) {
      state.SkipWithError(fmt::format("{}: {}", text, seconds.error().ToString()).c_str());
      return -1.0;
    }
    return *seconds;
  };
  for (auto _ : state) {
    const double start = Now();
    for (int round = -1; round < kRounds; ++round) {  // the first one warms up
      if (round >= kFewRounds && Now() - start > kLong) break;
      const bool first = round % 2 == 0;
      double times[2] = {};
      times[first ? 0 : 1] = run(first ? pair.ours : pair.built_in);
      times[first ? 1 : 0] = run(first ? pair.built_in : pair.ours);
      const double bare = pair.is_query() ? 0 : run("i");
      if (times[0] < 0 || times[1] < 0 || bare < 0) return;
      if (round < 0) continue;
      const double least = bare / 10;
      ratios.push_back(std::max(times[0] - bare, least) / std::max(times[1] - bare, least));
      ours.push_back(times[0]);
      built_in.push_back(times[1]);
    }
    state.SetIterationTime(Median(ours));
  }
  state.counters["ratio"] = Median(ratios);
  state.counters["low"] = Median(ratios, 0.25);
  state.counters["high"] = Median(ratios, 0.75);
  state.counters["built_in_ms"] = Median(built_in) * 1000;
}

[[maybe_unused]] const bool kRegistered = [] {
  static Sessions sessions;
  for (const Pair& pair : ReadPairs()) {
    if (pair.is_query() && std::getenv("CODEANATOMY_BENCHMARK_BUILD") == nullptr) continue;
    benchmark::RegisterBenchmark(
        ("udf/" + pair.name).c_str(),
        [pair](benchmark::State& state) { Compare(state, sessions, pair); })
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace codeanatomy::engine
