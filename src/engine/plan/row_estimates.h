// RowEstimates: how many rows the views of a plan will have, as far as that is known before it
// runs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "expr/type.h"

namespace codeanatomy::engine {

struct Plan;
struct PlannedView;

/// Rows by name.
using RowCounts = std::map<std::string, int64_t, std::less<>>;

/// What has been counted before a plan is executed.
struct KnownRows {
  RowCounts tables;  // inputs as they were opened; outputs of the folder's run before
  RowCounts views;   // as the last run computed them
};

/// Rows of a relation of which nothing is known.
inline constexpr int64_t kUnknownRows = 1000;

/// Where an estimate is from: nothing is known; counts of inputs; past runs.
enum class RowSource : uint8_t { kDefault, kStatistics, kHistory };
inline constexpr std::string_view kRowSourceNames[] = {"default", "statistics", "history"};

struct RowEstimate {
  int64_t rows = kUnknownRows;
  RowSource source = RowSource::kDefault;
};

/// Of every view of the plan: as past runs counted it where history counts, else as many as the
/// largest relation that it reads. Cost linear in the plan.
std::map<std::string_view, RowEstimate> EstimateRows(const Plan& plan, const KnownRows& known,
                                                     bool with_history);

/// Bytes of a row in memory: of text and nested values a typical length, since it is not known.
int64_t EstimatedRowBytes(const expr::Schema& schema);

}  // namespace codeanatomy::engine
