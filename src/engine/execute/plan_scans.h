// Scans of an execution: the pruner over its inputs, and the scans of a plan that is not executed.
#pragma once

#include <memory>
#include <vector>

#include "engine/execute/execute_spec.h"
#include "engine/scan/scan_pruner.h"

namespace codeanatomy::engine {

/// Over the inputs of the spec as `paths` has them, under the policy of its runtime profile and the
/// session's settings. `paths` outlives it.
std::unique_ptr<ScanPruner> MakeScanPruner(const spec::Spec& spec, Session& session,
                                           const BuildPaths& paths);

/// Row groups of the units under whose conditions a log was asked.
/// Errors those of Connection.  Cost  the footers of their files.
Result<void> CountRowGroups(Connection& connection, const ScanPruner& pruner,
                            std::vector<ScanUnit>& units);

/// What executing the spec would scan, with row groups; nothing is executed. Outputs that other
/// views read are scanned by name there, so they do not count. `known` as in MakePlan.
/// Errors those of MakePlan, ApplyRules, ScanPruner and Connection.
Result<std::vector<ScanUnit>> PlanScans(const spec::Spec& spec, Session& session,
                                        const BuildPaths& paths, const KnownRows& known);

}  // namespace codeanatomy::engine
