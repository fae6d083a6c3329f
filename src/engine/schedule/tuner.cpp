#include "engine/schedule/tuner.h"

#include <algorithm>
#include <array>
#include <optional>

namespace codeanatomy::engine {
namespace {

constexpr uint64_t kHeadroomBytes = uint64_t{2} << 30;
constexpr double kLowSelectivity = 0.1, kHighSelectivity = 0.8;
constexpr uint64_t kFewRows = 1000, kManyRows = 100000;
constexpr uint64_t kRegression = 2;  // times as long as before
constexpr uint64_t kNoise = 250000;  // microseconds; what is shorter tells nothing of the knobs
constexpr int64_t kLeastRowGroup = 1024, kMostRowGroup = 65536;

struct KnobName {
  std::string_view name;
  int64_t ExecutionKnobs::*member;
};
constexpr auto kKnobs =
    std::to_array<KnobName>({{"target_partitions", &ExecutionKnobs::target_partitions},
                             {"planning_concurrency", &ExecutionKnobs::planning_concurrency},
                             {"row_group_rows", &ExecutionKnobs::row_group_rows}});

/// The last observations under the knobs of the last one, and what they say.
class Window {
 public:
  explicit Window(const TunerHistory& history) {
    for (const TunerObservation& seen : history) {
      if (seen.metrics.knobs == history.back().metrics.knobs) runs_.push_back(&seen.metrics);
    }
    if (runs_.size() > kTunerWindow)
      runs_.erase(runs_.begin(), runs_.end() - static_cast<ptrdiff_t>(kTunerWindow));
  }

  bool is_full() const { return runs_.size() == kTunerWindow; }
  template <typename Test>
  bool Any(const Test& test) const {
    return std::ranges::any_of(runs_, [&](const RunMetrics* run) { return test(*run); });
  }
  template <typename Test>
  bool All(const Test& test) const {
    return std::ranges::all_of(runs_, [&](const RunMetrics* run) { return test(*run); });
  }

 private:
  std::vector<const RunMetrics*> runs_;
};

struct Proposal {
  int64_t value = 0;
  TunerReason reason = TunerReason::kSpilled;
};

std::optional<Proposal> Partitions(const Window& window, int64_t now, int64_t cpus) {
  if (window.Any([](const RunMetrics& run) { return run.spill_count > 0; }))
    return Proposal{std::max<int64_t>(1, now * 3 / 4), TunerReason::kSpilled};
  if (!window.All([](const RunMetrics& run) { return run.peak_memory_bytes < kHeadroomBytes; }))
    return std::nullopt;
  const int64_t more = std::max<int64_t>(2, now * 5 / 4);
  return Proposal{std::max(now, std::min(more, cpus)), TunerReason::kHeadroom};
}

std::optional<Proposal> RowGroup(const Window& window, int64_t now) {
  const auto all = [&](const auto& test) {
    return window.All([&](const RunMetrics& run) {
      const auto selectivity = run.ScanSelectivity();
      return selectivity && test(*selectivity);
    });
  };
  if (all([](double selectivity) { return selectivity < kLowSelectivity; }))
    return Proposal{std::max(kLeastRowGroup, now / 2), TunerReason::kLowSelectivity};
  if (all([](double selectivity) { return selectivity > kHighSelectivity; }))
    return Proposal{std::min(kMostRowGroup, now * 3 / 2), TunerReason::kHighSelectivity};
  return std::nullopt;
}

std::optional<Proposal> Concurrency(const Window& window, int64_t partitions) {
  if (window.All([](const RunMetrics& run) { return run.output_rows < kFewRows; }))
    return Proposal{1, TunerReason::kFewRows};
  if (window.All([](const RunMetrics& run) { return run.output_rows > kManyRows; }))
    return Proposal{partitions, TunerReason::kManyRows};
  return std::nullopt;
}

/// The run before the last one over the same inputs, if there is one.
const TunerObservation* Previous(const TunerHistory& history) {
  const auto before = std::ranges::find_if(
      history.rbegin() + 1, history.rend(),
      [&](const TunerObservation& seen) { return seen.inputs == history.back().inputs; });
  return before == history.rend() ? nullptr : &*before;
}

/// The middle one of the times over the inputs of the last run; null where there is none.
std::optional<uint64_t> MedianTime(const TunerHistory& history, const ExecutionKnobs& knobs) {
  std::vector<uint64_t> times;
  for (const TunerObservation& seen : history) {
    if (seen.metrics.knobs == knobs && seen.inputs == history.back().inputs)
      times.push_back(seen.metrics.elapsed_microseconds);
  }
  if (times.empty()) return std::nullopt;
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// Hints from one set of knobs to another, all for one reason.
std::vector<TunerHint> BackTo(const ExecutionKnobs& from, const ExecutionKnobs& to) {
  std::vector<TunerHint> hints;
  for (const auto& [name, member] : kKnobs) {
    if (from.*member != to.*member)
      hints.push_back({name, from.*member, to.*member, TunerReason::kRegression});
  }
  return hints;
}

}  // namespace

void RecordObservation(TunerHistory& history, TunerObservation observation) {
  history.push_back(std::move(observation));
  if (history.size() > kTunerHistory)
    history.erase(history.begin(), history.end() - static_cast<ptrdiff_t>(kTunerHistory));
}

std::vector<TunerHint> ProposeAdjustment(const TunerHistory& history, int64_t cpus) {
  if (history.size() < kTunerWindow) return {};
  const RunMetrics& last = history.back().metrics;
  const ExecutionKnobs& now = last.knobs;
  if (const TunerObservation* before = Previous(history);
      before != nullptr &&
      last.elapsed_microseconds >
          std::max(kRegression * before->metrics.elapsed_microseconds, kNoise)) {
    return BackTo(now, before->metrics.knobs);
  }
  const Window window(history);
  if (!window.is_full()) return {};
  const std::optional<Proposal> proposals[] = {Partitions(window, now.target_partitions, cpus),
                                               Concurrency(window, now.target_partitions),
                                               RowGroup(window, now.row_group_rows)};
  const auto median = MedianTime(history, now);
  std::vector<TunerHint> hints;
  for (size_t i = 0; i < kKnobs.size(); ++i) {
    const auto& [name, member] = kKnobs[i];
    if (!proposals[i] || proposals[i]->value == now.*member) continue;
    ExecutionKnobs changed = now;
    changed.*member = proposals[i]->value;
    const auto known = MedianTime(history, changed);
    if (known && median && *known > *median) continue;
    hints.push_back({name, now.*member, proposals[i]->value, proposals[i]->reason});
  }
  return hints;
}

}  // namespace codeanatomy::engine
