// PlanText: the relational trees of a plan as canonical JSON, the same for every engine.
//
// Plans are compared and fingerprinted in this form; an engine's EXPLAIN text names internal things
// and changes with its release.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace codeanatomy::engine {

inline constexpr int kPortableSchemaVersion = 1;

/// The text of a plan, kept by view: making it costs more than making the plan, and a rule changes
/// few views. {"schema_version", "views": {name: tree}, "outputs": [{table, view, columns, filters,
/// order}]}, the views that outputs need.
class PlanText {
 public:
  PlanText() = default;
  /// Cost linear in the plan.
  explicit PlanText(const Plan& plan);

  /// Makes the text of one view again, if outputs need it.
  void Update(const PlannedView& view);
  /// Canonical JSON; its SHA-256 is the digest of the plan.
  std::string Canonical() const;
  /// The same document for a file that people read and compare: a line for each view and output.
  std::string Lines() const;

 private:
  std::string Join(std::string_view line_end) const;

  std::map<std::string, std::string> views_;  // canonical JSON by name
  std::vector<std::string> outputs_;
};

/// SHA-256 of [[column, type]] of each output's view, canonical JSON, by table.
std::map<std::string, std::string> SchemaFingerprints(const Plan& plan);

}  // namespace codeanatomy::engine
