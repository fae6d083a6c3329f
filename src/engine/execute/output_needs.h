// What outputs need of temporary views: in which order outputs are written, and which views may go.
#pragma once

#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/plan/sorted_parts.h"

namespace codeanatomy::engine {

/// What has to be there before an output is written.
struct OutputNeeds {
  const PlannedOutput* output = nullptr;
  const PlannedView* view = nullptr;
  size_t depth = 0;  // how many outputs stand one behind the other below it
  std::vector<const PlannedView*> temporaries;  // each after those it reads
};

/// Outputs by depth, then by how many temporary views they need, then in plan order.
std::vector<OutputNeeds> OrderOutputs(const Plan& plan);

/// The temporary views among those that are `there` which outputs not in `done` will read, directly
/// or through views yet to be computed. Views that are written are read from their files.
/// Cost linear in the plan.
std::set<std::string_view> TemporariesRead(const Plan& plan,
                                           const std::set<const PlannedOutput*>& done,
                                           const std::set<std::string_view>& there,
                                           const WrittenParts& written);

}  // namespace codeanatomy::engine
