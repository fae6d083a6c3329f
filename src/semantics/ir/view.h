// View: a relation that the semantic compiler knows and no engine has seen yet. Compilation turns
// declarations into views, analysis adds what can be inferred about them, emission prunes and
// orders them into a spec.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/view_kind.h"
#include "expr/type.h"
#include "semantics/analysis/join_strategy.h"
#include "spec/transform.h"

namespace codeanatomy::semantics {

/// Which list of properties a view belongs to, if any.
enum class PropertyRole : uint8_t { kNone, kStored, kSession };

/// Where a view stands in the graph of views, and what follows for its rows.
enum class GraphPosition : uint8_t { kIntermediate, kSource, kTerminal, kHighFanOut };
inline constexpr std::string_view kGraphPositionNames[] = {"intermediate", "source", "terminal",
                                                           "high_fan_out"};
enum class CacheHint : uint8_t { kNone, kEager, kLazy };
inline constexpr std::string_view kCacheHintNames[] = {"none", "eager", "lazy"};

/// What analysis found out.
struct InferredProperties {
  std::string table_type;  // RELATION, ENTITY, EVIDENCE, SYMBOL_SOURCE, RAW
  JoinInference join;      // of a join; strategy kNone elsewhere
  GraphPosition position = GraphPosition::kIntermediate;
  size_t consumers = 0;
  CacheHint cache = CacheHint::kNone;
  double cache_confidence = 0;
};

struct View {
  std::string name;
  ViewKind kind = ViewKind::kProjection;
  spec::Transform transform;
  std::string declaration;  // that made it: "entity cst_ref", "provider rel_ref_decl/native"
  std::vector<SemanticRule> rules;  // by which
  std::string why;                  // in words, where the rules do not say it
  PropertyRole property = PropertyRole::kNone;
  expr::Schema schema = {};  // after analysis
  InferredProperties inferred = {};
};

}  // namespace codeanatomy::semantics
