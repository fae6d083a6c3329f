#include "semantics/emit/explain.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace codeanatomy::semantics {
namespace {

using Json = nlohmann::json;

std::string RuleText(SemanticRule rule) {
  return fmt::format("{} {}", static_cast<int>(rule) + 1,
                     kSemanticRules[static_cast<size_t>(rule)].name);
}

std::string KeysText(const JoinInference& join) {
  std::string text;
  for (const spec::JoinKey& key : join.keys)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key.left_key, key.right_key);
  return text;
}

std::string_view Level(const JoinInference& join) { return join.is_high() ? "high" : "low"; }

void AppendView(const View& view, const Model& model, std::string& text) {
  const ViewKindInfo& kind = InfoOf(view.kind);
  const InferredProperties& inferred = view.inferred;
  text += fmt::format("\n{}\n  kind      {}, tier {}, {}\n", view.name, kind.name, kind.tier,
                      spec::TransformName(view.transform));
  const std::string_view place = model.PlaceOf(view.declaration);
  text += fmt::format("  made by   {}{}{}\n", view.declaration, place.empty() ? "" : " at ", place);
  for (SemanticRule rule : view.rules) {
    text += fmt::format("  rule      {}: {}\n", RuleText(rule),
                        kSemanticRules[static_cast<size_t>(rule)].does);
  }
  if (!view.why.empty()) text += fmt::format("  why       {}\n", view.why);
  if (inferred.join.strategy != JoinStrategy::kNone) {
    text += fmt::format("  join      {} on {}, confidence {} ({}{}{})\n",
                        kJoinStrategyNames[static_cast<size_t>(inferred.join.strategy)],
                        KeysText(inferred.join), inferred.join.confidence_score,
                        Level(inferred.join), inferred.join.fallback_reason.empty() ? "" : ": ",
                        inferred.join.fallback_reason);
  }
  text +=
      fmt::format("  rows      {}, {} with {} readers", inferred.table_type,
                  kGraphPositionNames[static_cast<size_t>(inferred.position)], inferred.consumers);
  if (inferred.cache != CacheHint::kNone) {
    text += fmt::format(", cache {} ({})", kCacheHintNames[static_cast<size_t>(inferred.cache)],
                        inferred.cache_confidence);
  }
  text += "\n";
}

Json JoinJson(const JoinInference& join) {
  if (join.strategy == JoinStrategy::kNone) return nullptr;
  Json keys = Json::array();
  for (const spec::JoinKey& key : join.keys) keys.push_back({key.left_key, key.right_key});
  return {{"decision_type", "join_strategy"},
          {"decision_value", kJoinStrategyNames[static_cast<size_t>(join.strategy)]},
          {"confidence_score", join.confidence_score},
          {"confidence", Level(join)},
          {"evidence_sources", join.evidence_sources},
          {"fallback_reason",
           join.fallback_reason.empty() ? Json(nullptr) : Json(join.fallback_reason)},
          {"keys", keys}};
}

Json ViewJson(const View& view, const Model& model) {
  Json rules = Json::array(), columns = Json::object();
  for (SemanticRule rule : view.rules) rules.push_back(RuleText(rule));
  for (const expr::Field& field : view.schema.fields) columns[field.name] = field.type.ToString();
  const std::string_view place = model.PlaceOf(view.declaration);
  return {{"name", view.name},
          {"kind", InfoOf(view.kind).name},
          {"tier", InfoOf(view.kind).tier},
          {"transform", spec::TransformName(view.transform)},
          {"inputs", spec::TransformSources(view.transform)},
          {"declaration", view.declaration},
          {"declared_at", place.empty() ? Json(nullptr) : Json(place)},
          {"rules", rules},
          {"why", view.why},
          {"columns", columns},
          {"table_type", view.inferred.table_type},
          {"join", JoinJson(view.inferred.join)},
          {"position", kGraphPositionNames[static_cast<size_t>(view.inferred.position)]},
          {"consumers", view.inferred.consumers},
          {"cache", kCacheHintNames[static_cast<size_t>(view.inferred.cache)]},
          {"cache_confidence", view.inferred.cache_confidence}};
}

}  // namespace

std::string ExplainText(const Compilation& compilation, const Model& model) {
  std::string text = fmt::format("spec   {}\nmodel  {}\nir     {}\n{} views\n",
                                 spec::SpecHash(compilation.spec), compilation.model_fingerprint,
                                 compilation.ir_fingerprint, compilation.views.size());
  for (const View& view : compilation.views) AppendView(view, model, text);
  return text;
}

std::string ExplainJson(const Compilation& compilation, const Model& model) {
  Json views = Json::array();
  for (const View& view : compilation.views) views.push_back(ViewJson(view, model));
  const Json all = {{"spec_hash", spec::SpecHash(compilation.spec)},
                    {"model_fingerprint", compilation.model_fingerprint},
                    {"ir_fingerprint", compilation.ir_fingerprint},
                    {"views", views}};
  return all.dump(2) + "\n";
}

}  // namespace codeanatomy::semantics
