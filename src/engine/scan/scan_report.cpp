// Scan units for people and programs.
#include <fmt/format.h>

#include "engine/scan/scan_pruner.h"
#include "expr/expr_text.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using expr::Json;

Json Reasons(const ScanDecision& decision) {
  Json reasons = Json::array();
  for (const ScanSignal signal : decision.reasons) reasons.push_back(InfoOf(signal).name);
  return reasons;
}

/// A table that asks for more than the program can is refused where it is opened.
Json Verdict(const ScanUnit& unit) {
  if (!unit.protocol) return {{"compatible", true}, {"reason", "protocol_unavailable"}};
  return {{"compatible", true},
          {"reason", nullptr},
          {"min_reader_version", unit.protocol->min_reader},
          {"min_writer_version", unit.protocol->min_writer}};
}

Json UnitJson(const ScanUnit& unit, const std::string& root, bool with_candidates) {
  Json conditions = Json::array();
  for (const expr::Expr& condition : unit.conditions) conditions.push_back(expr::Write(condition));
  const ScanPolicy& policy = unit.decision.policy;
  Json json{{"reader", unit.reader},
            {"dataset_name", unit.dataset},
            {"scan_key", unit.Key()},
            {"total_files", unit.file_count()},
            {"pruned_files", unit.pruned.size()},
            {"candidate_file_count", unit.candidates.size()},
            {"pushed_filters", std::move(conditions)},
            {"projected_columns", unit.columns},
            {"protocol", Verdict(unit)},
            {"scan_config", Json::parse(unit.ConfigJson())},
            {"scan_config_hash", unit.ConfigHash()},
            {"policy",
             {{"file_pruning", policy.file_pruning},
              {"file_column", policy.file_column ? Json(*policy.file_column) : Json(nullptr)}}},
            {"reasons", Reasons(unit.decision)},
            {"confidence", unit.decision.confidence},
            {"signals",
             {{"files", unit.signals.files},
              {"judged_conditions", unit.signals.judged_conditions},
              {"selectivity", unit.signals.selectivity()}}}};
  if (unit.version) json["version"] = *unit.version;
  if (unit.table_rows) json["signals"]["rows"] = *unit.table_rows;
  if (unit.row_groups) {
    json["row_groups_total"] = unit.row_groups->total;
    json["row_groups_pruned"] = unit.row_groups->pruned;
    json["candidate_rows"] = unit.row_groups->candidate_rows;
  }
  if (!with_candidates) return json;
  Json& candidates = json["candidate_files"] = Json::array();
  for (const std::string& path : unit.candidates) {
    const bool is_below = path.starts_with(root + "/");
    candidates.push_back(is_below ? path.substr(root.size() + 1) : path);
  }
  return json;
}

std::string Joined(const std::vector<expr::Expr>& conditions) {
  std::string text;
  for (const expr::Expr& condition : conditions)
    text += (text.empty() ? "" : " and ") + expr::ToText(condition);
  return text;
}

}  // namespace

std::string ScanUnitsJson(const std::vector<ScanUnit>& units, const std::string& root,
                          bool with_candidates) {
  Json array = Json::array();
  for (const ScanUnit& unit : units) array.push_back(UnitJson(unit, root, with_candidates));
  return array.dump(2);
}

std::string ScanUnitsText(const std::vector<ScanUnit>& units) {
  std::string text = fmt::format("{:<28} {:<26} {:>7} {:>7} {:>8} {:>8} {:>10}  {}\n", "reader",
                                 "scans", "files", "pruned", "groups", "pruned", "rows", "because");
  for (const ScanUnit& unit : units) {
    const auto number = [&](uint64_t RowGroupCounts::*member) {
      return unit.row_groups ? fmt::format("{}", (*unit.row_groups).*member) : std::string();
    };
    std::string because;
    for (const ScanSignal signal : unit.decision.reasons)
      because += fmt::format("{}{}", because.empty() ? "" : ", ", InfoOf(signal).name);
    if (!unit.conditions.empty())
      because += fmt::format("{}{}", because.empty() ? "" : ": ", Joined(unit.conditions));
    text += fmt::format("{:<28} {:<26} {:>7} {:>7} {:>8} {:>8} {:>10}  {}\n", unit.reader,
                        unit.dataset, unit.file_count(), unit.pruned.size(),
                        number(&RowGroupCounts::total), number(&RowGroupCounts::pruned),
                        number(&RowGroupCounts::candidate_rows), because);
  }
  return text;
}

}  // namespace codeanatomy::engine
