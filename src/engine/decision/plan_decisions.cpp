#include "engine/decision/plan_decisions.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalog/operator.h"
#include "engine/render/interval_join.h"

namespace codeanatomy::engine {
namespace {

std::string ViewContext(std::string_view view) { return fmt::format("view {}", view); }
std::string OutputContext(std::string_view table) { return fmt::format("output {}", table); }
std::string CacheId(std::string_view view) {
  return DecisionId(DecisionDomain::kCachePolicy, "placement", ViewContext(view));
}

/// Joins of a view's own relation, from the root down; a transform makes one at most.
const Relation* FindJoin(const Relation& root) {
  std::vector<const Relation*> open{&root};
  while (!open.empty()) {
    const Relation& relation = *open.back();
    open.pop_back();
    if (relation.op == RelationOp::kJoin) return &relation;
    for (const Relation& input : relation.inputs) open.push_back(&input);
  }
  return nullptr;
}

/// Functions that are not among the operators of every spec: those that the engine was given.
std::set<std::string> RequiredFunctions(const Relation& root) {
  std::set<std::string> names;
  Relation copy = root;  // the visitor may change what it sees
  VisitExprs(copy, [&](expr::Expr& top) {
    std::vector<const expr::Expr*> open{&top};
    while (!open.empty()) {
      const expr::Expr& node = *open.back();
      open.pop_back();
      for (const expr::Expr& child : node.args) open.push_back(&child);
      if (node.kind != expr::ExprKind::kCall) continue;
      const OperatorInfo* op = FindOperator(node.name);
      if (op == nullptr || op->duckdb.find("ca_") != std::string_view::npos)
        names.insert(node.name);
    }
  });
  return names;
}

/// The operations of a schedule, in order, with what it says of each.
std::vector<DecisionEvidence> RequestedOperations(const spec::MaintenanceSchedule& schedule) {
  std::vector<DecisionEvidence> evidence;
  const auto add = [&](MaintenanceOperation operation, std::string value) {
    evidence.push_back({"spec", std::string(InfoOf(operation).name), std::move(value)});
  };
  using enum MaintenanceOperation;
  if (schedule.compact)
    add(kCompact, fmt::format("files of {} bytes", schedule.compact->target_file_size));
  if (schedule.checkpoint) add(kCheckpoint, "of the version of the run");
  if (schedule.vacuum) {
    if (schedule.vacuum->dry_run_first) add(kVacuumDryRun, "before it deletes");
    add(kVacuum, fmt::format("after {} hours", schedule.vacuum->retention_hours));
  }
  if (schedule.metadata_cleanup) add(kMetadataCleanup, "as the table's properties say");
  if (!schedule.constraints.empty())
    add(kConstraints, fmt::format("{}", schedule.constraints.size()));
  return evidence;
}

class PlanDeciding {
 public:
  explicit PlanDeciding(const DecidedPlan& decided) : decided_(decided) {
    for (const spec::ViewDefinition& view : decided.spec.view_definitions)
      contracts_.emplace(view.name, view.output_columns.size());
  }

  std::vector<DecisionRecord> Run() {
    for (const PlannedView& view : decided_.plan.views) {
      if (!view.is_needed) continue;
      AddJoin(view);
      AddFunctions(view);
      AddCachePolicy(view);
      AddContract(view);
    }
    AddSchedule();
    for (const PlannedOutput& output : decided_.plan.outputs) AddOutput(output);
    AddMaintenance();
    return std::move(decisions_);
  }

 private:
  void AddJoin(const PlannedView& view) {
    const Relation* join = FindJoin(view.relation);
    if (join == nullptr) return;
    const bool sweeps = FindIntervalJoin(*join).has_value();
    DecisionRecord decision =
        MakeDecision(DecisionDomain::kJoinStrategy, "algorithm", sweeps ? "interval_sweep" : "hash",
                     ViewContext(view.name));
    for (const spec::JoinKey& key : join->join_keys)
      decision.evidence.push_back(
          {"spec", "key", fmt::format("{} = {}", key.left_key, key.right_key)});
    if (!join->predicates.empty())
      decision.evidence.push_back(
          {"spec", "predicates", fmt::format("{}", join->predicates.size())});
    Add(std::move(decision), view.dependencies);
  }

  void AddFunctions(const PlannedView& view) {
    const std::set<std::string> names = RequiredFunctions(view.relation);
    if (names.empty()) return;
    DecisionRecord decision =
        MakeDecision(DecisionDomain::kUdfRequirements, "functions",
                     fmt::format("{}", fmt::join(names, ", ")), ViewContext(view.name));
    for (const std::string& name : names) decision.evidence.push_back({"plan", "calls", name});
    Add(std::move(decision), {});
  }

