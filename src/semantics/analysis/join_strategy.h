// InferJoin: by which columns two relations are joined when a declaration does not say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spec/transform.h"

namespace codeanatomy::semantics {

struct Capabilities;

enum class JoinStrategy : uint8_t {
  kNone,
  kSpanOverlap,
  kSpanContains,
  kForeignKey,
  kSymbolMatch,
  kEquiJoin,
  kDeclared,
};
inline constexpr std::string_view kJoinStrategyNames[] = {
    "none",         "span_overlap", "span_contains", "foreign_key",
    "symbol_match", "equi_join",    "declared"};

/// The decision and how sure it is. At 0.8 and above a confidence is high; below, the reason says
/// what is missing.
struct JoinInference {
  JoinStrategy strategy = JoinStrategy::kNone;
  std::vector<spec::JoinKey> keys;
  double confidence_score = 0;
  std::vector<std::string> evidence_sources;  // the columns that decided
  std::string fallback_reason;                // weak_schema_evidence, or empty
  bool is_high() const { return confidence_score >= 0.8; }
};

struct JoinQuestion {
  const Capabilities& left;
  const Capabilities& right;
  std::vector<spec::JoinKey>
      equalities;         // that hard predicates state between columns of both sides
  std::string_view hint;  // strategy to try first; the only way to span_contains
};

/// The first strategy that fits, in the order span_overlap, foreign_key, symbol_match, equi_join; a
/// hint goes first. Spans alone never join: a strategy of spans needs an equality beside path.
/// Errors JoinEdgeDerivationFailed: nothing fits, or the hint does not, or names no strategy.
Result<JoinInference> InferJoin(const JoinQuestion& question);

}  // namespace codeanatomy::semantics
