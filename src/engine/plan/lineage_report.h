// LineageJson: lineage for people and programs.
#pragma once

#include <string>

#include "engine/plan/lineage.h"

namespace codeanatomy::engine {

/// {view, scans [{dataset_name, projected_columns, pushed_filters}], required_columns_by_dataset,
/// referenced_tables, joins, filters, functions, aggregations, window_functions}; lists of names
/// are sorted, expressions as in specs.
std::string LineageJson(const Lineage& lineage, std::string_view view);

}  // namespace codeanatomy::engine
