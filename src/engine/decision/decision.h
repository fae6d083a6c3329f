// DecisionRecord: one decision of the compiler or the planner, why it was taken, and on which
// others it rests. The records of a run are a graph: parents stand before their children.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "catalog/decision.h"

namespace codeanatomy::engine {

struct DecisionEvidence {
  std::string source, key, value;  // "plan", "scans", "3"
};

struct DecisionRecord {
  std::string decision_id;  // of domain, type and context: the same in every run of one plan
  DecisionDomain domain = DecisionDomain::kScheduling;
  std::string type, value;
  double confidence = 1;  // 1: it follows by itself; less: a rule of thumb decides
  std::vector<DecisionEvidence> evidence;
  std::vector<std::string> parent_ids;
  std::string fallback_reason;      // empty: nothing was lacking
  std::string outcome = "planned";  // what came of it, once the plan has run
  std::string context_label;        // "view calls", "output cpg_edges", "plan"
};

/// 16 hex digits.
std::string DecisionId(DecisionDomain domain, std::string_view type, std::string_view context);

/// A record with its id.
DecisionRecord MakeDecision(DecisionDomain domain, std::string_view type, std::string value,
                            std::string context);

/// Objects with the members above; `fallback_reason` is null where it is empty.
nlohmann::json DecisionsJson(const std::vector<DecisionRecord>& decisions);

}  // namespace codeanatomy::engine
