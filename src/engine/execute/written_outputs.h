// WrittenOutputs: what of a run's outputs is on disk. Files of an output that stores its view whole
// are what later statements read instead of the view.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/execute/execute_spec.h"
#include "engine/execute/output_checks.h"
#include "engine/plan/sorted_parts.h"

namespace codeanatomy::engine {

class WrittenOutputs {
 public:
  struct Entry {
    size_t step = 0;
    WrittenOutput output;
    double seconds = 0;  // of its statements, one after the other
  };

  /// `plan` outlives it.
  explicit WrittenOutputs(const Plan& plan) : plan_(plan) {}

  /// All files of an output are there.
  void Add(const PlannedView& view, Entry entry);
  /// By output and view: which need not be computed any more.
  const std::set<const PlannedOutput*>& done() const { return done_; }
  const WrittenParts& parts() const { return parts_; }
  /// Where the part of a view lies; null: `name` is no part.
  const std::string* PathOf(std::string_view name) const;
  /// Hands all of them over, in the order of their steps.
  std::vector<Entry> Take();

 private:
  const Plan& plan_;
  std::vector<Entry> entries_;
  std::set<const PlannedOutput*> done_;
  WrittenParts parts_;
  std::map<std::string, std::string, std::less<>> part_paths_;
};

/// Rows, files and bytes of a written output, without what its commit adds.
OutputReport ReportOf(const WrittenOutputs::Entry& entry);

}  // namespace codeanatomy::engine
