// ComplianceJson: the evidence of how a run was planned, for those who must show it later. Taken
// only where it is asked for: the engine explains every statement.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "driver/run/compliance_retention.h"
#include "engine/execute/execute_spec.h"

namespace codeanatomy::driver {

/// Whether the environment asks for the engine's explanations: CODEANATOMY_ENABLE_ENGINE_EXPLAIN=1
/// or CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE=1. Off by default.
bool WantsExplain();

/// {explain_traces, rule_impact, lab_traces, pushdown_probes, pushdown_contract_reports,
/// config_snapshot, rulepack_snapshot, retention}. Empty
/// where nothing was captured. `lab_traces` are plan digests after each rule, where the spec has
/// capture_optimizer_lab.
std::string ComplianceJson(const engine::ExecutionReport& report, const spec::Spec& spec,
                           const engine::Settings& settings, const ComplianceRetention& retention);

/// The captured statements in the order of the schedule, each below a comment that says what it
/// makes; empty where nothing was captured.
std::string StatementsSql(const engine::ExecutionReport& report);

}  // namespace codeanatomy::driver
