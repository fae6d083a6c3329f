#include "engine/execute/maintain_tables.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/parallel_for.h"
#include "engine/execute/commit_outputs.h"
#include "engine/execute/constraint_check.h"
#include "engine/execute/replace_files.h"
#include "engine/session/runtime_profile.h"
#include "storage/current.h"
#include "storage/log/log_files.h"
#include "storage/maintenance/checkpoint_table.h"
#include "storage/maintenance/cleanup_log.h"
#include "storage/maintenance/optimize.h"
#include "storage/maintenance/vacuum.h"

namespace codeanatomy::engine {
namespace {

/// A failure before anything could be measured, or of what was tried.
MaintenanceReason ReasonOf(const Error& error) {
  const bool is_unread =
      error.code() == ErrorCode::kDeltaCorrupt || error.code() == ErrorCode::kNotFound;
  return is_unread ? MaintenanceReason::kMetricsUnavailable : MaintenanceReason::kRequested;
}

/// What one operation did, for its row.
using Told = Result<std::string>;

/// The operations on one table, in order.
class TableMaintenance {
 public:
  TableMaintenance(const MaintainRequest& request, const PlannedOutput& planned,
                   OutputReport& output, std::string envelope_hash)
      : request_(request),
        schedule_(*request.spec.maintenance),
        planned_(planned),
        output_(output),
        envelope_hash_(std::move(envelope_hash)),
        root_(fmt::format("{}/{}", request.paths.root, output.location)) {}

  Result<void> Run() {
    using enum MaintenanceOperation;
    if (schedule_.compact) CA_RETURN_IF_ERROR(Do(kCompact, [this] { return Compact(); }));
    if (schedule_.checkpoint) CA_RETURN_IF_ERROR(Do(kCheckpoint, [this] { return Checkpoint(); }));
    if (schedule_.vacuum) {
      if (schedule_.vacuum->dry_run_first)
        CA_RETURN_IF_ERROR(Do(kVacuumDryRun, [this] { return Vacuum(true); }));
      CA_RETURN_IF_ERROR(Do(kVacuum, [this] { return Vacuum(false); }));
    }
    if (schedule_.metadata_cleanup)
      CA_RETURN_IF_ERROR(Do(kMetadataCleanup, [this] { return CleanupLog(); }));
    if (!schedule_.constraints.empty())
      CA_RETURN_IF_ERROR(Do(kConstraints, [this] { return AddConstraints(); }));
    return {};
  }

  std::vector<MaintenanceReport> rows;
  std::vector<Warning> warnings;

 private:
  Result<void> Do(MaintenanceOperation operation, const std::function<Told()>& work) {
    CA_RETURN_IF_ERROR(request_.session.CheckCancelled());
    const std::string_view name = InfoOf(operation).name;
    std::optional<SpanScope> span;
    if (request_.options.sink != nullptr) {
      span.emplace(*request_.options.sink, fmt::format("maintain {} {}", output_.table, name),
                   request_.options.parent_span);
    }
    reason_ = MaintenanceReason::kRequested;
    Told told = CheckQuiet();
    if (told) told = work();
    if (!told && told.error().code() == ErrorCode::kInterrupted) return std::move(told.error());
    rows.push_back({output_.table, operation, told.has_value(),
                    told ? *told : told.error().ToString(),
                    told ? reason_ : ReasonOf(told.error())});
    if (told) {
      if (span) span->Set("done", *told);
      return {};
    }
    if (span) span->Exception(told.error());
    Warning warning = WarningOf(WarningCode::kMaintenanceFailed, told.error());
    warning.context["table"] = output_.table;
    warning.context["operation"] = name;
    warnings.push_back(std::move(warning));
    return {};
  }

  /// Nobody else has committed since this run did, where that is required.
  Told CheckQuiet() const {
    if (!schedule_.require_table_quiescence) return std::string();
    CA_ASSIGN_OR_RETURN(const storage::LogListing log,
                        storage::ListLog(request_.paths.environment.files, root_));
    if (log.latest() == output_.version) return std::string();
    return Error(ErrorCode::kDeltaConflict,
                 fmt::format("the table is at version {}, and this run left it at {}: it is left "
                             "alone, as require_table_quiescence asks",
                             log.latest().value_or(-1), output_.version),
                 root_, "run the spec again");
  }

  /// What readers of the folder need: versions of CURRENT, and the one that is about to be there.
  Result<std::set<int64_t>> KeptVersions() const {
    std::set<int64_t> kept{output_.version};
    auto current = storage::ReadCurrent(request_.paths.environment.files, request_.paths.root);
    if (!current && current.error().code() != ErrorCode::kNotFound)
      return std::move(current.error());
    if (!current) return kept;
    const auto versions = storage::ReadableVersions(*current);
    if (const auto found = versions.find(output_.location); found != versions.end())
      kept.insert(found->second.begin(), found->second.end());
    return kept;
  }

  /// Members of a commit info: the run's own, by which a later run knows who committed.
  std::map<std::string, std::string> CommitMembers() const {
    std::map<std::string, std::string> members = request_.options.commit_metadata;
    members[std::string(kRunMember)] = spec::SpecHash(request_.spec);
    members["codeanatomy.envelope_hash"] = envelope_hash_;
    return members;
  }

