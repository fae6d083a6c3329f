// Tuner: what past runs of a spec say about the knobs of its runtime profile.
//
// Runs of one spec are observed; after more than three under the same knobs, each rule below looks
// at the last four of them and may propose another value. Nothing is changed here: a hint is for
// whoever writes the spec's runtime profile.
//
//   spilled at all                         three quarters of target_partitions
//   never spilled, peak below 2 GiB        five quarters of target_partitions, at most the CPUs
//   under 10 % of scanned rows are written half of row_group_rows: statistics exclude more
//   over 80 % are written                  half as much again
//   fewer than 1,000 rows are written      planning_concurrency 1: threads cost more than they give
//   more than 100,000 rows are written     planning_concurrency as many as target_partitions
//
// Two guards. A run that took more than twice as long as the one before over the same inputs, and
// more than a quarter of a second, gives hints of one kind only: back to the knobs before. And
// knobs under which the same inputs took longer before are not proposed again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/execute/run_metrics.h"

namespace codeanatomy::engine {

struct TunerObservation {
  std::string run_id;
  std::string inputs;  // identity of all inputs; equal: the run read the same rows
  RunMetrics metrics;
};
/// Oldest first.
using TunerHistory = std::vector<TunerObservation>;

enum class TunerReason : uint8_t {
  kSpilled,
  kHeadroom,
  kLowSelectivity,
  kHighSelectivity,
  kFewRows,
  kManyRows,
  kRegression
};
inline constexpr std::string_view kTunerReasonNames[] = {
    "spilled",  "headroom",  "low_selectivity", "high_selectivity",
    "few_rows", "many_rows", "regression"};

struct TunerHint {
  std::string_view knob;  // member of runtime_profile
  int64_t current = 0, proposed = 0;
  TunerReason reason = TunerReason::kSpilled;
  bool operator==(const TunerHint&) const = default;
};

inline constexpr size_t kTunerWindow = 4;    // observations that a rule looks at
inline constexpr size_t kTunerHistory = 32;  // observations that are kept

/// Takes a run down; the oldest one beyond kTunerHistory goes.
void RecordObservation(TunerHistory& history, TunerObservation observation);

/// Hints for the knobs of the last observation, in the order of ExecutionKnobs; `cpus` bounds
/// threads. Deterministic.
std::vector<TunerHint> ProposeAdjustment(const TunerHistory& history, int64_t cpus);

}  // namespace codeanatomy::engine
