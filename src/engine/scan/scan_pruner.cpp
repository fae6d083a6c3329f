#include "engine/scan/scan_pruner.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"
#include "engine/plan/lineage.h"
#include "engine/plan/sorted_runs.h"
#include "engine/scan/can_match.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

std::string ConditionsText(const std::vector<expr::Expr>& conditions) {
  std::string text;
  for (const expr::Expr& condition : conditions)
    text += expr::CanonicalText(expr::Write(condition)) + "\n";
  return text;
}

bool AllMatch(const std::vector<expr::Expr>& conditions,
              const storage::FileStatistics& statistics) {
  return std::ranges::all_of(
      conditions, [&](const expr::Expr& condition) { return CanMatch(condition, statistics); });
}

}  // namespace

/// An input, and its log once that was needed.
struct ScanPruner::Input {
  ScanInput given;
  bool is_loaded = false;
  std::shared_ptr<const storage::Snapshot> snapshot;          // null: there is no log
  std::map<std::string, storage::FileStatistics> statistics;  // by path; read when first asked for
  std::map<std::string, const storage::AddFile*> added;       // by path
  std::optional<int64_t> rows;

  const storage::FileStatistics* Statistics(const std::string& path) {
    const auto known = statistics.find(path);
    if (known != statistics.end()) return &known->second;
    const auto file = added.find(path);
    if (file == added.end()) return nullptr;
    storage::FileStatistics read = storage::ReadStatistics(snapshot->schema(), *file->second);
    if (given.requires_lineage) {
      const bool is_below = path.starts_with(given.root + "/");
      const storage::Value name(is_below ? path.substr(given.root.size() + 1) : path);
      read.columns[std::string(kSourceFileColumn)] = {name, name, 0};
    }
    return &statistics.emplace(path, std::move(read)).first->second;
  }

  bool IsPartitioned(const std::vector<expr::Expr>& conditions) const {
    if (!snapshot || snapshot->metadata().partition_columns.empty()) return false;
    const std::vector<std::string>& by = snapshot->metadata().partition_columns;
    return std::ranges::any_of(conditions, [&](const expr::Expr& condition) {
      return IsJudgedByStatistics(condition) &&
             std::ranges::any_of(expr::ReferencedColumns(condition), [&](const std::string& name) {
               return std::ranges::find(by, name) != by.end();
             });
    });
  }
};

std::string ScanUnit::ConfigJson() const {
  const ScanPolicy& policy = decision.policy;
  return expr::CanonicalText(
      {{"version", 1},
       {"file_column_name",
        policy.file_column ? expr::Json(*policy.file_column) : expr::Json(nullptr)},
       {"file_pruning", policy.file_pruning},
       {"enable_parquet_pushdown", policy.parquet_pushdown}});
}

std::string ScanUnit::ConfigHash() const { return Hex(Sha256::Of(ConfigJson())); }

std::string ScanUnit::Key() const {
  std::string identity = ConditionsText(conditions) + ConfigHash();
  for (const std::string& column : columns) identity += "\n" + column;
  for (const std::string& path : candidates) {  // by name: folders differ between machines
    identity += '\n';
    identity += path.substr(path.rfind('/') + 1);
  }
  return fmt::format("scan::{}::{}::{}", dataset,
                     version ? fmt::format("{}", *version) : std::string("latest"),
                     Hex(Sha256::Of(identity)).substr(0, 16));
}

ScanPruner::ScanPruner(const storage::Environment& environment, storage::SnapshotCache& kept,
                       ScanPolicy defaults, bool has_collation)
    : environment_(environment),
      kept_(kept),
      defaults_(std::move(defaults)),
      has_collation_(has_collation) {}
ScanPruner::~ScanPruner() = default;

void ScanPruner::AddInput(std::string name, ScanInput input) {
  for (size_t i = 0; i < input.files.size(); ++i) files_[FilePart(name, i)] = {input.files[i]};
  files_[name] = input.files;
  auto known = std::make_unique<Input>();
  known->given = std::move(input);
  inputs_[std::move(name)] = std::move(known);
}

std::string_view ScanPruner::InputOf(std::string_view scan) {
  return scan.substr(0, scan.find(kPartSeparator));
}

const std::vector<std::string>* ScanPruner::FilesOf(std::string_view scan) const {
  const auto files = files_.find(scan);
  return files == files_.end() ? nullptr : &files->second;
}

const storage::Schema* ScanPruner::SchemaOf(std::string_view input) const {
  const auto known = inputs_.find(input);
  return known == inputs_.end() || !known->second->snapshot ? nullptr
                                                            : &known->second->snapshot->schema();
}

