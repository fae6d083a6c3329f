// ScanPruner: leaves files out of a plan's scans that hold no row of interest, and counts them.
//
// A table's log has bounds and null counts for every file. The conditions that reach a scan
// (plan/conditions.h) are judged on them (can_match.h); a file without statistics stays. Results do
// not change: the filters stay where they are. All counts are our own, the engine is not asked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/plan/conditions.h"
#include "engine/plan/plan_warnings.h"
#include "engine/scan/scan_policy.h"
#include "storage/log/snapshot_cache.h"

namespace codeanatomy::engine {

/// Row groups of the files that are read, judged by the bounds in the files themselves.
struct RowGroupCounts {
  uint64_t total = 0, pruned = 0;
  uint64_t candidate_rows = 0;
};

/// The scans of one input by one reader under the same conditions.
struct ScanUnit {
  std::string reader, dataset;
  std::optional<int64_t> version;         // of the table; absent: the log was not asked
  std::vector<expr::Expr> conditions;     // that reach the scan
  std::set<std::string> columns;          // that anything above it reads
  std::optional<TableProtocol> protocol;  // that the table asks for; absent: it was not asked
  std::set<std::string> pruned;           // files that are not read, absolute
  std::set<std::string> candidates;       // the others
  std::optional<int64_t> table_rows;
  std::optional<RowGroupCounts> row_groups;  // where they were asked for
  ScanSignals signals;
  ScanDecision decision;

  size_t file_count() const { return pruned.size() + candidates.size(); }
  /// `scan::<dataset>::<version or latest>::<16 hex digits of the configuration's hash, columns,
  /// conditions and candidates>`.
  std::string Key() const;
  /// How its rows are read, as canonical JSON (version 1), and the SHA-256 of that.
  std::string ConfigJson() const;
  std::string ConfigHash() const;
};

/// One input of a plan as the pruner sees it.
struct ScanInput {
  std::vector<std::string> files;  // absolute, in order
  std::string root;                // of its table
  std::optional<int64_t> version;  // that was opened; absent: the latest
  bool requires_lineage = false;
  std::optional<TableProtocol> protocol = {};  // where the table's log was opened before
};

class ScanPruner {
 public:
  /// `environment` and `kept`, in which logs are looked for, outlive the pruner.
  ScanPruner(const storage::Environment& environment, storage::SnapshotCache& kept,
             ScanPolicy defaults, bool has_collation);
  ~ScanPruner();

  void AddInput(std::string name, ScanInput input);

  /// Scans of `root` that need fewer files than they would read are given a name of their own;
  /// which files it stands for `FilesOf` tells. `reader` is the output or view whose statement this
  /// is. Errors those of Snapshot::Load, for inputs that have conditions. Cost   a log for each
  /// such input, once; then linear in scans × files × conditions.
  Result<void> Prune(Relation& root, std::string_view reader);

  /// The files of a scanned name: of an input, of one file of it (plan/sorted_runs.h), or of a name
  /// given by Prune. Null: no such scan.
  const std::vector<std::string>* FilesOf(std::string_view scan) const;
  /// The input that a scanned name stands for.
  static std::string_view InputOf(std::string_view scan);

  /// The column of the input's scans that names the file; nothing: none.
  std::optional<std::string> FileColumnOf(std::string_view input) const;

  /// Whether the condition is over columns alone by whose values the input's files are divided, as
  /// far as its log has been read.
  bool IsOfPartitions(std::string_view input, const expr::Expr& condition) const;

  /// So far, sorted by reader, dataset and conditions.
  std::vector<ScanUnit> Units() const;
  /// The stored schema of an input whose log has been read.
  const storage::Schema* SchemaOf(std::string_view input) const;

 private:
  struct Input;
  Result<void> LoadLog(Input& input) const;
  Result<void> PruneScan(const ConditionedScan& scan, std::string_view reader,
                         const std::set<std::string>& columns);

  const storage::Environment& environment_;
  storage::SnapshotCache& kept_;
  ScanPolicy defaults_;
  bool has_collation_;
  std::map<std::string, std::unique_ptr<Input>, std::less<>> inputs_;
  std::map<std::string, std::vector<std::string>, std::less<>> files_;  // by scanned name
  std::map<std::string, ScanUnit> units_;
};

/// {"reader", "dataset_name", "scan_key", "total_files", "pruned_files", …}: docs/formats/spec.md.
/// With candidate files only where asked for.
std::string ScanUnitsJson(const std::vector<ScanUnit>& units, const std::string& root,
                          bool with_candidates);
/// The same as a table of text.
std::string ScanUnitsText(const std::vector<ScanUnit>& units);

}  // namespace codeanatomy::engine
