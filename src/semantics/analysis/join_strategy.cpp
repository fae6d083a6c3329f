#include "semantics/analysis/join_strategy.h"

#include <algorithm>
#include <optional>

#include "semantics/analysis/column_class.h"

namespace codeanatomy::semantics {
namespace {

/// File identity under one name on both sides: the keys of a relationship that declares none.
std::vector<spec::JoinKey> SharedFileIdentity(const Capabilities& left, const Capabilities& right) {
  std::vector<spec::JoinKey> keys;
  for (std::string_view name : left.file_identity) {
    if (std::ranges::find(right.file_identity, name) != right.file_identity.end())
      keys.push_back({std::string(name), std::string(name)});
  }
  return keys;
}

constexpr double kConfidence[] = {0, 0.95, 0.95, 0.85, 0.75, 0.60, 1.0};

JoinInference Made(JoinStrategy strategy, std::vector<spec::JoinKey> keys) {
  JoinInference made{.strategy = strategy, .keys = std::move(keys)};
  made.confidence_score = kConfidence[static_cast<size_t>(strategy)];
  for (const spec::JoinKey& key : made.keys) {
    made.evidence_sources.push_back("left." + key.left_key);
    made.evidence_sources.push_back("right." + key.right_key);
  }
  if (!made.is_high()) made.fallback_reason = "weak_schema_evidence";
  return made;
}

/// Path, and the equalities that predicates state beside it.
std::optional<JoinInference> BySpans(const JoinQuestion& q, JoinStrategy strategy) {
  if (!q.left.has_spans() || !q.right.has_spans()) return std::nullopt;
  std::vector<spec::JoinKey> keys = SharedFileIdentity(q.left, q.right);
  if (keys.empty() || q.equalities.empty()) return std::nullopt;
  for (const spec::JoinKey& key : q.equalities) keys.push_back(key);
  return Made(strategy, std::move(keys));
}

std::optional<JoinInference> ByForeignKey(const JoinQuestion& q) {
  if (!q.left.foreign_keys.empty() && !q.right.entity_id.empty()) {
    return Made(JoinStrategy::kForeignKey,
                {{std::string(q.left.foreign_keys[0]), std::string(q.right.entity_id)}});
  }
  if (!q.right.foreign_keys.empty() && !q.left.entity_id.empty()) {
    return Made(JoinStrategy::kForeignKey,
                {{std::string(q.left.entity_id), std::string(q.right.foreign_keys[0])}});
  }
  return std::nullopt;
}

std::optional<JoinInference> BySymbol(const JoinQuestion& q) {
  if (q.left.symbols.empty() || q.right.symbols.empty()) return std::nullopt;
  return Made(JoinStrategy::kSymbolMatch,
              {{std::string(q.left.symbols[0]), std::string(q.right.symbols[0])}});
}

std::optional<JoinInference> ByFile(const JoinQuestion& q) {
  std::vector<spec::JoinKey> keys = SharedFileIdentity(q.left, q.right);
  if (keys.empty()) return std::nullopt;
  for (const spec::JoinKey& key : q.equalities) keys.push_back(key);
  return Made(JoinStrategy::kEquiJoin, std::move(keys));
}

std::optional<JoinInference> Try(const JoinQuestion& q, JoinStrategy strategy) {
  switch (strategy) {
    case JoinStrategy::kSpanOverlap:
    case JoinStrategy::kSpanContains:
      return BySpans(q, strategy);
    case JoinStrategy::kForeignKey:
      return ByForeignKey(q);
    case JoinStrategy::kSymbolMatch:
      return BySymbol(q);
    case JoinStrategy::kEquiJoin:
      return ByFile(q);
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<JoinInference> InferJoin(const JoinQuestion& question) {
  const auto failed = [](std::string why) {
    return Error(ErrorCode::kJoinEdgeDerivationFailed, std::move(why), "",
                 "declare keys = [\"left=right\"]");
  };
  if (!question.hint.empty()) {
    const auto at = std::ranges::find(kJoinStrategyNames, question.hint);
    const auto strategy = static_cast<JoinStrategy>(at - std::begin(kJoinStrategyNames));
    if (at == std::end(kJoinStrategyNames) || strategy == JoinStrategy::kNone ||
        strategy == JoinStrategy::kDeclared) {
      return failed("no join strategy is called " + std::string(question.hint));
    }
    if (auto made = Try(question, strategy)) return *std::move(made);
    return failed("the columns do not allow the join strategy " + std::string(question.hint));
  }
  for (JoinStrategy strategy : {JoinStrategy::kSpanOverlap, JoinStrategy::kForeignKey,
                                JoinStrategy::kSymbolMatch, JoinStrategy::kEquiJoin}) {
    if (auto made = Try(question, strategy)) return *std::move(made);
  }
  return failed("no join key follows from the columns of both sides");
}

}  // namespace codeanatomy::semantics
