// The vocabulary in which tables_*.cpp declare columns: one word per type, `!` as Required(), spans
// as ready-made groups, and the semantic type that follows from a column's name.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "catalog/table.h"

namespace codeanatomy::catalog {

/// The `semantic_type` of a column by its name (docs/formats/evidence.md); empty: none.
constexpr std::string_view SemanticTypeOf(std::string_view name, std::string_view type) {
  if (type != "Int64") return {};
  if (name == "file_id" || name == "target_file_id" || name == "document_id") return "file_id";
  if (name == "diag_id") return "span_id";
  if (name == "bstart" || name == "bend" || name.ends_with("_bstart") || name.ends_with("_bend") ||
      name == "line_start_byte" || name == "line_end_byte") {
    return "byte_offset";
  }
  if (name == "src" || name == "dst" || name.ends_with("_id")) return "node_id";
  return {};
}

constexpr ColumnInfo Column(std::string_view name, std::string_view type) {
  return {
      .name = name, .type = type, .required = false, .semantic_type = SemanticTypeOf(name, type)};
}
constexpr ColumnInfo Text(std::string_view name) { return Column(name, "Utf8"); }
constexpr ColumnInfo Int(std::string_view name) { return Column(name, "Int32"); }
constexpr ColumnInfo Long(std::string_view name) { return Column(name, "Int64"); }
constexpr ColumnInfo Bool(std::string_view name) { return Column(name, "Boolean"); }
constexpr ColumnInfo Texts(std::string_view name) { return Column(name, "List<Utf8>"); }
constexpr ColumnInfo Longs(std::string_view name) { return Column(name, "List<Int64>"); }
constexpr ColumnInfo Bools(std::string_view name) { return Column(name, "List<Boolean>"); }
constexpr ColumnInfo Map(std::string_view name) { return Column(name, "Map<Utf8,Utf8>"); }
/// Candidate names with the place each was found in.
constexpr ColumnInfo QualifiedNames(std::string_view name) {
  return Column(name, "List<Struct<name:Utf8,source:Utf8>>");
}

constexpr ColumnInfo Required(ColumnInfo column) {
  column.required = true;
  return column;
}
/// For a BIGINT whose name ends in _id but which is no node.
constexpr ColumnInfo Plain(ColumnInfo column) {
  column.semantic_type = {};
  return column;
}

template <size_t... Sizes>
constexpr auto Concat(const std::array<ColumnInfo, Sizes>&... parts) {
  std::array<ColumnInfo, (Sizes + ...)> all{};
  size_t at = 0;
  (
      [&](const auto& part) {
        for (const ColumnInfo& column : part) all[at++] = column;
      }(parts),
      ...);
  return all;
}

template <typename... Infos>
constexpr auto Columns(Infos... columns) {
  return std::array<ColumnInfo, sizeof...(Infos)>{columns...};
}

/// Every table of a file's rows begins so.
inline constexpr auto kFileColumns = Columns(Required(Long("file_id")), Required(Text("path")));
/// Half-open byte range in the file as stored on disk.
inline constexpr auto kByteSpanColumns = Columns(Long("bstart"), Long("bend"));
/// The same with lines (from 1) and columns (from 0, UTF-8 bytes), as CPython's ast.
inline constexpr auto kSpanColumns =
    Columns(Long("bstart"), Long("bend"), Int("line"), Int("col"), Int("end_line"), Int("end_col"));

constexpr bool HasColumn(const TableInfo& table, std::string_view name) {
  for (const ColumnInfo& column : table.columns) {
    if (column.name == name) return true;
  }
  return false;
}

/// What static_assert demands of a list of tables: unique table names, unique column names, keys
/// and ordering keys that are columns, key columns that are required.
constexpr bool TablesAreSound(std::span<const TableInfo> tables) {
  for (size_t t = 0; t < tables.size(); ++t) {
    for (size_t u = t + 1; u < tables.size(); ++u) {
      if (tables[t].name == tables[u].name) return false;
    }
    const auto columns = tables[t].columns;
    for (size_t c = 0; c < columns.size(); ++c) {
      for (size_t d = c + 1; d < columns.size(); ++d) {
        if (columns[c].name == columns[d].name) return false;
      }
    }
    for (std::string_view key : tables[t].key) {
      bool found = false;
      for (const ColumnInfo& column : columns)
        found = found || (column.name == key && column.required);
      if (!found) return false;
    }
    for (std::string_view key : tables[t].order) {
      if (!HasColumn(tables[t], key)) return false;
    }
  }
  return true;
}

}  // namespace codeanatomy::catalog
