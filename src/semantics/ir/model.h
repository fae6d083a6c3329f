// Model: all declarations that a compilation reads. Those of the catalogue, and those a user adds
// in semantics.toml; both are the same records (catalog/graph.h), so that nothing downstream knows
// the difference.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/graph.h"
#include "catalog/table.h"

namespace codeanatomy::semantics {

/// Evidence from outside: a Parquet file or the folder of a Delta table with these columns.
struct ForeignTable {
  TableInfo table;
  std::string_view location;  // absolute
};

struct Relation {
  RelationRule rule;  // its own list of providers is not used
  std::vector<ProviderRule> providers;
};

/// A declared column class, which wins over the one its name implies.
struct ColumnOverride {
  std::string_view table, column, column_class;
};

/// What the records of a user's file point into; lives as long as the model.
struct DeclarationStorage {
  std::deque<std::string> texts;
  std::deque<std::vector<std::string_view>> names;
  std::deque<std::vector<ColumnRule>> columns;
  std::deque<std::vector<ColumnInfo>> table_columns;
  std::deque<std::vector<AggregateRule>> aggregates;
  std::deque<std::vector<FeatureRule>> features;
  std::deque<std::vector<ForeignKeyRule>> foreign_keys;
};

struct Model {
  std::vector<EvidenceSource> sources;
  std::vector<ForeignTable> tables;
  std::vector<EntityRule> entities;
  std::vector<ViewRule> views;
  std::vector<NodeRule> nodes;
  std::vector<EdgeRule> edges;
  std::vector<Relation> relations;
  std::vector<PropertyRule> properties;
  std::vector<ConfidenceRow> confidence;
  std::vector<ColumnOverride> column_classes;
  /// `semantics.toml:12:1` by declaration ("provider rel_ref_decl/trace"); none of the catalogue's.
  std::map<std::string, std::string, std::less<>> declared_at;
  std::shared_ptr<DeclarationStorage> storage = std::make_shared<DeclarationStorage>();

  /// A declared table of the catalogue or of the user; nullptr where none has that name.
  const TableInfo* FindTable(std::string_view name) const;
  const ForeignTable* FindForeign(std::string_view name) const;
  const EvidenceSource* FindSource(std::string_view name) const;
  Relation* FindRelation(std::string_view name);
  /// Where a declaration stands in the user's file; empty for one of the catalogue.
  std::string_view PlaceOf(std::string_view declaration) const;
};

/// The declarations of the catalogue alone.
Model CatalogueModel();

/// SHA-256 over all declarations in a canonical form, 64 hex digits: equal for equal declarations,
/// whatever file they stand in.
std::string ModelFingerprint(const Model& model);

}  // namespace codeanatomy::semantics
