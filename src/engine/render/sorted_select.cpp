#include "engine/render/sorted_select.h"

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"

namespace codeanatomy::engine {

SortedSelect RenderSorted(const Relation& relation, const expr::Schema& schema,
                          const std::vector<std::string>& order, const ScanText& scan) {
  SortedSelect select;
  std::string outer, inner, keys;
  for (const expr::Field& field : schema.fields) {
    const std::string name = QuoteIdentifier(field.name);
    outer += outer.empty() ? "" : ", ";
    if (auto constant = ConstantColumn(relation, field.name)) {
      outer += fmt::format("{} AS {}", RenderDuckdb(*constant, {}), name);
      select.constants.emplace(field.name, *std::move(constant));
    } else {
      outer += name;
      inner += (inner.empty() ? "" : ", ") + name;
    }
  }
  for (const std::string& key : order) {
    if (select.constants.contains(key)) continue;
    keys += fmt::format("{}{} ASC NULLS LAST", keys.empty() ? " ORDER BY " : ", ",
                        QuoteIdentifier(key));
  }
  if (inner.empty()) {
    select.sql = fmt::format("SELECT {} FROM ({})", outer, RenderDuckdb(relation, scan));
  } else {
    select.sql = fmt::format("SELECT {} FROM (SELECT {} FROM ({}){})", outer, inner,
                             RenderDuckdb(relation, scan), keys);
  }
  return select;
}

}  // namespace codeanatomy::engine