  void AddCachePolicy(const PlannedView& view) {
    DecisionRecord decision = MakeDecision(
        DecisionDomain::kCachePolicy, "placement",
        std::string(kPlacementNames[static_cast<size_t>(view.placement)]), ViewContext(view.name));
    const bool is_certain =
        view.reason == PlacementReason::kStored || view.reason == PlacementReason::kOverride;
    decision.confidence = is_certain ? 1 : kPlacementConfidence;
    decision.evidence = {{view.reason == PlacementReason::kOverride ? "spec" : "plan", "reason",
                          std::string(kPlacementReasonNames[static_cast<size_t>(view.reason)])},
                         {"plan", "scans", fmt::format("{}", view.scans)},
                         {"plan", "fan_out", fmt::format("{}", view.fan_out)}};
    AddEstimate(view, decision);
    if (FindJoin(view.relation) != nullptr) {
      decision.parent_ids.push_back(
          DecisionId(DecisionDomain::kJoinStrategy, "algorithm", ViewContext(view.name)));
    }
    Add(std::move(decision), view.dependencies);
  }

  /// Rows and bytes, and what the spec's policy compares them with, where they had a say.
  void AddEstimate(const PlannedView& view, DecisionRecord& decision) const {
    if (!view.estimate) return;
    const auto& [rows, source] = *view.estimate;
    const double bytes =
        static_cast<double>(rows) * static_cast<double>(EstimatedRowBytes(view.relation.schema));
    decision.evidence.push_back({std::string(kRowSourceNames[static_cast<size_t>(source)]),
                                 "estimated_rows", fmt::format("{}", rows)});
    decision.evidence.push_back({"plan", "estimated_bytes", fmt::format("{:.0f}", bytes)});
    const spec::CachePolicy& policy = *decided_.spec.cache_policy;
    if (policy.min_estimated_rows) {
      decision.evidence.push_back(
          {"spec", "min_estimated_rows", fmt::format("{}", *policy.min_estimated_rows)});
    }
    if (policy.cache_memory_budget) {
      decision.evidence.push_back(
          {"spec", "cache_memory_budget", fmt::format("{}", *policy.cache_memory_budget)});
    }
  }

  void AddContract(const PlannedView& view) {
    const size_t columns = contracts_.at(view.name);
    if (columns == 0) return;
    DecisionRecord decision =
        MakeDecision(DecisionDomain::kSchemaContract, "columns", fmt::format("{} columns", columns),
                     ViewContext(view.name));
    decision.evidence.push_back({"spec", "output_schema", fmt::format("{}", columns)});
    Add(std::move(decision), {});
  }

  void AddSchedule() {
    const TaskSchedule& schedule = decided_.schedule;
    const bool is_blind = schedule.quality == StatsQuality::kUnknown;
    DecisionRecord decision = MakeDecision(DecisionDomain::kScheduling, "order",
                                           is_blind ? "topological" : "bottom_level", "plan");
    decision.confidence = schedule.quality == StatsQuality::kExact ? 1 : is_blind ? 0.5 : 0.85;
    if (is_blind) decision.fallback_reason = "cost_model_stats_fallback";
    decision.evidence = {{"row_counts", "stats_quality",
                          std::string(kStatsQualityNames[static_cast<size_t>(schedule.quality)])},
                         {"plan", "tasks", fmt::format("{}", schedule.tasks.size())}};
    if (!is_blind) {
      decision.evidence.push_back({"row_counts", "critical_path_length",
                                   fmt::format("{:.1f}", schedule.critical_path_length)});
    }
    std::vector<std::string> executed;
    for (const PlannedView& view : decided_.plan.views) {
      if (view.is_needed && view.placement != Placement::kInline) executed.push_back(view.name);
    }
    Add(std::move(decision), executed);
  }

  void AddOutput(const PlannedOutput& output) {
    const size_t columns = output.schema.fields.size();
    DecisionRecord decision = MakeDecision(
        DecisionDomain::kSchemaContract, "columns",
        fmt::format("{} columns ordered by {}", columns, fmt::join(output.order, ", ")),
        OutputContext(output.target.table_name));
    decision.evidence.push_back(
        {output.table != nullptr ? "catalogue" : "spec", "table", output.target.table_name});
    if (!output.target.partition_by.empty()) {
      decision.evidence.push_back(
          {"spec", "partition_by", fmt::format("{}", fmt::join(output.target.partition_by, ", "))});
    }
    Add(std::move(decision), {output.target.source_view});
  }

