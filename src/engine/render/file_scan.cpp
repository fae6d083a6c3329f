#include "engine/render/file_scan.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"

namespace codeanatomy::engine {
namespace {

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string List(const std::vector<const ScannedFile*>& files) {
  std::string list;
  for (const ScannedFile* file : files) list += (list.empty() ? "" : ", ") + QuotePath(file->path);
  return list;
}

/// The path below the root, of the name that the engine gives.
std::string FileName(const FileScan& scan) {
  const std::string name = QuoteIdentifier(scan.file_column);
  const std::string folder = scan.root + "/";
  return fmt::format("CASE WHEN starts_with({0}, {1}) THEN substr({0}, {2}) ELSE {0} END", name,
                     QuoteLiteral(folder), CodePoints(folder) + 1);
}

/// One scan of files with equal partition values and columns.
std::string Group(const FileScan& scan, const std::vector<const ScannedFile*>& files) {
  std::string columns;
  const storage::PartitionValues& values = files[0]->partition_values;
  for (const auto& [name, type] : scan.columns) {
    const std::string quoted = QuoteIdentifier(name);
    const auto value = values.find(name);
    std::string text = name == scan.file_column ? FileName(scan) : quoted;
    if (value != values.end()) text = PartitionLiteral(value->second, type);
    if (const auto adapted = files[0]->adapted.find(name); adapted != files[0]->adapted.end())
      text = adapted->second;
    columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ", ", text, quoted);
  }
  const std::string option = scan.file_column.empty()
                                 ? ""
                                 : fmt::format(", filename = {}", QuoteLiteral(scan.file_column));
  return fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = false{})", columns,
                     List(files), option);
}

}  // namespace

std::string RenderFileScan(const FileScan& scan) {
  std::string text;
  if (scan.files.empty()) {
    for (const auto& [name, type] : scan.columns) {
      text += fmt::format("{}CAST(NULL AS {}) AS {}", text.empty() ? "" : ", ", type,
                          QuoteIdentifier(name));
    }
    return fmt::format("(SELECT {} WHERE false)", text);
  }
  std::map<std::pair<storage::PartitionValues, Adapted>, std::vector<const ScannedFile*>> groups;
  for (const ScannedFile& file : scan.files)
    groups[{file.partition_values, file.adapted}].push_back(&file);
  const auto& [values, adapted] = groups.begin()->first;
  if (groups.size() == 1 && values.empty() && adapted.empty() && scan.file_column.empty()) {
    return fmt::format("read_parquet([{}], hive_partitioning = false)",
                       List(groups.begin()->second));
  }
  for (const auto& [alike, files] : groups)
    text += (text.empty() ? "" : " UNION ALL ") + Group(scan, files);
  return fmt::format("({})", text);
}

std::string PartitionLiteral(const std::optional<std::string>& value, std::string_view type) {
  return fmt::format("CAST({} AS {})", value ? QuoteLiteral(*value) : "NULL", type);
}

std::vector<std::pair<std::string, std::string>> ScanColumns(const expr::Schema& schema) {
  std::vector<std::pair<std::string, std::string>> columns;
  columns.reserve(schema.fields.size());
  for (const expr::Field& field : schema.fields)
    columns.emplace_back(field.name, DuckdbType(field.type));
  return columns;
}

Result<std::vector<ScannedFile>> ScannedFiles(const storage::Snapshot& snapshot) {
  std::vector<ScannedFile> files;
  for (const storage::AddFile& file : snapshot.files()) {
    CA_ASSIGN_OR_RETURN(std::string path, storage::LocalPath(snapshot.root(), file));
    files.push_back({std::move(path), file.partition_values});
  }
  return files;
}

}  // namespace codeanatomy::engine