  /// The table's version after a commit of ours; empty where it is the run's.
  std::string MoveOn(const storage::ChangeOutcome& change) {
    if (change.base_version == output_.version) {
      output_.version = change.version;
      output_.content_digest = change.content_digest;
      return {};
    }
    return fmt::format("; version {} of another writer came first, so this run publishes {}",
                       change.base_version, output_.version);
  }

  Told Compact() {
    storage::OptimizeRequest optimize{.root = root_,
                                      .target_size = schedule_.compact->target_file_size,
                                      .order = planned_.order,
                                      .metadata = CommitMembers()};
    if (const auto rows_of_group = KnobsOf(request_.spec, request_.session).row_group_rows)
      optimize.row_group_rows = static_cast<uint64_t>(*rows_of_group);
    CA_ASSIGN_OR_RETURN(const storage::OptimizeReport done,
                        storage::Optimize(request_.paths.environment, optimize));
    reason_ = done.change.committed ? MaintenanceReason::kOptimizeFileThreshold
                                    : MaintenanceReason::kThresholdsNotMet;
    if (!done.change.committed) {
      return fmt::format("no two of {} files fit together into {} bytes", done.files_before,
                         optimize.target_size);
    }
    std::string told = fmt::format("{} files of {} became {} in version {}", done.files_removed,
                                   done.files_before, done.files_added, done.change.version);
    return told + MoveOn(done.change);
  }

  Told Checkpoint() {
    CA_ASSIGN_OR_RETURN(const storage::CheckpointReport done,
                        storage::CheckpointTable(request_.paths.environment, root_));
    return fmt::format("version {} {} a checkpoint", done.version,
                       done.is_new ? "got" : "had already");
  }

  Told Vacuum(bool dry_run) {
    CA_ASSIGN_OR_RETURN(std::set<int64_t> kept, KeptVersions());
    CA_ASSIGN_OR_RETURN(
        const storage::VacuumReport done,
        storage::Vacuum(
            request_.paths.environment,
            {.root = root_,
             .retention_hours =
                 std::max(schedule_.vacuum->retention_hours, storage::kShortestRetentionHours),
             .dry_run = dry_run,
             .keep_versions = std::move(kept),
             .require_vacuum_protocol_check = schedule_.vacuum->require_protocol_check}));
    return fmt::format("{} files of {} bytes {}", done.files.size(), done.bytes,
                       dry_run ? "would be deleted" : "deleted");
  }

  Told CleanupLog() {
    CA_ASSIGN_OR_RETURN(std::set<int64_t> kept, KeptVersions());
    CA_ASSIGN_OR_RETURN(const storage::CleanupLogReport done,
                        storage::CleanupLog(request_.paths.environment, {root_, std::move(kept)}));
    if (done.is_forbidden) return std::string("the table says to keep all log entries");
    if (!done.oldest_version) return std::string("no log entry is old enough");
    return fmt::format("{} log files deleted; versions from {} on are readable", done.files_removed,
                       *done.oldest_version);
  }

  Told AddConstraints() {
    storage::AddConstraintsRequest add{.root = root_,
                                       .find_violation = ViolationFinder(request_.session),
                                       .metadata = CommitMembers()};
    for (const spec::NamedConstraint& constraint : schedule_.constraints) {
      CA_ASSIGN_OR_RETURN(add.constraints.emplace_back(), StoredConstraint(constraint));
    }
    CA_ASSIGN_OR_RETURN(const storage::AddConstraintsReport done,
                        storage::AddConstraints(request_.paths.environment, add));
    if (!done.change.committed) return std::string("the table has them already");
    return fmt::format("{} in version {}", fmt::join(done.added, ", "), done.change.version) +
           MoveOn(done.change);
  }

  const MaintainRequest& request_;
  const spec::MaintenanceSchedule& schedule_;
  const PlannedOutput& planned_;
  OutputReport& output_;
  const std::string envelope_hash_;
  const std::string root_;
  MaintenanceReason reason_ = MaintenanceReason::kRequested;  // of the operation that is done
};

}  // namespace

Result<void> MaintainTables(const MaintainRequest& request, ExecutionReport& report) {
  if (!request.spec.maintenance) {
    AddMaintenanceOutcomes({}, report.decisions);
    return {};
  }
  const spec::MaintenanceSchedule& schedule = *request.spec.maintenance;
  std::vector<TableMaintenance> tables;
  for (OutputReport& output : report.outputs) {
    if (!schedule.IsTarget(output.table)) continue;
    const auto planned = std::ranges::find(
        request.plan.outputs, output.table,
        [](const PlannedOutput& one) -> const std::string& { return one.target.table_name; });
    tables.emplace_back(request, *planned, output, report.envelope_hash);
  }
  const bool has_room = request.session.memory().limit_bytes() >= kSideBySideBytes;
  const int workers =
      has_room ? static_cast<int>(std::min<int64_t>(schedule.max_parallel_tables, 64)) : 1;
  std::vector<Result<void>> done(tables.size());
  ParallelFor(tables.size(), workers, [&](size_t i) { done[i] = tables[i].Run(); });
  for (TableMaintenance& table : tables) {
    std::ranges::move(table.rows, std::back_inserter(report.maintenance));
    std::ranges::move(table.warnings, std::back_inserter(report.warnings));
  }
  AddMaintenanceOutcomes(report.maintenance, report.decisions);
  for (Result<void>& status : done) CA_RETURN_IF_ERROR(std::move(status));
  return {};
}

}  // namespace codeanatomy::engine