  void AddMaintenance() {
    if (!decided_.spec.maintenance) {
      DecisionRecord decision =
          MakeDecision(DecisionDomain::kMaintenance, "operations", "none", "plan");
      decision.evidence.push_back(
          {"spec", "reason", std::string(NameOf(MaintenanceReason::kNotConfigured))});
      return Add(std::move(decision), {});
    }
    const spec::MaintenanceSchedule& schedule = *decided_.spec.maintenance;
    for (const PlannedOutput& output : decided_.plan.outputs) {
      const std::string& table = output.target.table_name;
      if (!schedule.IsTarget(table)) continue;
      std::vector<DecisionEvidence> operations = RequestedOperations(schedule);
      std::string names;
      for (const DecisionEvidence& one : operations) names += (names.empty() ? "" : ", ") + one.key;
      DecisionRecord decision = MakeDecision(DecisionDomain::kMaintenance, "operations",
                                             names.empty() ? "none" : names, OutputContext(table));
      decision.evidence = std::move(operations);
      decision.parent_ids.push_back(
          DecisionId(DecisionDomain::kSchemaContract, "columns", OutputContext(table)));
      Add(std::move(decision), {});
    }
  }

  /// `views` are those whose cache policies it rests on.
  void Add(DecisionRecord decision, const std::vector<std::string>& views) {
    for (const std::string& view : views) decision.parent_ids.push_back(CacheId(view));
    decisions_.push_back(std::move(decision));
  }

  const DecidedPlan& decided_;
  std::map<std::string_view, size_t> contracts_;  // columns that a view's contract names
  std::vector<DecisionRecord> decisions_;
};

/// How inputs were scanned.
std::vector<DecisionRecord> ScanDecisions(const std::vector<ScanUnit>& scans) {
  std::vector<DecisionRecord> decisions;
  std::map<std::string, size_t> count;  // a reader may scan an input under several conditions
  for (const ScanUnit& scan : scans) {
    const ScanPolicy& policy = scan.decision.policy;
    const std::string reads = fmt::format("{} reads {}", scan.reader, scan.dataset);
    const size_t number = ++count[reads];
    DecisionRecord decision = MakeDecision(
        DecisionDomain::kScanPolicy, "file_pruning", policy.file_pruning ? "pruned" : "whole",
        number == 1 ? reads : fmt::format("{} ({})", reads, number));
    decision.confidence = scan.decision.confidence;
    for (const ScanSignal signal : scan.decision.reasons)
      decision.evidence.push_back(
          {"scan_signal", std::string(InfoOf(signal).name), std::string(InfoOf(signal).effect)});
    decision.evidence.push_back({"plan", "scan_key", scan.Key()});
    decision.evidence.push_back({"log", "files", fmt::format("{}", scan.signals.files)});
    if (scan.signals.rows)
      decision.evidence.push_back({"log", "rows", fmt::format("{}", *scan.signals.rows)});
    decision.evidence.push_back(
        {"plan", "judged_conditions", fmt::format("{}", scan.signals.judged_conditions)});
    decision.outcome =
        fmt::format("{} of {} files read", scan.candidates.size(), scan.file_count());
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

}  // namespace

std::vector<DecisionRecord> PlanDecisions(const DecidedPlan& decided) {
  return PlanDeciding(decided).Run();
}

void AddMaintenanceOutcomes(const std::vector<MaintenanceReport>& reports,
                            std::vector<DecisionRecord>& decisions) {
  for (DecisionRecord& decision : decisions) {
    if (decision.domain != DecisionDomain::kMaintenance) continue;
    std::string outcome;
    for (const MaintenanceReport& report : reports) {
      if (decision.context_label != OutputContext(report.table)) continue;
      const std::string name(InfoOf(report.operation).name);
      outcome += fmt::format("{}{} {}", outcome.empty() ? "" : ", ", name,
                             report.success ? "done" : "failed");
      decision.evidence.push_back({"log", name, std::string(NameOf(report.reason))});
    }
    decision.outcome = outcome.empty() ? "nothing to do" : outcome;
  }
}

void AddOutcomes(const std::vector<ScanUnit>& scans, const RowCounts& rows,
                 std::vector<DecisionRecord>& decisions) {
  std::set<std::string, std::less<>> known;
  for (DecisionRecord& decision : decisions) {
    known.insert(decision.decision_id);
    decision.outcome = "executed";
    constexpr std::string_view kOutput = "output ";
    if (decision.domain != DecisionDomain::kSchemaContract ||
        !decision.context_label.starts_with(kOutput))
      continue;
    const auto written = rows.find(std::string_view(decision.context_label).substr(kOutput.size()));
    if (written != rows.end()) decision.outcome = fmt::format("kept by {} rows", written->second);
  }
  for (DecisionRecord& decision : ScanDecisions(scans)) {
    const std::string_view reader =
        std::string_view(decision.context_label).substr(0, decision.context_label.find(" reads "));
    // A reader is a view that is computed, or an output.
    for (const std::string& parent :
         {CacheId(reader),
          DecisionId(DecisionDomain::kSchemaContract, "columns", OutputContext(reader))}) {
      if (known.contains(parent)) decision.parent_ids.push_back(parent);
    }
    decisions.push_back(std::move(decision));
  }
}

}  // namespace codeanatomy::engine
