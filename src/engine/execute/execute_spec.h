// ExecuteSpec: from an execution spec and evidence files to published tables. The only way in which
// a product table comes into being.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/observe.h"
#include "base/result.h"
#include "engine/decision/plan_decisions.h"
#include "engine/duckdb/engine_plan.h"
#include "engine/execute/maintenance_report.h"
#include "engine/execute/preview.h"
#include "engine/execute/run_metrics.h"
#include "engine/plan/lineage.h"
#include "engine/plan/plan_warnings.h"
#include "engine/rules/rule_pack.h"
#include "engine/scan/pushdown.h"
#include "engine/scan/scan_pruner.h"
#include "engine/schedule/task_graph.h"
#include "engine/session/envelope.h"
#include "engine/session/session.h"
#include "spec/spec.h"
#include "storage/data_file.h"
#include "storage/environment.h"

namespace codeanatomy::engine {

/// What one execution reads and where it writes.
struct BuildPaths {
  const storage::Environment& environment;
  std::string root;  // output folder of the build; delta_location of an output is below it
  /// Live Parquet files of every input relation, by logical name, absolute, in order. An input
  /// without an entry, or with no files, is an empty relation with its declared schema.
  std::map<std::string, std::vector<std::string>, std::less<>> input_files;
  /// Content digest of the inputs that were opened, by logical name; what a pin is checked against.
  std::map<std::string, std::string, std::less<>> input_digests;
  /// Of inputs that no catalogue declares.
  std::map<std::string, expr::Schema, std::less<>> foreign_schemas = {};
  /// Delta versions that were opened, by logical name; what a version pin is checked against.
  std::map<std::string, int64_t, std::less<>> input_versions = {};
  /// Where the inputs' tables lie, for transforms that read their logs; empty: below `root`.
  std::string input_root = {};
  /// Of the files of partitioned inputs, by path.
  std::map<std::string, storage::PartitionValues, std::less<>> input_partitions = {};

  /// Versions that readers see of the tables below `root`, by location; what others committed since
  /// is left out by Append and ReplaceByFile. Absent: they go on from the latest.
  std::optional<std::map<std::string, int64_t, std::less<>>> published_versions = {};
  /// Of the tables of inputs that were opened; a build's own are all alike.
  TableProtocols input_protocols = {};

  const std::string& InputRoot() const { return input_root.empty() ? root : input_root; }
};

struct ExecuteOptions {
  std::string program_version, content_settings;       // for the envelope
  std::map<std::string, std::string> commit_metadata;  // for commit info, beside the spec's own
  EventSink* sink = nullptr;                           // gets a span per file written; may be null
  uint64_t parent_span = 0;
  bool capture_explain = false;  // as if the spec had compliance_capture
  bool collect_metrics = false;  // measure every statement
  spec::TracingConfig tracing =
      {};  // what the run records: the spec's, or what the caller makes of it
  /// Rows of inputs and of outputs of the run before, by table: what the schedule goes by. Empty:
  /// nothing is known.
  RowCounts row_counts = {};
  /// Rows of views as the run before computed them: what a cache policy with historical metrics
  /// goes by. A run with other views of those names, or none: empty.
  RowCounts view_rows = {};
};

/// A statement, and what the engine says of it.
struct ExplainTrace {
  std::string table, part, text;
  std::string sql;  // as executed, but with the names of relations instead of files
  std::optional<expr::Schema> schema;                     // where the profile shows it
  std::optional<std::vector<EngineOperator>> statistics;  // likewise: estimated rows by operator
};

struct OutputReport {
  std::string table;
  std::string location;  // below the root: "cpg/cpg_nodes"
  int64_t version = -1;  // of the Delta table
  std::string content_digest;
  uint64_t rows = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  double seconds = 0;  // view, sort, write and checks
};

struct ExecutionReport {
  std::string spec_hash, rulepack_fingerprint, envelope_hash;
  Envelope envelope;
  RuleReport rules;
  PlanReferences references;                               // likewise
  std::map<std::string, std::string> schema_fingerprints;  // of `SchemaFingerprints`
  TaskSchedule schedule;                                   // likewise
  std::vector<Warning> warnings;  // of the plan, then in the order of the schedule
  std::vector<DecisionRecord> decisions;
  std::vector<OutputReport> outputs;  // in the order of the schedule
  /// Of the views that were computed or stored whole; of others as the options have them.
  RowCounts view_rows;
  /// Rows of the stored edges by kind, for the summary; empty where the spec has no edge output.
  std::map<std::string, uint64_t> edges_by_kind;
  std::map<std::string, uint64_t> nodes_by_kind;
  /// SHA-256 of the statements over named relations, one a line, in the order of the schedule;
  /// where explanations were asked for.
  std::optional<std::string> p2;
  std::vector<ExplainTrace> explains;  // where they were asked for, in the order of the schedule
  std::optional<RunMetrics> metrics;   // likewise
  std::vector<PushdownProbe>
      pushdown;                 // predicates of every statement, in the order of the schedule
  std::vector<ScanUnit> scans;  // with row groups where explanations were asked for
  std::vector<MaintenanceReport> maintenance;  // by output in order, then in order of operations
  std::vector<OutputPreview> previews;  // where they were asked for, in the order of the schedule
};

/// Where a session has less memory, statements run one after the other: two do not fit side by side
/// into the engine's part of it.
inline constexpr uint64_t kSideBySideBytes = 384 << 20;

/// Validates and plans `spec`, writes every output in dependency order as Parquet sorted by its
/// table's order, checks all of them (keys unique, no dangling edge) and then commits each table's
/// log. Readers go through CURRENT, which is the caller's to replace.
///
/// Errors InvalidPlan, ExpressionTypeError: the spec does not fit its inputs, before anything runs;
///        OutputContractViolation: an output breaks key, order or endpoints, naming table and row;
///        Interrupted; those of Connection and WriteParquet.
/// Cost   about 2 s per million nodes on two cores.
Result<ExecutionReport> ExecuteSpec(const spec::Spec& spec, Session& session,
                                    const BuildPaths& paths, const ExecuteOptions& options = {});

}  // namespace codeanatomy::engine
