// Check constraints by the engine: the rows of files against an expression tree.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/render/file_scan.h"
#include "engine/session/session.h"
#include "spec/runtime_config.h"
#include "storage/maintenance/constraints.h"

namespace codeanatomy::engine {

/// A spec's constraint as a table's log holds it. Errors ExpressionTypeError.
Result<storage::CheckConstraint> StoredConstraint(const spec::NamedConstraint& constraint);

/// Of the rows of the files that do not fulfil the constraint the first by its text, as JSON of the
/// columns that it names; nothing where all do.
/// Errors DeltaFeatureUnsupported: a constraint that another program made, or changed: its text is
///        not evaluated; ExpressionTypeError: it does not fit the columns; those of Connection.
/// Cost   one scan of the columns that it names.
Result<std::optional<std::string>> FindViolatingRow(Session& session, const expr::Schema& schema,
                                                    std::vector<ScannedFile> files,
                                                    const storage::CheckConstraint& constraint);

/// The same for files that are part of a table.
storage::FindViolation ViolationFinder(Session& session);

}  // namespace codeanatomy::engine
