// CheckColumnNames: which names the columns of a view may bear.
#pragma once

#include <string>

#include "base/result.h"
#include "expr/type.h"

namespace codeanatomy::engine {

/// Names of columns, and of the fields of their structs, are not empty, unique whatever their case,
/// and do not begin with l. or r.; there is at least one column. Errors InvalidPlan, naming column
/// and JSON path.
Result<void> CheckColumnNames(const expr::Schema& schema, const std::string& json_path);

}  // namespace codeanatomy::engine
