// Transform: what a view does with its sources. One struct per kind; docs/formats/spec.md has the
// rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "expr/expr.h"

namespace codeanatomy::spec {

struct ComputedColumn {
  std::string name;
  expr::Expr expr;
};
struct JoinKey {
  std::string left_key, right_key;
};
struct SortKey {
  expr::Expr expr;
  bool descending = false;
};

enum class JoinType : uint8_t { kInner, kLeft, kRight, kFull, kSemi, kAnti };

/// Every source column, `entity_id`, a span and NFC-normalized text columns.
struct Normalize {
  std::string source, id_column;
  std::optional<std::string> id_namespace;               // of foreign evidence, whose id is derived
  std::optional<std::vector<std::string>> span_columns;  // start, end
  std::vector<std::string> text_columns;
};
/// An equi-join with predicates over the joined pairs.
struct Relate {
  std::string left, right;
  JoinType join_type = JoinType::kInner;
  std::vector<JoinKey> join_keys;
  std::vector<expr::Expr> predicates;
  std::vector<ComputedColumn> computed;
};
/// By column name; absent columns are null.
struct Union {
  std::vector<std::string> sources;
  std::optional<std::string> discriminator_column;
  bool distinct = false;
};
/// The listed columns (none and nothing computed: all), then the computed ones.
struct Project {
  std::string source;
  std::vector<std::string> columns;
  std::vector<ComputedColumn> computed;
};
/// The first `keep` rows (0: all) of each partition in a total order.
struct Rank {
  std::string source;
  std::vector<std::string> partition_by;
  std::vector<SortKey> order_by;
  int64_t keep = 0;
  std::optional<std::string> rank_column;
};
/// One row per list element.
struct Unnest {
  std::string source, column, element;
  std::vector<std::string> fields;
  std::optional<std::string> ordinal_column;
  bool keep_empty = false;
};
struct UnpivotColumn {
  std::string column, key;
};
/// One row per (id, listed column) with a value.
struct Unpivot {
  std::string source;
  std::vector<std::string> id_columns;
  std::vector<UnpivotColumn> columns;
  std::string key_column, value_column;
};
/// One row per group with a list of structs; the inverse of Unnest.
struct Nest {
  std::string source;
  std::vector<std::string> group_by, fields;
  std::vector<SortKey> order_by;
  std::string alias;
};
struct Filter {
  std::string source;
  expr::Expr predicate;
};
struct Aggregation {
  std::string column, function, alias;
  std::vector<SortKey> order_by;  // of array_agg; total
};
struct Aggregate {
  std::string source;
  std::vector<std::string> group_by;
  std::vector<Aggregation> aggregations;
};
struct IncrementalCdf {
  std::string source;
  std::optional<int64_t> starting_version, ending_version;
  std::optional<std::string> starting_timestamp, ending_timestamp;
};
struct Metadata {
  std::string source;
};
struct FileManifest {
  std::string source;
};
enum class CpgOutputKind : uint8_t {
  kNodes,
  kEdges,
  kEdgesByDst,
  kCalls,
  kProps,
  kEdgesBySrc,
  kPropsMap
};
/// The shape, casts, order and checks of a graph table over the union of its sources.
struct CpgEmit {
  CpgOutputKind output_kind = CpgOutputKind::kNodes;
  std::vector<std::string> sources;
  bool full = false;
};

using Transform = std::variant<Normalize, Relate, Union, Project, Rank, Unnest, Unpivot, Nest,
                               Filter, Aggregate, IncrementalCdf, Metadata, FileManifest, CpgEmit>;

/// The tag in JSON, e.g. "Relate".
std::string_view TransformName(const Transform& transform);
/// Relations it reads, in declared order (left before right), repeated where named twice.
std::vector<std::string> TransformSources(const Transform& transform);

}  // namespace codeanatomy::spec
