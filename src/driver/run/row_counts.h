// CountedRows: what is known of the sizes of tables before a plan is executed.
#pragma once

#include <string>
#include <vector>

#include "driver/build/build.h"
#include "engine/schedule/task_graph.h"
#include "engine/session/feature_gates.h"
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

}  // namespace codeanatomy::driver
