// Spec: the SemanticExecutionSpec, version 4. The only contract between semantic compilation and
// the engine; an immutable value with one canonical form and one hash.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "spec/runtime_config.h"
#include "spec/transform.h"

namespace codeanatomy::spec {

inline constexpr int64_t kSpecVersion = 4;

struct InputRelation {
  std::string logical_name, delta_location;
  bool requires_lineage = false;              // adds the source-file column to the scan
  std::optional<std::string> content_digest;  // pin by content, 64 hex digits
  std::optional<int64_t> version_pin;         // pin by Delta version
};

struct ViewDefinition {
  std::string name, view_kind;
  std::vector<std::string> view_dependencies;  // views only, never inputs
  Transform transform;
  std::map<std::string, expr::Type> output_columns;  // a contract; empty: none
};

struct JoinEdge {
  std::string left_relation, right_relation;
  JoinType join_type = JoinType::kInner;
  std::vector<std::string> left_keys, right_keys;
};
struct JoinConstraint {
  std::string name, constraint_type;
  std::vector<std::string> relations, columns;
};
struct JoinGraph {
  std::vector<JoinEdge> edges;
  std::vector<JoinConstraint> constraints;
};

enum class MaterializationMode : uint8_t { kAppend, kOverwrite, kReplaceByFile };

struct OutputTarget {
  std::string table_name;
  std::optional<std::string> delta_location;  // absent: table_name
  std::string source_view;
  std::vector<std::string> columns;  // empty: all
  MaterializationMode materialization_mode = MaterializationMode::kOverwrite;
  std::vector<std::string> partition_by;
  TextMap write_metadata;
  std::optional<int64_t> max_commit_retries;
};

struct PlaceholderPos {
  int64_t position = 0;
};
struct FilterEq {
  std::optional<std::string> base_table;
  std::string filter_column;
};
struct TypedParameter {
  std::optional<std::string> label;
  std::variant<PlaceholderPos, FilterEq> target;
  expr::Type type;
  expr::Literal value;  // null for the value type Null
};

struct Spec {
  int64_t version = kSpecVersion;
  std::vector<InputRelation> input_relations;
  std::vector<ViewDefinition> view_definitions;
  JoinGraph join_graph;
  std::vector<OutputTarget> output_targets;
  std::vector<RuleIntent> rule_intents;
  RulepackProfile rulepack_profile = RulepackProfile::kDefault;
  std::vector<TypedParameter> typed_parameters;
  RuntimeConfig runtime;
  std::optional<RuleOverlay> rule_overlay;
  std::optional<RuntimeProfile> runtime_profile;
  std::optional<CachePolicy> cache_policy;
  std::optional<MaintenanceSchedule> maintenance;

  const ViewDefinition* FindView(std::string_view name) const;
  const InputRelation* FindInput(std::string_view name) const;
};

/// Strict decode: unknown, missing, repeated and mistyped members are refused with their JSON path.
/// Errors InvalidSpecJson, SpecVersionUnsupported, SpecMissingViewDefinitions,
///        SpecMissingOutputTargets, in this order.
Result<Spec> ParseSpec(std::string_view json);

/// The canonical form: every default written out, members sorted by bytes, no whitespace. It is
/// what `spec.json` of a run bundle holds, byte for byte.
std::string CanonicalJson(const Spec& spec);

/// SHA-256 of the canonical form, 64 hex digits.
std::string SpecHash(const Spec& spec);

}  // namespace codeanatomy::spec
