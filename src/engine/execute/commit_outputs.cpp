#include "engine/execute/commit_outputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/parallel_for.h"
#include "storage/log/transaction.h"

namespace codeanatomy::engine {
namespace {

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

Result<void> Commit(const WrittenOutput& output, const CommitRequest& request,
                    ExecutionReport& report) {
  const auto& [spec, paths, options, threads] = request;
  const spec::OutputTarget& target = output.plan->target;
  const bool append = target.materialization_mode == spec::MaterializationMode::kAppend;
  storage::TableWrite write{
      .mode = append ? storage::WriteMode::kAppend : storage::WriteMode::kOverwrite,
      .schema_mode = append ? storage::SchemaMode::kStrict : storage::SchemaMode::kReplace};
  write.schema = StoredSchema(*output.plan);
  write.partition_columns = target.partition_by;
  CA_ASSIGN_OR_RETURN(auto transaction, storage::Transaction::Begin(
                                            paths.environment,
                                            fmt::format("{}/{}", paths.root, output.plan->location),
                                            std::move(write)));
  std::vector<storage::DataFile> files;
  files.reserve(output.files.size());
  for (const WrittenFile& file : output.files) files.push_back(file.data);
  transaction.Add(std::move(files));
  storage::CommitOptions commit{.metadata = options.commit_metadata, .skip_if_unchanged = true};
  commit.metadata["codeanatomy.spec_hash"] = report.spec_hash;
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
  for (const auto& [key, value] : target.write_metadata) commit.metadata[key] = value;
  CA_ASSIGN_OR_RETURN(const storage::CommitOutcome outcome, transaction.Commit(commit));
  for (OutputReport& committed : report.outputs) {
    if (committed.table != target.table_name) continue;
    committed.version = outcome.version;
    committed.content_digest = outcome.content_digest;
  }
  return {};
}

}  // namespace

Result<void> CommitOutputs(const std::vector<WrittenOutput>& outputs, const CommitRequest& request,
                           ExecutionReport& report) {
  std::vector<Result<void>> done(outputs.size());
  ParallelFor(outputs.size(), request.threads,
              [&](size_t i) { done[i] = Commit(outputs[i], request, report); });
  for (Result<void>& status : done) CA_RETURN_IF_ERROR(std::move(status));
  return {};
}

}  // namespace codeanatomy::engine
