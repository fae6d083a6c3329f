#include "engine/scan/scan_policy.h"

#include <doctest/doctest.h>

namespace codeanatomy::engine {
namespace {

TEST_CASE("signals of a scan override the policy, and say so") {
  struct Case {
    ScanSignals signals;
    bool prunes, asks_log;
    std::vector<ScanSignal> reasons;
    double confidence;
  };
  constexpr int64_t kLarge = 50'000, kSmall = kSmallTableRows - 1;
  std::vector<Case> cases;
  const auto add = [&](ScanSignals signals, bool prunes, bool asks_log,
                       std::vector<ScanSignal> reasons, double confidence) {
    cases.push_back({signals, prunes, asks_log, std::move(reasons), confidence});
  };
  using enum ScanSignal;
  add({.files = 5, .rows = kLarge, .judged_conditions = 1}, true, true, {}, 1.0);
  add({.files = 5, .rows = kLarge}, false, false, {kNoFilter}, 1.0);
  add({.files = 5, .rows = kSmall, .judged_conditions = 1}, false, true, {kSmallTable}, 0.85);
  add({.files = 1, .rows = kSmallTableRows, .judged_conditions = 1}, true, true, {}, 1.0);
  add({.files = 1, .judged_conditions = 1}, false, true, {kSmallTable}, 0.85);
  add({.files = 5, .rows = kSmall, .judged_conditions = kSelectiveConditions}, true, true,
      {kSelectiveFilter}, 0.85);
  add({.files = 5, .rows = kSmall, .judged_conditions = 1, .filters_partition = true}, true, true,
      {kPartitionFilter}, 1.0);
  add({.files = 5, .rows = kLarge, .judged_conditions = 1, .has_collation = true}, false, false,
      {kCollation}, 1.0);
  add({.files = 5, .rows = kSmall, .judged_conditions = 1, .requires_lineage = true}, false, true,
      {kSmallTable, kLineageRequired}, 0.85);
  for (const Case& test : cases) {
    const ScanDecision decision = DecideScan(test.signals, {});
    CHECK(decision.policy.file_pruning == test.prunes);
    CHECK(NeedsLog(test.signals, {}) == test.asks_log);
    CHECK(decision.reasons == test.reasons);
    CHECK(decision.confidence == test.confidence);
    CHECK(decision.policy.file_column.has_value() == test.signals.requires_lineage);
    // A session that prunes nothing is not made to.
    const ScanDecision off = DecideScan(test.signals, {.file_pruning = false});
    CHECK_FALSE(off.policy.file_pruning);
    CHECK_FALSE(NeedsLog(test.signals, {.file_pruning = false}));
  }
  CHECK(ScanSignals{.judged_conditions = 3}.selectivity() == 0.125);
}

}  // namespace
}  // namespace codeanatomy::engine
