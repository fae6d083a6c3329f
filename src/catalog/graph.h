// The graph mapping as data: which rows of which relations become nodes, edges and properties. The
// semantic compiler turns these records into the views of the default spec; nothing of the graph is
// built outside of them. Expressions are in the notation of expr/expr_text.h, over the columns of
// the source; `derived_id(KIND, owner, …)` is a derived node id (docs/formats/ids.md).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "catalog/edge_kind.h"

namespace codeanatomy {

struct ColumnRule {
  std::string_view name, expr;
};

struct AggregateRule {
  std::string_view function, column, alias;
};

enum class ViewOp : uint8_t { kProject, kInnerJoin, kLeftJoin, kUnion, kAggregate };

/// A relation on the way to the graph that is more than a projection of one table.
struct ViewRule {
  std::string_view name;
  ViewOp op;
  std::string_view left;                // the source; of a union all sources, separated by commas
  std::string_view right;               // of a join
  std::string_view keys;                // of a join: "left=right,…"
  std::string_view where;               // over the source; of a join over the pairs (l., r.)
  std::span<const ColumnRule> columns;  // of a projection, and of the joined pairs (l., r.)
  std::string_view group_by;            // of an aggregate, separated by commas
  std::span<const AggregateRule> aggregates;
};

/// Rows of `source` as nodes; columns of cpg_nodes that the rule leaves out are null.
struct NodeRule {
  std::string_view view;
  std::string_view labels;  // of its nodes, for the reference page
  std::string_view source, where;
  std::span<const ColumnRule> columns;
};

/// Rows of `source` as edges of syntax: origin native, tier proved, confidence 1. Columns left out
/// are null. Rules of derived kinds read cpg_nodes and are part of the session's relation only.
struct EdgeRule {
  std::string_view view;
  EdgeKind kind;
  std::string_view source, where;
  std::span<const ColumnRule> columns;
};

/// How many rows of a relation remain: all, or the best of each source and ordinal.
enum class Cardinality : uint8_t { kAll, kBestPerSourceOrdinal };

/// One source of a relation. A proposer knows the target and may create a row.
struct ProviderRule {
  std::string_view source, where;
  std::string_view origin;              // the evidence source, e.g. native
  int32_t witness_bit;                  // of the masks
  std::string_view method;              // the column that names the resolution method
  std::string_view candidates;          // expression: how many targets the left entity has
  std::span<const ColumnRule> columns;  // src, dst, label, ordinal, file_id
};

/// A resolved relation. With one provider it compiles to a projection of it.
struct RelationRule {
  std::string_view name;
  EdgeKind kind;
  Cardinality cardinality;
  std::span<const ProviderRule> providers;
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

/// An entity of the evidence: identity, place and text columns; its view is `<source>_norm`.
struct EntityRule {
  std::string_view name, source, view, id_column, span_start, span_end, text_columns;
};

std::span<const EntityRule> EntityRules();
std::span<const ViewRule> GraphViewRules();
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
