// ClassifyColumn: what a column holds, from its name, type and declarations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "expr/type.h"
#include "semantics/ir/model.h"

namespace codeanatomy::semantics {

enum class ColumnClass : uint8_t {
#define CA_COLUMN_CLASS(Name, ...) k##Name,
#define CA_COLUMN_EXACT(...)
#define CA_COLUMN_RULE(...)
#include "catalog/column_class.def"
};

std::optional<ColumnClass> FindColumnClass(std::string_view name);

/// Columns may be joined iff they share a group.
enum class CompatibilityGroup : uint8_t {
  kNone,
  kFileIdentity,
  kSpanPosition,
  kEntityIdentity,
  kSymbolIdentity
};
CompatibilityGroup GroupOf(ColumnClass column_class);
inline bool Joinable(ColumnClass a, ColumnClass b) {
  return GroupOf(a) != CompatibilityGroup::kNone && GroupOf(a) == GroupOf(b);
}

/// A declaration wins, then a list or struct is nested, then the exact name, then the first rule of
/// catalog/column_class.def that fits the lower-cased name.
ColumnClass ClassifyColumn(std::string_view table, const expr::Field& column, const Model& model);

/// What a relation can be joined by.
struct Capabilities {
  std::vector<std::string_view> file_identity;  // column names, file_id before path
  std::vector<std::string_view> foreign_keys;   // ids other than entity_id
  std::vector<std::string_view> symbols;        // symbol before qname
  std::string_view span_start, span_end, entity_id;
  bool has_spans() const { return !span_start.empty() && !span_end.empty(); }
};
Capabilities CapabilitiesOf(std::string_view table, const expr::Schema& schema, const Model& model);

/// RELATION: entity id and symbol; ENTITY: entity id, path, span; EVIDENCE: path and span;
/// SYMBOL_SOURCE: symbol; else RAW. The first that fits.
std::string_view TableType(const Capabilities& capabilities);

}  // namespace codeanatomy::semantics
