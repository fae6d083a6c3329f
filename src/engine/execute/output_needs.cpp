#include "engine/execute/output_needs.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace codeanatomy::engine {

std::vector<OutputNeeds> OrderOutputs(const Plan& plan) {
  std::map<std::string_view, size_t> depth;                  // of the outputs at or below a view
  std::map<std::string_view, std::set<size_t>> temporaries;  // indices in the plan
  std::vector<OutputNeeds> all;
  for (size_t i = 0; i < plan.views.size(); ++i) {
    const PlannedView& view = plan.views[i];
    if (!view.is_needed) continue;
    size_t& below = depth[view.name];
    std::set<size_t>& needed = temporaries[view.name];
    for (const std::string& read : view.dependencies) {
      below = std::max(below, depth[read]);
      needed.insert(temporaries[read].begin(), temporaries[read].end());
    }
    for (const PlannedOutput& output : plan.outputs) {
      if (output.target.source_view != view.name) continue;
      OutputNeeds needs{.output = &output, .view = &view, .depth = below, .temporaries = {}};
      for (size_t index : needed) needs.temporaries.push_back(&plan.views[index]);
      all.push_back(std::move(needs));
    }
    if (view.placement == Placement::kTemporary) needed.insert(i);
    if (view.placement == Placement::kOutput) {
      needed.clear();
      ++below;
    }
  }
  std::ranges::stable_sort(all, {}, [](const OutputNeeds& needs) {
    return std::pair(needs.depth, needs.temporaries.size());
  });
  return all;
}

std::set<std::string_view> TemporariesRead(const Plan& plan,
                                           const std::set<const PlannedOutput*>& done,
                                           const std::set<std::string_view>& there,
                                           const WrittenParts& written) {
  std::vector<std::string_view> open;
  std::set<std::string_view> seen, read;
  // The view of an output is computed for it, unless it is a temporary one itself.
  for (const PlannedOutput& output : plan.outputs) {
    if (!done.contains(&output) && seen.insert(output.target.source_view).second)
      open.push_back(output.target.source_view);
  }
  while (!open.empty()) {
    const std::string_view name = open.back();
    open.pop_back();
    if (there.contains(name)) {
      read.insert(name);
      continue;
    }
    const PlannedView* view = plan.FindView(name);
    if (view == nullptr) continue;  // an input
    for (const std::string& dependency : view->dependencies) {
      if (!written.contains(dependency) && seen.insert(dependency).second)
        open.push_back(dependency);
    }
  }
  return read;
}

}  // namespace codeanatomy::engine
