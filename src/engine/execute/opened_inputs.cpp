#include "engine/execute/opened_inputs.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/parallel_for.h"
#include "engine/execute/log_scan.h"
#include "engine/execute/plan_scans.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {

OpenedInputs::OpenedInputs(const spec::Spec& spec, Session& session, const BuildPaths& paths,
                           const Plan& plan)
    : spec_(spec),
      session_(session),
      paths_(paths),
      plan_(plan),
      pruner_(MakeScanPruner(spec, session, paths)) {}

Result<void> OpenedInputs::CheckPins() const {
  for (const spec::InputRelation& input : spec_.input_relations) {
    const auto version = paths_.input_versions.find(input.logical_name);
    if (input.version_pin &&
        (version == paths_.input_versions.end() || version->second != *input.version_pin)) {
      return Error(ErrorCode::kInvalidPlan, "the input was not opened at the version the spec pins",
                   input.logical_name, "execute the spec with `codeanatomy run`");
    }
    const auto opened = paths_.input_digests.find(input.logical_name);
    if (input.content_digest &&
        (opened == paths_.input_digests.end() || opened->second != *input.content_digest)) {
      return Error(ErrorCode::kInvalidPlan, "the input's content is not what the spec pins",
                   input.logical_name, "compile the spec anew over this evidence");
    }
  }
  return {};
}

Result<std::vector<std::string>> OpenedInputs::ReadLogs() {
  std::vector<std::string> identities;
  for (const LogRead& read : plan_.log_reads) {
    if (read.part == LogPart::kChanges && !session_.features().is_on(FeatureGate::kDeltaCdf)) {
      return Error(ErrorCode::kInvalidPlan, "changes of tables are not read in this session",
                   read.source, "switch the feature delta_cdf on");
    }
    const spec::InputRelation& input = *spec_.FindInput(read.source);
    const auto version = paths_.input_versions.find(read.source);
    LogTable table{.root = fmt::format("{}/{}", paths_.InputRoot(), input.delta_location),
                   .location = input.delta_location,
                   .schema = &plan_.inputs.find(read.source)->second};
    if (version != paths_.input_versions.end()) table.version = version->second;
    auto rows = RenderLogRead(read, table, paths_.environment, session_.caches().snapshots);
    if (!rows) return std::move(rows.error()).WithFrame("reading the log of " + read.source);
    identities.push_back(expr::CanonicalText(
        {{"name", read.scan}, {"content_digest", Hex(Sha256::Of(rows->identity))}}));
    logs_[read.scan] = fmt::format("({})", rows->select);
  }
  return identities;
}

FileScan OpenedInputs::InputScan(std::string_view input,
                                 const std::vector<std::string>& files) const {
  FileScan scan{
      .columns = ScanColumns(plan_.inputs.find(input)->second),
      .file_column = pruner_->FileColumnOf(input).value_or(""),
      .root = fmt::format("{}/{}", paths_.InputRoot(), spec_.FindInput(input)->delta_location)};
  for (const std::string& path : files) {
    const auto values = paths_.input_partitions.find(path);
    scan.files.push_back({.path = path,
                          .partition_values = values == paths_.input_partitions.end()
                                                  ? storage::PartitionValues()
                                                  : values->second});
    if (const auto adapted = adapted_.find(path); adapted != adapted_.end())
      scan.files.back().adapted = adapted->second;
  }
  return scan;
}

Result<void> OpenedInputs::AdaptFiles(int threads) {
  std::vector<std::string> inputs;
  std::vector<FileScan> scans;
  for (const auto& [input, version] : paths_.input_versions) {
    const auto files = paths_.input_files.find(input);
    if (files == paths_.input_files.end() || !plan_.inputs.contains(input)) continue;
    inputs.push_back(input);
    scans.push_back(InputScan(input, files->second));
  }
  std::vector<Result<void>> adapted(scans.size());
  ParallelFor(scans.size(), threads, [&](size_t i) {
    auto connection = session_.Connect();
    adapted[i] = connection ? engine::AdaptFiles(session_, **connection, scans[i])
                            : Result<void>(std::move(connection.error()));
  });
  for (size_t i = 0; i < scans.size(); ++i) {
    if (!adapted[i])
      return std::move(adapted[i].error()).WithFrame("reading the input " + inputs[i]);
    for (ScannedFile& file : scans[i].files) {
      if (!file.adapted.empty()) adapted_[file.path] = std::move(file.adapted);
    }
  }
  return {};
}

std::string OpenedInputs::Scan(std::string_view name) const {
  if (const auto log = logs_.find(name); log != logs_.end()) return log->second;
  const std::vector<std::string>* files = pruner_->FilesOf(name);
  CA_CHECK(files != nullptr, "scans name inputs, views or parts of them");
  return RenderFileScan(InputScan(ScanPruner::InputOf(name), *files));
}

size_t OpenedInputs::CountFiles(std::string_view input) const {
  const auto files = paths_.input_files.find(input);
  return files == paths_.input_files.end() ? 0 : files->second.size();
}

}  // namespace codeanatomy::engine
