// The graph mapping as data: which rows of which relations become nodes, edges and properties. The
// semantic compiler turns these records into the views of the default spec; nothing of the graph is
// built outside of them. Expressions are in the notation of expr/expr_text.h, over the columns of
// the source; `derived_id(KIND, owner, …)` is a derived node id (docs/formats/ids.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "catalog/edge_kind.h"
#include "catalog/view_kind.h"

namespace codeanatomy {

struct ColumnRule {
  std::string_view name, expr;
};

struct AggregateRule {
  std::string_view function, column, alias;
};

enum class ViewOp : uint8_t { kProject, kInnerJoin, kLeftJoin, kUnion, kAggregate, kRank };

/// A relation that is more than a projection of one table: on the way to the graph, or offered to
/// sessions by its name.
struct ViewRule {
  std::string_view name;
  ViewOp op;
  std::string_view left;                // the source; of a union all sources, separated by commas
  std::string_view right;               // of a join
  std::string_view keys;                // of a join: "left=right,…"
  std::string_view where;               // over the source; of a join over the pairs (l., r.)
  std::span<const ColumnRule> columns;  // of a projection (none: all), and of joined pairs (l., r.)
  std::string_view group_by;            // of an aggregate or rank, separated by commas
  std::span<const AggregateRule> aggregates;
  std::string_view order_by = {};     // of a rank: columns, each with ` desc` if so
  int64_t keep = 0;                   // of a rank; 0: all
  std::optional<ViewKind> kind = {};  // absent: what the operation says
  std::string_view summary = {};      // one line, of a view that sessions offer
};

/// Rows of `source` as nodes; columns of cpg_nodes that the rule leaves out are null.
struct NodeRule {
  std::string_view view;
  std::string_view labels;  // of its nodes, for the reference page
  std::string_view source, where;
  std::span<const ColumnRule> columns;
};

/// Rows of `source` as edges of syntax and flow: origin native, tier proved, confidence 1. Columns
/// left out are null. Derived ones are part of the session's relation only.
struct EdgeRule {
  std::string_view view;
  EdgeKind kind;
  std::string_view source, where;
  std::span<const ColumnRule> columns;
  bool is_derived = false;
};

/// How many rows of a relation remain: all, the best of each source, or of each source and ordinal.
enum class Cardinality : uint8_t { kAll, kBestPerSource, kBestPerSourceOrdinal };
inline constexpr std::string_view kCardinalityNames[] = {"all", "best_per_source",
                                                         "best_per_source_ordinal"};

/// Where evidence about relations comes from (catalog/evidence_source.def).
struct EvidenceSource {
  std::string_view name;
  int32_t bit;   // in the masks witnesses and dissenters
  int32_t rank;  // 1 wins a tie
  bool is_strong;
};
inline constexpr auto kEvidenceSources = std::to_array<EvidenceSource>({
#define CA_EVIDENCE_SOURCE(Name, text, bit, rank, strong) {text, bit, rank, strong},
#include "catalog/evidence_source.def"
});

/// Something that speaks for a pair: 1 where `expr` holds, else 0; `score` adds weight times that.
struct FeatureRule {
  std::string_view name;
  double weight;
  std::string_view expr;
};

/// A proposer knows the target and may create a row; a witness may only agree or disagree.
enum class ProviderRole : uint8_t { kProposer, kWitness };
inline constexpr std::string_view kProviderRoleNames[] = {"proposer", "witness"};

/// What one source knows about a relation: rows of `source`, or pairs of `source` and `right`.
/// Expressions name columns of the source, of pairs `l.x` and `r.x`.
struct ProviderRule {
  std::string_view source, where;
  std::string_view origin;      // name of the evidence source
  std::string_view method;      // expression: the resolution method
  std::string_view candidates;  // expression: how many targets the left entity has, if known
  std::span<const ColumnRule>
      columns;  // src, dst (a witness instead: name), label, ordinal, file_id
  ProviderRole role = ProviderRole::kProposer;
  std::string_view right = {};                        // empty: no join
  std::string_view keys = {};                         // "left=right,…"; empty: inferred
  std::string_view hint = {};                         // join strategy to infer first
  std::span<const std::string_view> predicates = {};  // hard: a pair fulfils all
  std::span<const FeatureRule> features = {};
  double base_score = 0;
  std::string_view group_by = {}, order_by = {};  // over the columns and score
  int64_t keep = 0;                               // best rows of each group; 0: all
  // What the evidence promises, so that nothing has to be looked for:
  bool is_unique = false;    // no two rows agree in src, dst, label and ordinal
  bool is_numbered = false;  // ordinals number the targets of a src, each of which stands once
};

/// Where the name of a target stands, for witnesses that know only names.
struct TargetNames {
  std::string_view source, id, name;
};

/// A relation, answered by its providers. With one of them it compiles to a projection.
struct RelationRule {
  std::string_view name;
  EdgeKind kind;
  Cardinality cardinality;
  std::span<const ProviderRule> providers;
  std::string_view left = {};  // normalized view of the source entity, which has its place
  TargetNames target_names = {};
};

struct ConfidenceRow {
  std::string_view relation, method, tier;
  double none, support, weak_dissent, strong_dissent;  // by what the other sources say
  bool calibrated;
};

/// Columns of `source` as properties of the node `id`. Stored properties are rows of cpg_props; the
/// others stand in typed columns already and are rows of the session's long relation only.
struct PropertyRule {
  std::string_view name;
  std::string_view source, where;
  std::string_view id;    // expression: the node
  std::string_view kind;  // expression: its label; empty: read from cpg_nodes, unless stored
  std::span<const ColumnRule> columns;  // key ← expression
  bool stored;
};

struct ForeignKeyRule {
  std::string_view column, entity;
  std::string_view guard_null_if = {};  // expression: where it holds, the key is null
};

/// An entity of the evidence: identity, place and text columns; its view is `<source>_norm`. With a
/// namespace it is foreign: its id is derived from namespace, path and span.
struct EntityRule {
  std::string_view name, source, view, id_column, span_start, span_end, text_columns;
  std::span<const ForeignKeyRule> foreign_keys = {};
  std::string_view name_space = {};
  std::string_view graph_kind = {};  // label of its nodes, if they are nodes
};

std::span<const EntityRule> EntityRules();
/// Views that the graph is made of, and those that sessions offer.
std::span<const ViewRule> GraphViewRules();
std::span<const ViewRule> EvidenceViewRules();
std::span<const ViewRule> SymtableViewRules();
std::span<const ViewRule> QualityViewRules();
/// The rule of a view that sessions offer; nullptr where none has that name.
const ViewRule* FindSessionView(std::string_view name);
std::span<const NodeRule> NodeRules();
std::span<const EdgeRule> EdgeRules();
std::span<const RelationRule> RelationRules();
std::span<const PropertyRule> PropertyRules();

inline constexpr auto kConfidenceRows = std::to_array<ConfidenceRow>({
#define CA_CONFIDENCE(relation, method, tier, none, support, weak_dissent, strong_dissent, \
                      calibrated)                                                          \
  {relation, method, tier, none, support, weak_dissent, strong_dissent, calibrated},
#include "catalog/confidence.def"
});

}  // namespace codeanatomy
