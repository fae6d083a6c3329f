#include "driver/build/compile_decisions.h"

#include <map>
#include <string>

#include <fmt/format.h>

namespace codeanatomy::driver {
namespace {

engine::DecisionRecord KeysDecision(const semantics::View& view, const std::string& context) {
  const semantics::JoinInference& join = view.inferred.join;
  std::string keys;
  for (const spec::JoinKey& key : join.keys)
    keys += fmt::format("{}{} = {}", keys.empty() ? "" : ", ", key.left_key, key.right_key);
  engine::DecisionRecord decision = engine::MakeDecision(
      DecisionDomain::kJoinStrategy, "keys",
      std::string(semantics::kJoinStrategyNames[static_cast<size_t>(join.strategy)]), context);
  decision.confidence = join.confidence_score;
  decision.fallback_reason = join.fallback_reason;
  decision.evidence = {{"declaration", "view", view.declaration}, {"compiler", "keys", keys}};
  for (const std::string& column : join.evidence_sources)
    decision.evidence.push_back({"schema", "column", column});
  return decision;
}

}  // namespace

std::vector<engine::DecisionRecord> WithCompilerDecisions(
    const std::vector<semantics::View>& views, std::vector<engine::DecisionRecord> planned) {
  std::map<std::string, engine::DecisionRecord*> joins;  // of the planner, by context
  for (engine::DecisionRecord& decision : planned) {
    if (decision.domain == DecisionDomain::kJoinStrategy) joins[decision.context_label] = &decision;
  }
  std::vector<engine::DecisionRecord> decisions;
  for (const semantics::View& view : views) {
    if (view.inferred.join.strategy == semantics::JoinStrategy::kNone) continue;
    const std::string context = "view " + view.name;
    const auto join = joins.find(context);
    if (join == joins.end()) continue;
    decisions.push_back(KeysDecision(view, context));
    decisions.back().outcome = join->second->outcome;
    join->second->parent_ids.push_back(decisions.back().decision_id);
  }
  decisions.insert(decisions.end(), std::make_move_iterator(planned.begin()),
                   std::make_move_iterator(planned.end()));
  return decisions;
}

}  // namespace codeanatomy::driver
