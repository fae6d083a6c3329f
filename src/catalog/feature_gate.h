// FeatureGateInfo: a feature that a session may be without, declared once. A gate decides whether
// something is offered or refused, or how it is read, never which rows a build publishes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace codeanatomy {

enum class FeatureGate : uint8_t {
  kDeltaCdf,
  kExprPlanners,
  kFunctionFactory,
  kInputPlugins,
  kMetadataCache,
  kSchemaEvolutionAdapter,
  kStatisticsCollection
};

struct FeatureGateInfo {
  std::string_view name;
  bool is_on = false;  // by default
  std::string_view meaning;
};

/// In the order of FeatureGate.
inline constexpr auto kFeatureGates = std::to_array<FeatureGateInfo>({
    {"delta_cdf", false, "specs may read the changes of their inputs (IncrementalCdf)"},
    {"expr_planners", true, "statements may use ->>, @> and <@ on structs, maps and lists"},
    {"function_factory", true, "requests of the embedding interface may define functions"},
    {"input_plugins", true,
     "quoted names with a known prefix are relations: \"codeanatomy.<table>@<version>\""},
    {"metadata_cache", true, "the engine keeps footers and blocks of files that it has read"},
    {"schema_evolution_adapter", true,
     "files older than their table's schema are read: null for columns they lack, wider types"},
    {"statistics_collection", true,
     "rows that the build before has counted are the costs of a plan; else they are unknown"},
});

}  // namespace codeanatomy
