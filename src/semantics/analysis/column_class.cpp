#include "semantics/analysis/column_class.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"

namespace codeanatomy::semantics {
namespace {

constexpr auto kClasses = std::to_array<std::string_view>({
#define CA_COLUMN_CLASS(Name, text, category) text,
#define CA_COLUMN_EXACT(...)
#define CA_COLUMN_RULE(...)
#include "catalog/column_class.def"
});

struct ExactName {
  std::string_view name;
  ColumnClass column_class;
};
constexpr auto kExactNames = std::to_array<ExactName>({
#define CA_COLUMN_CLASS(...)
#define CA_COLUMN_EXACT(name, Class) {name, ColumnClass::k##Class},
#define CA_COLUMN_RULE(...)
#include "catalog/column_class.def"
});

struct NameRule {
  ColumnClass column_class;
  std::string_view contains, contains_too, ends_with, equals;
};
constexpr auto kNameRules = std::to_array<NameRule>({
#define CA_COLUMN_CLASS(...)
#define CA_COLUMN_EXACT(...)
#define CA_COLUMN_RULE(Class, contains, too, ends, equals) \
  {ColumnClass::k##Class, contains, too, ends, equals},
#include "catalog/column_class.def"
});

bool Fits(const NameRule& rule, std::string_view name) {
  const auto holds = [&](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  };
  if (!rule.equals.empty()) return name == rule.equals;
  return holds(rule.contains) && holds(rule.contains_too) && name.ends_with(rule.ends_with);
}

}  // namespace

std::optional<ColumnClass> FindColumnClass(std::string_view name) {
  const auto at = std::ranges::find(kClasses, name);
  if (at == kClasses.end()) return std::nullopt;
  return static_cast<ColumnClass>(at - kClasses.begin());
}

CompatibilityGroup GroupOf(ColumnClass column_class) {
  switch (column_class) {
    case ColumnClass::kFileId:
    case ColumnClass::kPath:
      return CompatibilityGroup::kFileIdentity;
    case ColumnClass::kSpanStart:
    case ColumnClass::kSpanEnd:
    case ColumnClass::kLineNo:
    case ColumnClass::kColNo:
      return CompatibilityGroup::kSpanPosition;
    case ColumnClass::kEntityId:
      return CompatibilityGroup::kEntityIdentity;
    case ColumnClass::kSymbol:
    case ColumnClass::kQname:
      return CompatibilityGroup::kSymbolIdentity;
    default:
      return CompatibilityGroup::kNone;
  }
}

ColumnClass ClassifyColumn(std::string_view table, const expr::Field& column, const Model& model) {
  for (const ColumnOverride& override : model.column_classes) {
    if (override.table == table && override.column == column.name)
      return FindColumnClass(override.column_class).value_or(ColumnClass::kUnknown);
  }
  if (column.type.kind == expr::TypeKind::kList || column.type.kind == expr::TypeKind::kStruct ||
      column.type.kind == expr::TypeKind::kMap || column.type.kind == expr::TypeKind::kSpan) {
    return ColumnClass::kNested;
  }
  const auto exact = std::ranges::find(kExactNames, column.name, &ExactName::name);
  if (exact != kExactNames.end()) return exact->column_class;
  const std::string name = AsciiLower(column.name);
  for (const NameRule& rule : kNameRules) {
    if (Fits(rule, name)) return rule.column_class;
  }
  return ColumnClass::kUnknown;
}

Capabilities CapabilitiesOf(std::string_view table, const expr::Schema& schema,
                            const Model& model) {
  Capabilities found;
  std::vector<std::string_view> starts, ends;
  for (const expr::Field& field : schema.fields) {
    switch (ClassifyColumn(table, field, model)) {
      case ColumnClass::kFileId:
      case ColumnClass::kPath:
        found.file_identity.push_back(field.name);
        break;
      case ColumnClass::kEntityId:
        if (field.name == "entity_id") {
          found.entity_id = field.name;
        } else {
          found.foreign_keys.push_back(field.name);
        }
        break;
      case ColumnClass::kSymbol:
      case ColumnClass::kQname:
        found.symbols.push_back(field.name);
        break;
      case ColumnClass::kSpanStart:
        starts.push_back(field.name);
        break;
      case ColumnClass::kSpanEnd:
        ends.push_back(field.name);
        break;
      default:
        break;
    }
  }
  const auto first = [](std::vector<std::string_view>& names, std::string_view wanted) {
    std::ranges::stable_partition(names, [&](std::string_view name) { return name == wanted; });
  };
  first(found.file_identity, "file_id");
  first(found.symbols, "symbol");
  for (std::string_view wanted : {"byte_start", "bstart"}) first(starts, wanted);
  for (std::string_view wanted : {"byte_end", "bend"}) first(ends, wanted);
  if (!starts.empty()) found.span_start = starts.front();
  if (!ends.empty()) found.span_end = ends.front();
  return found;
}

std::string_view TableType(const Capabilities& c) {
  const bool has_path = !c.file_identity.empty();
  const bool has_id = !c.entity_id.empty();
  if (has_id && !c.symbols.empty()) return "RELATION";
  if (has_id && has_path && c.has_spans()) return "ENTITY";
  if (has_path && c.has_spans()) return "EVIDENCE";
  if (!c.symbols.empty()) return "SYMBOL_SOURCE";
  return "RAW";
}

}  // namespace codeanatomy::semantics
