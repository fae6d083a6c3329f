// The table functions of function.def as queries: what a call with literal arguments stands for.
//
// DuckDB's C API offers no table functions with filter pushdown, so a call is a macro over
// query_table: before the statement runs, the session creates the view that the macro will name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/session/session.h"
#include "storage/log/changes.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::engine {

struct TableCall {
  std::string function;
  std::string uri;  // empty for functions without arguments
  std::optional<int64_t> version;
  std::vector<std::string> arguments;  // of functions with other parameters, as text, in order

  /// Name of the view that the macro of the function looks up.
  std::string ViewName() const;
};

/// The query that the call stands for. `out` is the absolute folder of the build; tables lie below.
/// Errors NotFound: no such table or version. InvalidArgument: values that the function does not
/// take. SqlPolicyViolation: a table outside of the build.
///        DeltaFeatureUnsupported: a table with partitions or deletion vectors.
Result<std::string> RenderTableCall(const TableCall& call, const std::string& out,
                                    const storage::Environment& environment, Session& session);

/// Rows that commits added and removed, with the three columns of changes. `columns` are names and
/// SQL types of the table's.
std::string RenderChangeScan(std::span<const storage::ChangedFile> changes,
                             std::span<const std::pair<std::string, std::string>> columns);

/// The rows that the commits of a range added and removed, and what they are identified by: equal
/// for equal files, wherever the table lies. Errors SqlPolicyViolation: the feature delta_cdf is
/// off; those of ReadChanges.
struct ChangeRows {
  std::string select, digest;
};
Result<ChangeRows> RenderChanges(const storage::Snapshot& snapshot,
                                 const storage::ChangeRange& range,
                                 const storage::Environment& environment, const Session& session);

/// One row of delta_snapshot and the rows of delta_add_actions, which call the table `uri`.
std::string RenderSnapshotRow(const storage::Snapshot& snapshot, std::string_view uri);
Result<std::string> RenderFileRows(const storage::Snapshot& snapshot, std::string_view uri);

/// A table at one version: columns by name over its files, an empty relation where it has none.
/// Errors those of AdaptFiles.
Result<std::string> RenderSnapshotScan(const storage::Snapshot& snapshot, Session& session);

}  // namespace codeanatomy::engine
