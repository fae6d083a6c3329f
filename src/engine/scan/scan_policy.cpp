#include "engine/scan/scan_policy.h"

#include <algorithm>
#include <cmath>

namespace codeanatomy::engine {
namespace {

/// The signal that decides whether files are pruned; nothing: the default does.
std::optional<ScanSignal> DecidingSignal(const ScanSignals& signals) {
  if (signals.judged_conditions == 0) return ScanSignal::kNoFilter;
  if (signals.has_collation) return ScanSignal::kCollation;
  if (signals.filters_partition) return ScanSignal::kPartitionFilter;
  const bool is_small = signals.rows ? *signals.rows < kSmallTableRows : signals.files < 2;
  if (!is_small) return std::nullopt;
  return signals.judged_conditions >= kSelectiveConditions ? ScanSignal::kSelectiveFilter
                                                           : ScanSignal::kSmallTable;
}

bool Prunes(ScanSignal signal) {
  return signal == ScanSignal::kPartitionFilter || signal == ScanSignal::kSelectiveFilter;
}

}  // namespace

double ScanSignals::selectivity() const {
  return std::ldexp(1.0, -static_cast<int>(std::min<size_t>(judged_conditions, 64)));
}

bool NeedsLog(const ScanSignals& signals, const ScanPolicy& defaults) {
  return defaults.file_pruning && signals.judged_conditions > 0 && !signals.has_collation;
}

ScanDecision DecideScan(const ScanSignals& signals, const ScanPolicy& defaults) {
  ScanDecision decision{.policy = defaults};
  const auto follow = [&](ScanSignal signal) {
    decision.reasons.push_back(signal);
    decision.confidence = std::min(decision.confidence, InfoOf(signal).confidence);
  };
  if (const auto signal = DecidingSignal(signals); signal && defaults.file_pruning) {
    decision.policy.file_pruning = Prunes(*signal);
    follow(*signal);
  }
  if (signals.requires_lineage) {
    decision.policy.file_column = std::string(kSourceFileColumn);
    follow(ScanSignal::kLineageRequired);
  }
  return decision;
}

}  // namespace codeanatomy::engine
