// RenderFileScan: a table's data files as one relation with all columns of the table. Values of
// partition columns stand in the log, not in the files, and become literals; the file of a row may
// be a column of its own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/type.h"
#include "storage/data_file.h"
#include "storage/log/snapshot.h"

namespace codeanatomy::engine {

/// Expressions of columns that a file has otherwise than its table (scan/schema_adapter.h).
using Adapted = std::map<std::string, std::string, std::less<>>;

struct ScannedFile {
  std::string path;  // absolute
  storage::PartitionValues partition_values;
  Adapted adapted = {};
};

struct FileScan {
  std::vector<ScannedFile> files;
  std::vector<std::pair<std::string, std::string>> columns;  // name and type of the engine
  std::string file_column;  // of them: path below `root`, else the whole path; empty: none
  std::string root;
};

/// What stands behind FROM: `read_parquet([…])` or a subquery in parentheses; an empty relation
/// with the columns where there is no file. Files of equal partition values are one scan.
std::string RenderFileScan(const FileScan& scan);

/// A partition value of the log as an expression of the engine's type.
std::string PartitionLiteral(const std::optional<std::string>& value, std::string_view type);

/// The columns of a schema, for FileScan.
std::vector<std::pair<std::string, std::string>> ScanColumns(const expr::Schema& schema);

/// The live files of a table. Errors those of storage::LocalPath.
Result<std::vector<ScannedFile>> ScannedFiles(const storage::Snapshot& snapshot);

}  // namespace codeanatomy::engine
