// DiffPlans: in what two plans of run bundles differ.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace codeanatomy::driver {

struct PlanDiff {
  /// One entry per member of a plan bundle, "p1_changed" and the like, sorted by name.
  std::vector<std::pair<std::string, bool>> members;
  std::vector<std::string> summary;  // "view calls: changed", sorted

  bool is_equal() const;
  std::string ToJson() const;
};

/// Both texts are plan.json of a run bundle (plan_artifact.h).
/// Errors InvalidArgument: one of them is not; subject `old` or `new`.
Result<PlanDiff> DiffPlans(const std::string& old_plan, const std::string& new_plan);

}  // namespace codeanatomy::driver
