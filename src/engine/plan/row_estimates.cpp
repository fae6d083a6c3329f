#include "engine/plan/row_estimates.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {
namespace {

class Estimating {
 public:
  Estimating(const Plan& plan, const KnownRows& known, bool with_history)
      : plan_(plan), known_(known), with_history_(with_history) {
    if (!with_history) return;
    for (const PlannedOutput& output : plan.outputs) {
      const auto counted = known.tables.find(output.target.table_name);
      if (output.filters.empty() && counted != known.tables.end())
        counted_[output.target.source_view] = counted->second;
    }
  }

  std::map<std::string_view, RowEstimate> Run() {
    for (const PlannedView& view : plan_.views) estimates_[view.name] = Estimate(view);
    return std::move(estimates_);
  }

 private:
  RowEstimate Estimate(const PlannedView& view) const {
    if (with_history_) {
      if (const auto at = known_.views.find(view.name); at != known_.views.end())
        return {at->second, RowSource::kHistory};
      if (const auto at = counted_.find(view.name); at != counted_.end())
        return {at->second, RowSource::kHistory};
    }
    std::optional<RowEstimate> largest;
    const auto read = [&](const RowEstimate& estimate) {
      if (!largest || estimate.rows > largest->rows) largest = estimate;
    };
    for (const std::string& name : view.inputs) {
      const auto at = known_.tables.find(name);
      read(at == known_.tables.end() ? RowEstimate{}
                                     : RowEstimate{at->second, RowSource::kStatistics});
    }
    for (const std::string& name : view.dependencies) read(estimates_.at(name));
    return largest.value_or(RowEstimate{});
  }

  const Plan& plan_;
  const KnownRows& known_;
  const bool with_history_;
  std::map<std::string_view, int64_t> counted_;  // by view of an output
  std::map<std::string_view, RowEstimate> estimates_;
};

// What the engine keeps of a value: 16 bytes of a text or a list stand in the column, the rest
// beside it.
constexpr int64_t kTextBytes = 32, kListBytes = 16, kListLength = 4;

}  // namespace

std::map<std::string_view, RowEstimate> EstimateRows(const Plan& plan, const KnownRows& known,
                                                     bool with_history) {
  return Estimating(plan, known, with_history).Run();
}

int64_t EstimatedRowBytes(const expr::Schema& schema) {
  struct Part {
    const expr::Type* type;
    int64_t times;
  };
  std::vector<Part> open;
  for (const expr::Field& field : schema.fields) open.push_back({&field.type, 1});
  int64_t bytes = 0;
  while (!open.empty()) {
    const auto [type, times] = open.back();
    open.pop_back();
    using enum expr::TypeKind;
    switch (type->kind) {
      case kNull:
      case kBoolean:
        bytes += times;
        break;
      case kInt32:
      case kDate:
        bytes += 4 * times;
        break;
      case kInt64:
      case kFloat64:
      case kTimestamp:
      case kTimestampNtz:
        bytes += 8 * times;
        break;
      case kUtf8:
      case kBinary:
        bytes += kTextBytes * times;
        break;
      case kSpan:
        bytes += (8 + 8 + 4 + kTextBytes + 1) * times;
        break;
      case kStruct:
        for (const expr::Type& field : type->children) open.push_back({&field, times});
        break;
      case kMap:  // a list of pairs, whose keys are text
        bytes += (kListBytes + kTextBytes * kListLength) * times;
        open.push_back({&type->children[0], times * kListLength});
        break;
      case kList:
        bytes += kListBytes * times;
        open.push_back({&type->children[0], times * kListLength});
        break;
    }
  }
  return bytes;
}

}  // namespace codeanatomy::engine
