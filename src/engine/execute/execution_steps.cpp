#include "engine/execute/execution_steps.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace codeanatomy::engine {
namespace {

/// A step before its place is known.
struct Draft {
  ExecutionStep step;
  std::string name;          // of its task
  double bottom_level = 0;   // of the first task that it does
  size_t position = 0;       // of that task in the schedule
  std::set<size_t> awaited;  // drafts
};

class Stepping {
 public:
  Stepping(const Plan& plan, const TaskSchedule& schedule) : plan_(plan), schedule_(schedule) {
    for (size_t i = 0; i < schedule.tasks.size(); ++i) position_[schedule.tasks[i].name] = i;
  }

  std::vector<ExecutionStep> Run() {
    for (const PlannedView& view : plan_.views) {
      if (view.is_needed) AddView(view);
    }
    DropUnawaited();
    return Sorted();
  }

 private:
  /// What a view waits for is known before any that reads it.
  void AddView(const PlannedView& view) {
    std::set<size_t> awaited;
    for (const std::string& read : view.dependencies) {
      const std::set<size_t>& below = awaited_by_readers_[read];
      awaited.insert(below.begin(), below.end());
    }
    const PlannedOutput* stored =
        view.placement == Placement::kOutput ? StoredOutput(plan_, view) : nullptr;
    std::set<size_t> for_readers = awaited;
    for (const PlannedOutput& output : plan_.outputs) {
      if (output.target.source_view != view.name) continue;
      if (&output == stored) for_readers = {drafts_.size()};
      AddDraft({.view = &view, .output = &output}, awaited);
    }
    if (view.placement == Placement::kTemporary) {
      for_readers = {drafts_.size()};
      AddDraft({.view = &view}, awaited);
    }
    awaited_by_readers_[view.name] = std::move(for_readers);
  }

  void AddDraft(ExecutionStep step, const std::set<size_t>& awaited) {
    const std::string table =
        step.output == nullptr ? "" : "table " + step.output->target.table_name;
    // The rows of a temporary view are made by a step of its own.
    const bool begins_with_view =
        step.output == nullptr || step.view->placement != Placement::kTemporary;
    const auto at = position_.find(begins_with_view ? step.view->name : table);
    CA_CHECK(at != position_.end(), "all that outputs need is a task");
    const double level = schedule_.tasks[at->second].bottom_level;
    drafts_.push_back(
        {std::move(step), table.empty() ? step.view->name : table, level, at->second, awaited});
  }

  /// A view that is only computed again, in place, for an output of some of its columns.
  void DropUnawaited() {
    std::vector<bool> is_awaited(drafts_.size());
    for (size_t i = drafts_.size(); i-- > 0;) {
      if (drafts_[i].step.output == nullptr && !is_awaited[i]) continue;
      is_awaited[i] = true;
      for (const size_t awaited : drafts_[i].awaited) is_awaited[awaited] = true;
    }
    for (size_t i = 0; i < drafts_.size(); ++i) {
      if (is_awaited[i]) needed_.push_back(i);
    }
  }

  bool BeginsBefore(size_t a, size_t b) const {
    const Draft &x = drafts_[a], &y = drafts_[b];
    if (schedule_.quality == StatsQuality::kUnknown) {
      if (x.position != y.position) return x.position < y.position;
    } else if (x.bottom_level != y.bottom_level) {
      return x.bottom_level > y.bottom_level;
    }
    return x.name != y.name ? x.name < y.name : a < b;
  }

  std::vector<ExecutionStep> Sorted() {
    const auto before = [this](size_t a, size_t b) { return BeginsBefore(a, b); };
    std::map<size_t, std::vector<size_t>> readers;
    std::map<size_t, size_t> waits, place;
    std::set<size_t, decltype(before)> ready(before);
    for (const size_t draft : needed_) {
      waits[draft] = drafts_[draft].awaited.size();
      if (waits[draft] == 0) ready.insert(draft);
      for (const size_t awaited : drafts_[draft].awaited) readers[awaited].push_back(draft);
    }
    std::vector<ExecutionStep> steps;
    while (!ready.empty()) {
      const size_t draft = *ready.begin();
      ready.erase(ready.begin());
      const size_t self = place[draft] = steps.size();
      steps.push_back(std::move(drafts_[draft].step));
      steps[self].waits_for = drafts_[draft].awaited.size();
      for (const size_t awaited : drafts_[draft].awaited)
        steps[place.at(awaited)].readers.push_back(self);
      for (const size_t reader : readers[draft]) {
        if (--waits[reader] == 0) ready.insert(reader);
      }
    }
    CA_CHECK(steps.size() == needed_.size(), "a plan has no cycle");
    return steps;
  }

  const Plan& plan_;
  const TaskSchedule& schedule_;
  std::map<std::string, size_t, std::less<>> position_;
  std::map<std::string_view, std::set<size_t>> awaited_by_readers_;  // of a view: drafts
  std::vector<Draft> drafts_;
  std::vector<size_t> needed_;  // drafts
};

}  // namespace

const PlannedOutput* StoredOutput(const Plan& plan, const PlannedView& view) {
  const auto at = std::ranges::find_if(plan.outputs, [&](const PlannedOutput& output) {
    return output.target.source_view == view.name && output.is_whole();
  });
  return at == plan.outputs.end() ? nullptr : &*at;
}

std::vector<ExecutionStep> MakeSteps(const Plan& plan, const TaskSchedule& schedule) {
  return Stepping(plan, schedule).Run();
}

}  // namespace codeanatomy::engine
