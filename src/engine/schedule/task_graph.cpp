#include "engine/schedule/task_graph.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace codeanatomy::engine {
namespace {

class Scheduler {
 public:
  Scheduler(const Plan& plan, const RowCounts& counts) : plan_(plan), counts_(counts) {}

  TaskSchedule Run() {
    CollectTasks();
    SetCosts();
    SetBottomLevels();
    Order();
    if (schedule_.quality != StatsQuality::kUnknown) FindCriticalPath();
    return std::move(schedule_);
  }

 private:
  std::optional<int64_t> Count(std::string_view name) const {
    const auto at = counts_.find(name);
    return at == counts_.end() ? std::nullopt : std::optional(at->second);
  }

  /// In topological order: scans, views as planned, outputs.
  void CollectTasks() {
    std::set<std::string> scanned;
    std::vector<Task> views;
    std::map<std::string, std::optional<int64_t>> output_rows;
    for (const PlannedOutput& output : plan_.outputs) {
      if (output.filters.empty())
        output_rows[output.target.source_view] = Count(output.target.table_name);
    }
    for (const PlannedView& view : plan_.views) {
      if (!view.is_needed) continue;
      Task task{.name = view.name, .dependencies = view.dependencies};
      task.dependencies.insert(task.dependencies.end(), view.inputs.begin(), view.inputs.end());
      std::ranges::sort(task.dependencies);
      scanned.insert(view.inputs.begin(), view.inputs.end());
      if (const auto known = output_rows.find(view.name); known != output_rows.end())
        task.rows = known->second;
      views.push_back(std::move(task));
    }
    for (const std::string& name : scanned)
      tasks_.push_back({.name = name, .kind = TaskKind::kScan, .rows = Count(name)});
    std::ranges::move(views, std::back_inserter(tasks_));
    for (const PlannedOutput& output : plan_.outputs) {
      tasks_.push_back({.name = "table " + output.target.table_name,
                        .kind = TaskKind::kOutput,
                        .dependencies = {output.target.source_view},
                        .rows = Count(output.target.table_name)});
    }
    for (size_t i = 0; i < tasks_.size(); ++i) index_[tasks_[i].name] = i;
  }

  void SetCosts() {
    size_t known = 0;
    for (const Task& task : tasks_) known += task.rows.has_value();
    schedule_.quality = known == 0               ? StatsQuality::kUnknown
                        : known == tasks_.size() ? StatsQuality::kExact
                                                 : StatsQuality::kEstimated;
    for (Task& task : tasks_) {
      if (!task.rows && known > 0) {  // as many as the largest relation that it reads
        for (const std::string& name : task.dependencies) {
          const std::optional<int64_t>& read = tasks_[index_.at(name)].rows;
          if (read) task.rows = std::max(task.rows.value_or(0), *read);
        }
      }
      const double base = task.kind == TaskKind::kScan ? 2 : 1;
      task.cost = base * std::max(static_cast<double>(task.rows.value_or(0)) / 1000, 1.0);
    }
  }

  void SetBottomLevels() {
    readers_.resize(tasks_.size());
    for (size_t i = 0; i < tasks_.size(); ++i) {
      for (const std::string& name : tasks_[i].dependencies) readers_[index_.at(name)].push_back(i);
    }
    for (size_t i = tasks_.size(); i-- > 0;) {
      double longest = 0;
      for (const size_t reader : readers_[i])
        longest = std::max(longest, tasks_[reader].bottom_level);
      tasks_[i].bottom_level = tasks_[i].cost + longest;
      schedule_.critical_path_length =
          std::max(schedule_.critical_path_length, tasks_[i].bottom_level);
    }
    for (Task& task : tasks_)
      task.slack = std::max(schedule_.critical_path_length - task.bottom_level, 0.0);
  }

  void Order() {
    const bool by_cost = schedule_.quality != StatsQuality::kUnknown;
    const auto later = [&](size_t a, size_t b) {
      if (by_cost && tasks_[a].bottom_level != tasks_[b].bottom_level)
        return tasks_[a].bottom_level > tasks_[b].bottom_level;
      return tasks_[a].name < tasks_[b].name;
    };
    std::set<size_t, decltype(later)> ready(later);
    std::vector<size_t> waiting(tasks_.size());
    for (size_t i = 0; i < tasks_.size(); ++i) {
      waiting[i] = tasks_[i].dependencies.size();
      if (waiting[i] == 0) ready.insert(i);
    }
    std::vector<size_t> order;
    while (!ready.empty()) {
      const size_t task = *ready.begin();
      ready.erase(ready.begin());
      order.push_back(task);
      for (const size_t reader : readers_[task]) {
        if (--waiting[reader] == 0) ready.insert(reader);
      }
    }
    for (const size_t task : order) schedule_.tasks.push_back(tasks_[task]);
    if (by_cost) return;
    for (Task& task : schedule_.tasks) task.slack = 0;
    schedule_.critical_path_length = 0;
  }

  /// From the task with the largest bottom level, always on to the reader with the largest.
  void FindCriticalPath() {
    std::vector<size_t> open(tasks_.size());
    for (size_t i = 0; i < open.size(); ++i) open[i] = i;
    while (!open.empty()) {
      const size_t next = *std::ranges::min_element(open, [&](size_t a, size_t b) {
        return tasks_[a].bottom_level != tasks_[b].bottom_level
                   ? tasks_[a].bottom_level > tasks_[b].bottom_level
                   : tasks_[a].name < tasks_[b].name;
      });
      schedule_.critical_path.push_back(tasks_[next].name);
      open = readers_[next];
    }
  }

  const Plan& plan_;
  const RowCounts& counts_;
  std::vector<Task> tasks_;
  std::map<std::string, size_t, std::less<>> index_;
  std::vector<std::vector<size_t>> readers_;
  TaskSchedule schedule_;
};

}  // namespace

const Task* TaskSchedule::Find(std::string_view name) const {
  const auto at = std::ranges::find(tasks, name, &Task::name);
  return at == tasks.end() ? nullptr : &*at;
}

TaskSchedule MakeSchedule(const Plan& plan, const RowCounts& counts) {
  return Scheduler(plan, counts).Run();
}

}  // namespace codeanatomy::engine
