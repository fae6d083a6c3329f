#include "engine/execute/temporary_views.h"

#include <vector>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {

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

std::string TemporaryViews::TableName(std::string_view view) const {
  return QuoteIdentifier(fmt::format("{}_{}", run_, view));
}

TemporaryViews::~TemporaryViews() {
  for (const std::string_view view : there_) Drop(view);
}

std::string TemporaryViews::Statement(const PlannedView& view, const std::string& select) const {
  return fmt::format("CREATE OR REPLACE TABLE {} AS {}", TableName(view.name), select);
}

void TemporaryViews::Add(const PlannedView& view) {
  there_.insert(view.name);
  session_.caches().staging.Miss();
}

std::string TemporaryViews::Scan(std::string_view view) {
  session_.caches().staging.Hit();
  return TableName(view);
}

void TemporaryViews::DropUnread(const std::set<const PlannedOutput*>& done,
                                const WrittenParts& written) {
  auto read = TemporariesRead(plan_, done, there_, written);
  for (const std::string_view view : there_) {
    if (!read.contains(view)) Drop(view);
  }
  there_ = std::move(read);
}

void TemporaryViews::Drop(std::string_view view) {
  // What cannot be dropped goes with the session.
  (void)session_.connection().Execute(fmt::format("DROP TABLE IF EXISTS {}", TableName(view)));
  session_.caches().staging.Drop();
}

}  // namespace codeanatomy::engine
