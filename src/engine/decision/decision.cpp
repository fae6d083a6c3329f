#include "engine/decision/decision.h"

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "expr/json_reader.h"

namespace codeanatomy::engine {

std::string DecisionId(DecisionDomain domain, std::string_view type, std::string_view context) {
  const nlohmann::json identity = {InfoOf(domain).name, type, context};
  return Hex(Sha256::Of(expr::CanonicalText(identity))).substr(0, 16);
}

DecisionRecord MakeDecision(DecisionDomain domain, std::string_view type, std::string value,
                            std::string context) {
  DecisionRecord decision;
  decision.decision_id = DecisionId(domain, type, context);
  decision.domain = domain;
  decision.type = type;
  decision.value = std::move(value);
  decision.context_label = std::move(context);
  return decision;
}

nlohmann::json DecisionsJson(const std::vector<DecisionRecord>& decisions) {
  using Json = nlohmann::json;
  Json rows = Json::array();
  for (const DecisionRecord& decision : decisions) {
    Json evidence = Json::array();
    for (const DecisionEvidence& one : decision.evidence)
      evidence.push_back({{"source", one.source}, {"key", one.key}, {"value", one.value}});
    rows.push_back(
        {{"decision_id", decision.decision_id},
         {"domain", InfoOf(decision.domain).name},
         {"type", decision.type},
         {"value", decision.value},
         {"confidence", decision.confidence},
         {"evidence", std::move(evidence)},
         {"parent_ids", decision.parent_ids},
         {"fallback_reason",
          decision.fallback_reason.empty() ? Json(nullptr) : Json(decision.fallback_reason)},
         {"outcome", decision.outcome},
         {"context_label", decision.context_label}});
  }
  return rows;
}

}  // namespace codeanatomy::engine
