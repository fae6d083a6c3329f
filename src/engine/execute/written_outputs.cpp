#include "engine/execute/written_outputs.h"

#include <algorithm>

#include "engine/execute/execution_steps.h"
#include "engine/plan/sorted_runs.h"

namespace codeanatomy::engine {

void WrittenOutputs::Add(const PlannedView& view, Entry entry) {
  const WrittenOutput& output = entry.output;
  done_.insert(output.plan);
  if (output.plan == StoredOutput(plan_, view) && !output.files.empty()) {
    std::vector<WrittenPart>& parts = parts_[view.name];
    for (size_t i = 0; i < output.files.size(); ++i) {
      std::string name = FilePart(view.name, i);
      part_paths_[name] = output.files[i].path;
      parts.push_back({std::move(name), output.files[i].constants});
    }
  }
  entries_.push_back(std::move(entry));
}

const std::string* WrittenOutputs::PathOf(std::string_view name) const {
  const auto part = part_paths_.find(name);
  return part == part_paths_.end() ? nullptr : &part->second;
}

std::vector<WrittenOutputs::Entry> WrittenOutputs::Take() {
  std::ranges::sort(entries_, {}, &Entry::step);
  return std::move(entries_);
}

OutputReport ReportOf(const WrittenOutputs::Entry& entry) {
  const PlannedOutput& output = *entry.output.plan;
  OutputReport report{
      .table = output.target.table_name, .location = output.location, .rows = entry.output.rows};
  for (const WrittenFile& file : entry.output.files) {
    ++report.files;
    report.bytes += file.data.size;
  }
  report.seconds = entry.seconds;
  return report;
}

}  // namespace codeanatomy::engine
