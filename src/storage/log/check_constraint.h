// Check constraints: conditions that every row of a table fulfils, written into its log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/log/action.h"

namespace codeanatomy::storage {

/// Both texts stand in the table's properties: `delta.constraints.<name>`, for every writer, and
/// `codeanatomy.constraint.<name>`, for ours.
struct CheckConstraint {
  std::string name;  // letters, digits and _; case does not count
  std::string sql;   // in Spark's dialect
  std::string tree;  // canonical JSON of the expression; empty where another program made it
  bool operator==(const CheckConstraint&) const = default;
};

inline constexpr std::string_view kConstraintTreePrefix = "codeanatomy.constraint.";

/// Letters, digits and _, at most 128, no digit first.
bool IsConstraintName(std::string_view name);
/// The table property of a constraint with one of the prefixes: programs look names up in lower
/// case.
std::string ConstraintKey(std::string_view prefix, std::string_view name);

/// Those of a table, by name. A tree without its `sql` is none.
std::vector<CheckConstraint> ConstraintsOf(const Metadata& metadata);

}  // namespace codeanatomy::storage