bool ScanPruner::IsOfPartitions(std::string_view input, const expr::Expr& condition) const {
  const auto known = inputs_.find(input);
  if (known == inputs_.end() || !known->second->snapshot) return false;
  const std::vector<std::string>& by = known->second->snapshot->metadata().partition_columns;
  const auto columns = expr::ReferencedColumns(condition);
  return !columns.empty() && std::ranges::all_of(columns, [&](const std::string& name) {
    return std::ranges::find(by, name) != by.end();
  });
}

std::optional<std::string> ScanPruner::FileColumnOf(std::string_view input) const {
  const auto known = inputs_.find(input);
  if (known == inputs_.end()) return std::nullopt;
  return DecideScan({.requires_lineage = known->second->given.requires_lineage}, defaults_)
      .policy.file_column;
}

Result<void> ScanPruner::LoadLog(Input& input) const {
  if (std::exchange(input.is_loaded, true) || input.given.root.empty()) return {};
  if (input.given.version) {
    CA_ASSIGN_OR_RETURN(input.snapshot,
                        kept_.Load(environment_, input.given.root, input.given.version));
  } else {
    CA_ASSIGN_OR_RETURN(auto latest,
                        storage::Snapshot::LoadIfExists(environment_, input.given.root));
    if (latest) input.snapshot = std::make_shared<const storage::Snapshot>(*std::move(latest));
  }
  if (!input.snapshot) return {};
  input.rows = input.snapshot->CountRows();
  for (const storage::AddFile& file : input.snapshot->files()) {
    CA_ASSIGN_OR_RETURN(const std::string path, storage::LocalPath(input.given.root, file));
    input.added.emplace(path, &file);
  }
  return {};
}

Result<void> ScanPruner::Prune(Relation& root, std::string_view reader) {
  const std::vector<std::set<std::string>> columns = ScannedColumns(root);
  const std::vector<ConditionedScan> scans = FindScans(root);
  CA_CHECK(columns.size() == scans.size(), "both walks meet every scan of a tree");
  for (size_t i = 0; i < scans.size(); ++i)
    CA_RETURN_IF_ERROR(PruneScan(scans[i], reader, columns[i]));
  return {};
}

Result<void> ScanPruner::PruneScan(const ConditionedScan& scan, std::string_view reader,
                                   const std::set<std::string>& columns) {
  const auto known = inputs_.find(InputOf(scan.scan->name));
  if (known == inputs_.end()) return {};  // a temporary view, an output, a log
  Input& input = *known->second;
  const std::vector<std::string>* files = FilesOf(scan.scan->name);
  CA_CHECK(files != nullptr, "scans name an input or one of its files");
  ScanSignals signals{.files = input.given.files.size(),
                      .judged_conditions = static_cast<size_t>(
                          std::ranges::count_if(scan.conditions, IsJudgedByStatistics)),
                      .has_collation = has_collation_,
                      .requires_lineage = input.given.requires_lineage};
  if (NeedsLog(signals, defaults_)) {
    CA_RETURN_IF_ERROR(LoadLog(input));
    signals.rows = input.rows;
    signals.filters_partition = input.IsPartitioned(scan.conditions);
  }
  const ScanDecision decision = DecideScan(signals, defaults_);
  std::vector<std::string> kept;
  for (const std::string& path : *files) {
    const storage::FileStatistics* statistics =
        decision.policy.file_pruning ? input.Statistics(path) : nullptr;
    if (statistics == nullptr || AllMatch(scan.conditions, *statistics)) kept.push_back(path);
  }
  ScanUnit& unit =
      units_[fmt::format("{}\n{}\n{}", reader, known->first, ConditionsText(scan.conditions))];
  unit.reader = reader;
  unit.dataset = known->first;
  unit.protocol = input.given.protocol;
  if (input.snapshot) {
    unit.version = input.snapshot->version();
    const storage::Protocol& asked = input.snapshot->protocol();
    unit.protocol = {asked.min_reader, asked.min_writer};
  }
  unit.conditions = scan.conditions;
  unit.columns.insert(columns.begin(), columns.end());
  unit.candidates.insert(kept.begin(), kept.end());
  std::ranges::copy_if(*files, std::inserter(unit.pruned, unit.pruned.end()),
                       [&](const std::string& path) { return !unit.candidates.contains(path); });
  unit.table_rows = signals.rows;
  unit.signals = signals;
  unit.decision = decision;
  if (kept.size() == files->size()) return {};
  scan.scan->name = fmt::format("{}{}kept {}", known->first, kPartSeparator, files_.size());
  files_[scan.scan->name] = std::move(kept);
  return {};
}

std::vector<ScanUnit> ScanPruner::Units() const {
  std::vector<ScanUnit> units;
  units.reserve(units_.size());
  for (const auto& [key, unit] : units_) units.push_back(unit);
  return units;
}

}  // namespace codeanatomy::engine
