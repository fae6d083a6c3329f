#include "engine/schedule/tuner.h"

#include <string_view>

#include <doctest/doctest.h>

namespace codeanatomy::engine {
namespace {

constexpr int64_t kCpus = 8;

RunMetrics Usual() {
  return {.knobs = {4, 4, 32768},
          .elapsed_microseconds = 1'000'000,
          .output_rows = 50'000,
          .rows_scanned = 100'000,
          .peak_memory_bytes = uint64_t{3} << 30};
}

/// As many runs alike.
TunerHistory Runs(size_t count, const RunMetrics& metrics, const std::string& inputs = "a") {
  TunerHistory history;
  for (size_t i = 0; i < count; ++i) RecordObservation(history, {"run", inputs, metrics});
  return history;
}

std::vector<TunerHint> HintsAfter(const RunMetrics& metrics, size_t runs = kTunerWindow) {
  return ProposeAdjustment(Runs(runs, metrics), kCpus);
}

}  // namespace

TEST_CASE("each rule of the tuner") {
  struct Case {
    const char* description;
    void (*change)(RunMetrics&);
    std::vector<TunerHint> hints;
  };
  using enum TunerReason;
  const Case cases[] = {
      {"nothing to say", [](RunMetrics&) {}, {}},
      {"spilled",
       [](RunMetrics& run) { run.spill_count = 1; },
       {{"target_partitions", 4, 3, kSpilled}}},
      {"spilled on one thread",
       [](RunMetrics& run) {
         run.spill_count = 1;
         run.knobs.target_partitions = 1;
       },
       {}},
      {"headroom",
       [](RunMetrics& run) { run.peak_memory_bytes = 1 << 20; },
       {{"target_partitions", 4, 5, kHeadroom}}},
      {"headroom, but no more CPUs",
       [](RunMetrics& run) {
         run.peak_memory_bytes = 1 << 20;
         run.knobs.target_partitions = kCpus;
       },
       {}},
      {"few rows of many",
       [](RunMetrics& run) { run.rows_scanned = 1'000'000; },
       {{"row_group_rows", 32768, 16384, kLowSelectivity}}},
      {"nearly all rows",
       [](RunMetrics& run) { run.rows_scanned = 60'000; },
       {{"row_group_rows", 32768, 49152, kHighSelectivity}}},
      {"the largest row group",
       [](RunMetrics& run) {
         run.rows_scanned = 60'000;
         run.knobs.row_group_rows = 60'000;
       },
       {{"row_group_rows", 60000, 65536, kHighSelectivity}}},
      {"the smallest row group",
       [](RunMetrics& run) {
         run.rows_scanned = 1'000'000;
         run.knobs.row_group_rows = 1024;
       },
       {}},
      {"nothing scanned", [](RunMetrics& run) { run.rows_scanned = 0; }, {}},
      {"few rows",
       [](RunMetrics& run) {
         run.output_rows = 999;
         run.rows_scanned = 2000;
       },
       {{"planning_concurrency", 4, 1, kFewRows}}},
      {"many rows",
       [](RunMetrics& run) {
         run.output_rows = 100'001;
         run.rows_scanned = 200'000;
         run.knobs.planning_concurrency = 1;
       },
       {{"planning_concurrency", 1, 4, kManyRows}}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.description);
    RunMetrics metrics = Usual();
    one.change(metrics);
    CHECK(HintsAfter(metrics) == one.hints);
    CHECK(HintsAfter(metrics, kTunerWindow - 1).empty());
  }
}

TEST_CASE("one run that spilled among four is enough, and four others forget it") {
  TunerHistory history = Runs(3, Usual());
  RunMetrics spilled = Usual();
  spilled.spill_count = 2;
  RecordObservation(history, {"run", "a", spilled});
  CHECK(ProposeAdjustment(history, kCpus).size() == 1);
  for (size_t i = 0; i < kTunerWindow; ++i) RecordObservation(history, {"run", "a", Usual()});
  CHECK(ProposeAdjustment(history, kCpus).empty());
}

TEST_CASE("a run twice as slow goes back to the knobs before") {
  TunerHistory history = Runs(4, Usual());
  RunMetrics slow = Usual();
  slow.knobs = {5, 4, 16384};
  slow.elapsed_microseconds = 2'000'001;
  slow.spill_count = 1;  // would have hints of its own
  RecordObservation(history, {"run", "a", slow});
  const std::vector<TunerHint> back{{"target_partitions", 5, 4, TunerReason::kRegression},
                                    {"row_group_rows", 16384, 32768, TunerReason::kRegression}};
  CHECK(ProposeAdjustment(history, kCpus) == back);
  SUBCASE("not when it is just twice as slow") {
    history.back().metrics.elapsed_microseconds = 2'000'000;
    CHECK(ProposeAdjustment(history, kCpus).empty());
  }
  SUBCASE("not when both are over at once") {
    for (TunerObservation& seen : history) seen.metrics.elapsed_microseconds /= 10;
    CHECK(ProposeAdjustment(history, kCpus).empty());
  }
  SUBCASE("not when it read other rows") {
    history.back().inputs = "b";
    CHECK(ProposeAdjustment(history, kCpus).empty());
  }
  SUBCASE("and there is nothing to go back to under the same knobs") {
    history.back().metrics.knobs = Usual().knobs;
    CHECK(ProposeAdjustment(history, kCpus).empty());
  }
}

TEST_CASE("knobs that were slower over the same inputs are not proposed again") {
  RunMetrics roomy = Usual();
  roomy.peak_memory_bytes = 1 << 20;
  RunMetrics tried = roomy;
  tried.knobs.target_partitions = 5;
  tried.elapsed_microseconds = 1'100'000;
  TunerHistory history = Runs(1, tried);
  for (size_t i = 0; i < kTunerWindow; ++i) RecordObservation(history, {"run", "a", roomy});
  CHECK(ProposeAdjustment(history, kCpus).empty());
  history.front().metrics.elapsed_microseconds = 900'000;
  CHECK(ProposeAdjustment(history, kCpus).size() == 1);
  history.front().metrics.elapsed_microseconds = 1'100'000;
  history.front().inputs = "b";
  CHECK(ProposeAdjustment(history, kCpus).size() == 1);
}

TEST_CASE("following hints comes to rest") {
  RunMetrics metrics = Usual();
  metrics.peak_memory_bytes = 1 << 20;
  metrics.rows_scanned = 60'000;
  TunerHistory history;
  for (int i = 0; i < 100; ++i) {
    RecordObservation(history, {"run", "a", metrics});
    for (const TunerHint& hint : ProposeAdjustment(history, kCpus)) {
      if (hint.knob == "target_partitions") metrics.knobs.target_partitions = hint.proposed;
      if (hint.knob == "row_group_rows") metrics.knobs.row_group_rows = hint.proposed;
    }
  }
  CHECK(metrics.knobs == ExecutionKnobs{kCpus, 4, 65536});
  CHECK(history.size() == kTunerHistory);
}

}  // namespace codeanatomy::engine
