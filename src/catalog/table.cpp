#include "catalog/table.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "catalog/table_groups.h"

namespace codeanatomy {
namespace {

std::vector<TableInfo> Collect() {
  std::vector<TableInfo> all;
  for (auto group : {catalog::SourceTables(), catalog::SyntaxTables(), catalog::FlowTables(),
                     catalog::ResolveTables(), catalog::CpgTables(), catalog::QualityTables()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  std::ranges::sort(all, {}, &TableInfo::name);
  const auto twice = std::ranges::adjacent_find(all, {}, &TableInfo::name);
  CA_CHECK(twice == all.end(), "a table is declared once");
  return all;
}

}  // namespace

std::span<const TableInfo> Tables() {
  static const std::vector<TableInfo> kTables = Collect();
  return kTables;
}

const TableInfo* FindTable(std::string_view name) {
  const auto tables = Tables();
  const auto at = std::ranges::lower_bound(tables, name, {}, &TableInfo::name);
  return at != tables.end() && at->name == name ? &*at : nullptr;
}

}  // namespace codeanatomy
