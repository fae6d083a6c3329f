// PreviewOutputs: the first rows of what an output holds, as texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/duckdb/connection.h"
#include "engine/execute/output_checks.h"
#include "spec/runtime_config.h"

namespace codeanatomy::engine {

struct ExecuteOptions;
struct ExecutionReport;

struct OutputPreview {
  std::string table;
  std::vector<std::string> columns;
  uint64_t rows = 0;                                           // of the output
  std::vector<std::vector<std::optional<std::string>>> cells;  // by row; nothing: null
};

/// Adds the preview of each output to the report, where tracing asks for some: at most
/// `preview_limit` rows, by the output's order and then by all of its columns, the same ones
/// whatever files they stand in. A redacted column is not read: its cells are the token. DenyList
/// redacts the columns named, AllowList all others. A preview that fails is a warning: the outputs
/// are there. Errors Interrupted. Cost one scan of each output.
Result<void> PreviewOutputs(Connection& connection, const std::vector<WrittenOutput>& outputs,
                            const ExecuteOptions& options, ExecutionReport& report);

}  // namespace codeanatomy::engine
