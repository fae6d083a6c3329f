#include "engine/rules/rule_pack.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "catalog/graph.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kClassNames[] = {"SemanticIntegrity", "DeltaScanAware", "CostShape",
                                            "Safety"};

bool IsActive(spec::RulepackProfile profile, spec::RuleClass rule_class) {
  const bool safety = rule_class == spec::RuleClass::kSafety;
  switch (profile) {
    case spec::RulepackProfile::kDefault:
      return !safety;
    case spec::RulepackProfile::kLowLatency:
      return safety || rule_class == spec::RuleClass::kSemanticIntegrity;
    case spec::RulepackProfile::kStrict:
    case spec::RulepackProfile::kReplay:
      return true;
  }
  return true;
}

const EngineRuleInfo* FindRule(std::string_view name) {
  const auto at = std::ranges::find(kEngineRules, name, &EngineRuleInfo::name);
  return at == kEngineRules.end() ? nullptr : &*at;
}

Result<const EngineRuleInfo*> RuleOf(const spec::RuleIntent& intent) {
  const std::string_view name = kClassNames[static_cast<size_t>(intent.rule_class)];
  for (const EngineRuleInfo& rule : kEngineRules) {
    if (rule.intent == intent.name && rule.intent_class == name) return &rule;
  }
  return Error(ErrorCode::kInvalidPlan,
               fmt::format("no rule answers to the intent {} of class {}", intent.name, name),
               intent.name, "catalog/engine_rule.h lists the intents");
}

void AddPrefixed(Sha256& hash, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  const char prefix[4] = {static_cast<char>(size & 0xff), static_cast<char>(size >> 8 & 0xff),
                          static_cast<char>(size >> 16 & 0xff), static_cast<char>(size >> 24)};
  hash.Update(std::string_view(prefix, 4)).Update(text);
}

std::string Fingerprint(const std::vector<Rule>& rules) {
  Sha256 hash;
  for (const Rule& rule : rules) {
    AddPrefixed(hash, kEngineRuleKindNames[static_cast<size_t>(rule.info->kind)]);
    AddPrefixed(hash, rule.info->name);
    AddPrefixed(hash, rule.params);
  }
  for (const ConfidenceRow& row : kConfidenceRows) {
    AddPrefixed(hash,
                fmt::format("{}|{}|{}|{}|{}|{}|{}|{}", row.relation, row.method, row.tier, row.none,
                            row.support, row.weak_dissent, row.strong_dissent, row.calibrated));
  }
  return Hex(hash.Finish());
}

/// The overlay's order within a kind: listed rules by priority, then the others by name.
void Prioritize(std::vector<Rule>& rules, const spec::RuleOverlay& overlay) {
  const auto rank = [&](const Rule& rule) {
    const auto at = std::ranges::find(overlay.priority_overrides, rule.info->name,
                                      &spec::PriorityOverride::rule_name);
    const bool listed = at != overlay.priority_overrides.end();
    return std::tuple(rule.info->kind, !listed, listed ? at->priority : 0, rule.info->name);
  };
  std::ranges::sort(rules, [&](const Rule& a, const Rule& b) { return rank(a) < rank(b); });
}

Result<void> CheckOverlay(const spec::RuleOverlay& overlay) {
  std::set<std::string> named(overlay.exclude_rules.begin(), overlay.exclude_rules.end());
  for (const spec::PriorityOverride& entry : overlay.priority_overrides)
    named.insert(entry.rule_name);
  for (const std::string& name : named) {
    if (FindRule(name) != nullptr) continue;
    return Error(ErrorCode::kInvalidPlan,
                 fmt::format("rule_overlay names the unknown rule {}", name), name,
                 "catalog/engine_rule.h lists the rules");
  }
  return {};
}

}  // namespace

Result<RulePack> MakeRulePack(const spec::Spec& spec) {
  std::vector<spec::RuleIntent> intents = spec.rule_intents;
  if (spec.rule_overlay) {
    CA_RETURN_IF_ERROR(CheckOverlay(*spec.rule_overlay));
    intents.insert(intents.end(), spec.rule_overlay->additional_intents.begin(),
                   spec.rule_overlay->additional_intents.end());
  }
  RulePack pack;
  std::set<const EngineRuleInfo*> taken;
  for (const EngineRuleInfo& rule : kEngineRules) {
    if (rule.intent.empty()) taken.insert(&rule), pack.rules.push_back({&rule, "{}"});
  }
  for (const spec::RuleIntent& intent : intents) {
    CA_ASSIGN_OR_RETURN(const EngineRuleInfo* rule, RuleOf(intent));
    if (!IsActive(spec.rulepack_profile, intent.rule_class) || !taken.insert(rule).second) continue;
    pack.rules.push_back({rule, intent.params});
  }
  std::ranges::stable_sort(pack.rules, {}, [](const Rule& rule) { return rule.info->kind; });
  if (spec.rule_overlay) {
    std::erase_if(pack.rules, [&](const Rule& rule) {
      return std::ranges::find(spec.rule_overlay->exclude_rules, rule.info->name) !=
             spec.rule_overlay->exclude_rules.end();
    });
    Prioritize(pack.rules, *spec.rule_overlay);
    pack.explain_per_rule = spec.rule_overlay->explain_per_rule;
  }
  pack.fingerprint = Fingerprint(pack.rules);
  return pack;
}

}  // namespace codeanatomy::engine
