// AddConstraints: check constraints are added to a table whose rows fulfil them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/log/check_constraint.h"
#include "storage/log/table_change.h"

namespace codeanatomy::storage {

/// Whether all rows of these files of a table fulfil a constraint (a null does not): one that does
/// not, described; nothing where all do. engine/execute/constraint_check.h has it.
using FindViolation = std::function<Result<std::optional<std::string>>(
    const Snapshot& snapshot, std::span<const AddFile> files, const CheckConstraint& constraint)>;

struct AddConstraintsRequest {
  std::string root;                          // the table's folder
  std::vector<CheckConstraint> constraints;  // at least one
  FindViolation find_violation;
  std::map<std::string, std::string> metadata = {};  // further members of the commit info
};

struct AddConstraintsReport {
  ChangeOutcome change;
  std::vector<std::string> added;  // names; the others were there
};

/// Adds the constraints in one commit, after all rows of the version before it have been found to
/// fulfil them. The protocol moves to writer version 3, or gets the feature checkConstraints. Those
/// that the table has already, word for word, are passed over.
///
/// Errors InvalidArgument: a name that is none, or belongs to another expression;
///        OutputContractViolation: a row does not fulfil one, described; those of `find_violation`
///        and CommitChange. Nothing is committed then.
Result<AddConstraintsReport> AddConstraints(const Environment& environment,
                                            const AddConstraintsRequest& request);

}  // namespace codeanatomy::storage
