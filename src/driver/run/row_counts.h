// CountedRows: what is known of the sizes of tables and views before a plan is executed.
#pragma once

#include <string>
#include <vector>

#include "driver/build/build.h"
#include "engine/schedule/task_graph.h"
#include "engine/session/feature_gates.h"
#include "spec/spec.h"
#include "storage/file_system.h"

namespace codeanatomy::driver {

/// Rows of the tables of the last complete build in `folder`, by name; none where there is no
/// build, or where the feature statistics_collection is off.
engine::RowCounts CountedRows(storage::FileSystem& files, const std::string& folder,
                              const engine::FeatureGates& features);

/// The same, and rows of the inputs as they were just opened or written, instead of older counts.
engine::RowCounts CountedRows(storage::FileSystem& files, const std::string& folder,
                              const engine::FeatureGates& features,
                              const std::vector<BuiltTable>& inputs);

/// Rows of the views of `spec` as the last run of it in `folder` computed them; empty where the
/// spec does not go by past runs (cache_policy.use_historical_metrics), where there is none, or
/// where the feature statistics_collection is off. Errors those of ReadState.
Result<engine::RowCounts> PastViewRows(storage::FileSystem& files, const std::string& folder,
                                       const engine::FeatureGates& features,
                                       const spec::Spec& spec);

/// Takes down what PastViewRows will find, `<folder>/state/rows/<SpecKey>.json`, if the spec goes
/// by past runs. The caller holds the lock of `folder`. Errors IoError, NoSpace.
Result<void> KeepViewRows(storage::FileSystem& files, const std::string& folder,
                          const spec::Spec& spec, const engine::RowCounts& rows);

}  // namespace codeanatomy::driver
