// TableInfo: a published table, declared once in catalog/tables_*.cpp. DDL, Delta schema, batch
// layout, checks and the reference page derive from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace codeanatomy {

/// `type` is written as in the spec: Utf8, Boolean, Int32, Int64, Float64, List<Utf8>, List<Int64>,
/// Map<Utf8,Utf8>, Struct<a:T,…>, List<Struct<a:T,…>>.
struct ColumnInfo {
  std::string_view name;
  std::string_view type;
  bool required = false;           // never null
  std::string_view semantic_type;  // node_id, file_id, byte_offset …; empty: none
};

enum class TableGroup : uint8_t { kEvidence, kCpg, kQuality };
inline constexpr std::string_view kTableGroupFolders[] = {"evidence", "cpg", "quality"};

struct TableInfo {
  std::string_view name;
  TableGroup group;
  std::span<const ColumnInfo> columns;
  std::span<const std::string_view> key;    // column names; empty: none
  std::span<const std::string_view> order;  // ordering keys of the stored rows
  std::string_view summary;                 // one line for the reference page
  bool is_output = false;                   // of the spec; else the native stage writes it
};

/// True for tables that come out of a spec: those of the graph, and reports.
constexpr bool IsSpecOutput(const TableInfo& table) {
  return table.group == TableGroup::kCpg || table.is_output;
}

/// All declared tables, sorted by name.
std::span<const TableInfo> Tables();
/// nullptr where no table has that name.
const TableInfo* FindTable(std::string_view name);

}  // namespace codeanatomy
