#include "driver/run/compliance_artifact.h"

#include <cstdlib>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "expr/expr_text.h"

namespace codeanatomy::driver {
namespace {

using Json = nlohmann::json;

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && std::string_view(value) == "1";
}

/// [{"name", "type"}]
Json SchemaJson(const expr::Schema& schema) {
  Json columns = Json::array();
  for (const expr::Field& field : schema.fields)
    columns.push_back({{"name", field.name}, {"type", field.type.ToString()}});
  return columns;
}

/// Operators in the order of the plan, with the rows that the engine expects of each.
Json StatisticsJson(const std::vector<engine::EngineOperator>& operators) {
  Json rows = Json::array();
  for (const engine::EngineOperator& one : operators) {
    Json entry{{"operator", one.name}, {"depth", one.depth}};
    if (one.estimated_rows) entry["estimated_rows"] = *one.estimated_rows;
    rows.push_back(std::move(entry));
  }
  return rows;
}

/// Predicates as the plan has them and where the engine's plan has their columns in filters.
Json ProbesJson(const std::vector<engine::PushdownProbe>& probes) {
  Json rows = Json::array();
  for (const engine::PushdownProbe& probe : probes) {
    rows.push_back({{"reader", probe.reader},
                    {"dataset_name", probe.dataset},
                    {"predicate", expr::ToText(probe.predicate)},
                    {"status", engine::kPushdownStatusNames[static_cast<size_t>(probe.status)]},
                    {"engine_scan_filters", probe.scan_filters},
                    {"engine_row_filters", probe.row_filters}});
  }
  return rows;
}

/// How many predicates of each reader came to which assertion.
Json ContractReports(const std::vector<engine::PushdownProbe>& probes) {
  std::map<std::string, std::map<std::string, size_t>> readers;
  for (const engine::PushdownProbe& probe : probes) {
    const auto assertion = static_cast<size_t>(probe.assertion);
    ++readers[probe.reader][std::string(engine::kPushdownAssertionNames[assertion])];
  }
  Json rows = Json::array();
  for (const auto& [reader, assertions] : readers)
    rows.push_back({{"reader", reader}, {"assertions", assertions}});
  return rows;
}

Json RuleImpact(const engine::RuleReport& rules) {
  std::map<std::string, std::pair<size_t, size_t>> impact;  // plans touched, rewrites
  for (const engine::PassTrace& pass : rules.passes) {
    auto& [touched, rewrites] = impact[pass.rule];
    touched += pass.before != pass.after ? 1 : 0;
    rewrites += pass.rewrites;
  }
  Json rows = Json::array();
  for (const auto& [rule, counts] : impact) {
    rows.push_back({{"rule_name", rule},
                    {"plans_touched", counts.first},
                    {"rewrites_applied", counts.second}});
  }
  return rows;
}

}  // namespace

bool WantsExplain() {
  return IsSet("CODEANATOMY_ENABLE_ENGINE_EXPLAIN") ||
         IsSet("CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE");
}

std::string ComplianceJson(const engine::ExecutionReport& report, const spec::Spec& spec,
                           const engine::Settings& settings, const ComplianceRetention& retention) {
  if (report.explains.empty() && !spec.runtime.capture_optimizer_lab) return {};
  Json explains = Json::array(), lab = Json::array(), rules = Json::array();
  for (const engine::ExplainTrace& trace : report.explains) {
    Json entry{{"table_name", trace.table},
               {"part", trace.part},
               {"sql_text", trace.sql},
               {"plan_type", "physical_plan"},
               {"plan_text", trace.text}};
    if (trace.schema) entry["schema"] = SchemaJson(*trace.schema);
    if (trace.statistics) entry["statistics"] = StatisticsJson(*trace.statistics);
    explains.push_back(std::move(entry));
  }
  size_t ordinal = 0;
  for (const engine::PassTrace& pass : report.rules.passes) {
    rules.push_back(pass.rule);
    if (spec.runtime.capture_optimizer_lab)
      lab.push_back(
          {{"ordinal", ordinal++}, {"rule_name", pass.rule}, {"plan_digest", pass.after}});
  }
  Json config = Json::object();
  for (const auto& [name, value] : settings) config[name] = value;
  const Json document{
      {"explain_traces", std::move(explains)},
      {"rule_impact", RuleImpact(report.rules)},
      {"lab_traces", std::move(lab)},
      {"pushdown_probes", ProbesJson(report.pushdown)},
      {"pushdown_contract_reports", ContractReports(report.pushdown)},
      {"config_snapshot", std::move(config)},
      {"rulepack_snapshot",
       {{"fingerprint", report.rulepack_fingerprint}, {"passes", std::move(rules)}}},
      {"retention", RetentionJson(retention)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string StatementsSql(const engine::ExecutionReport& report) {
  std::string text;
  for (const engine::ExplainTrace& trace : report.explains) {
    text += fmt::format("-- {}{}{}\n{};\n", trace.table, trace.part.empty() ? "" : " ", trace.part,
                        trace.sql);
  }
  return text;
}

}  // namespace codeanatomy::driver
