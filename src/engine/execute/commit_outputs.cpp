#include "engine/execute/commit_outputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/execute/constraint_check.h"
#include "engine/execute/replace_files.h"
#include "storage/history.h"

namespace codeanatomy::engine {

storage::Schema StoredSchema(const PlannedOutput& output) {
  const storage::Schema declared =
      output.table == nullptr ? storage::Schema{} : storage::SchemaOf(*output.table);
  storage::Schema schema;
  for (const expr::Field& field : output.schema.fields) {
    if (const storage::Field* known = declared.Find(field.name)) {
      schema.fields.push_back(*known);
      continue;
    }
    schema.fields.push_back(storage::FieldOf(field));
  }
  return schema;
}

namespace {

/// Files of a table that stay beside those of the run, and the version they were read from.
struct FilesThatStay {
  std::vector<storage::AddFile> files;
  int64_t base_version = -1;
};

std::string RootOf(const WrittenOutput& output, const BuildPaths& paths) {
  return fmt::format("{}/{}", paths.root, output.plan->location);
}

/// What the commit has to keep; nothing where it goes blindly behind what is there, as an append
/// does. An append too has to say what stays where a run that failed left commits behind.
Result<std::optional<FilesThatStay>> StayOf(const WrittenOutput& output, const BuildPaths& paths) {
  using Stay = std::optional<FilesThatStay>;
  if (output.rest) return Stay({output.rest->kept, output.rest->base_version});
  const bool append =
      output.plan->target.materialization_mode == spec::MaterializationMode::kAppend;
  if (!append || !paths.published_versions) return Stay();
  CA_ASSIGN_OR_RETURN(const BaseTable base, BaseOf(*output.plan, paths));
  if (base.is_latest) return Stay();
  if (!base.snapshot) return Stay({{}, -1});
  return Stay({base.snapshot->files(), base.snapshot->version()});
}

/// What was read must still be what the commit replaces, but for runs that failed.
Result<void> CheckNobodyElse(const FilesThatStay& stay, const storage::Transaction& transaction,
                             const BuildPaths& paths) {
  if (!transaction.snapshot()) return {};
  const std::string& root = transaction.root();
  CA_ASSIGN_OR_RETURN(const auto authors,
                      storage::FindAuthors(paths.environment.files, root, stay.base_version,
                                           transaction.snapshot()->version(), kRunMember));
  if (authors.first_other) return OtherWriter(root, *authors.first_other, stay.base_version);
  return {};
}

Result<storage::PreparedCommit> Prepare(const WrittenOutput& output, const CommitRequest& request,
                                        const ExecutionReport& report) {
  const auto& [spec, paths, options, session] = request;
  const spec::OutputTarget& target = output.plan->target;
  const bool whole = target.materialization_mode == spec::MaterializationMode::kOverwrite;
  CA_ASSIGN_OR_RETURN(const std::optional<FilesThatStay> stay, StayOf(output, paths));
  const bool blind = !whole && !stay;
  storage::TableWrite write{
      .mode = blind ? storage::WriteMode::kAppend : storage::WriteMode::kOverwrite,
      .schema_mode = whole ? storage::SchemaMode::kReplace : storage::SchemaMode::kStrict,
      .checks_constraints = true};
  write.schema = StoredSchema(*output.plan);
  write.partition_columns = target.partition_by;
  CA_ASSIGN_OR_RETURN(
      auto transaction,
      storage::Transaction::Begin(paths.environment, RootOf(output, paths), std::move(write)));
  if (stay) CA_RETURN_IF_ERROR(CheckNobodyElse(*stay, transaction, paths));
  std::vector<storage::DataFile> files;
  files.reserve(output.files.size());
  for (const WrittenFile& file : output.files) files.push_back(file.data);
  if (output.rest)
    files.insert(files.begin(), output.rest->rewritten.begin(), output.rest->rewritten.end());
  transaction.Add(std::move(files));
  if (stay) transaction.Keep(stay->files);
  storage::CommitOptions commit{.metadata = options.commit_metadata, .skip_if_unchanged = true};
  commit.metadata[std::string(kRunMember)] = report.spec_hash;
  commit.metadata["codeanatomy.envelope_hash"] = report.envelope_hash;
  commit.metadata["codeanatomy.rulepack_fingerprint"] = report.rulepack_fingerprint;
  commit.metadata["codeanatomy.planning_surface_hash"] = report.envelope.planning_surface_hash;
  commit.metadata["codeanatomy.provider_identity_hash"] = report.envelope.provider_identity_hash;
  commit.metadata["codeanatomy.runtime_profile"] =
      spec.runtime_profile ? spec.runtime_profile->name : "none";
  for (const auto& [key, value] : spec.runtime.lineage_tags)
    commit.metadata["codeanatomy.lineage_tag." + key] = value;
  if (target.max_commit_retries)
    commit.retry.max_attempts =
        static_cast<int>(std::min<int64_t>(*target.max_commit_retries, 100)) + 1;
  if (!whole)
    commit.metadata["codeanatomy.materialization_mode"] =
        target.materialization_mode == spec::MaterializationMode::kAppend ? "Append"
                                                                          : "ReplaceByFile";
  for (const auto& [key, value] : target.write_metadata) commit.metadata[key] = value;
  return storage::PreparedCommit{std::move(transaction), std::move(commit)};
}

/// The rows of the run fulfil the constraints of the table that they go into.
Result<void> CheckConstraints(const WrittenOutput& output, const storage::Transaction& transaction,
                              Session& session) {
  for (const storage::CheckConstraint& constraint : transaction.constraints()) {
    std::vector<ScannedFile> files;
    for (const WrittenFile& file : output.files)
      files.push_back({file.path, file.data.partition_values});
    auto row = FindViolatingRow(session, output.plan->schema, std::move(files), constraint);
    if (!row) return std::move(row.error()).WithFrame("checking constraint " + constraint.name);
    if (*row)
      return Violation(output, fmt::format("a row does not fulfil the constraint {} ({}): {}",
                                           constraint.name, constraint.sql, **row));
  }
  return {};
}

void Report(const WrittenOutput& output, const storage::CommitOutcome& outcome,
            ExecutionReport& report) {
  const spec::OutputTarget& target = output.plan->target;
  const bool whole = target.materialization_mode == spec::MaterializationMode::kOverwrite;
  for (OutputReport& committed : report.outputs) {
    if (committed.table != target.table_name) continue;
    committed.version = outcome.version;
    if (!whole) committed.rows = static_cast<uint64_t>(std::max<int64_t>(outcome.table_rows, 0));
    committed.content_digest = outcome.content_digest;
  }
}

}  // namespace

void AddCommitWarning(std::string_view table, const storage::CommitOutcome& outcome,
                      std::vector<Warning>& warnings) {
  if (outcome.warning.empty()) return;
  Warning& warning = warnings.emplace_back();
  warning.code = WarningCode::kMaintenanceFailed;
  warning.message = outcome.warning;
  warning.context = {{"table", std::string(table)}, {"operation", "checkpoint"}};
}

Result<void> CommitOutputs(const std::vector<WrittenOutput>& outputs, const CommitRequest& request,
                           ExecutionReport& report) {
  std::vector<storage::PreparedCommit> commits;
  for (const WrittenOutput& output : outputs) {
    CA_ASSIGN_OR_RETURN(storage::PreparedCommit commit, Prepare(output, request, report));
    CA_RETURN_IF_ERROR(CheckConstraints(output, commit.transaction, request.session));
    commits.push_back(std::move(commit));
  }
  CA_ASSIGN_OR_RETURN(const std::vector<storage::CommitOutcome> outcomes,
                      storage::CommitAll(commits));
  for (size_t i = 0; i < outputs.size(); ++i) {
    Report(outputs[i], outcomes[i], report);
    AddCommitWarning(outputs[i].plan->target.table_name, outcomes[i], report.warnings);
  }
  return {};
}

}  // namespace codeanatomy::engine
