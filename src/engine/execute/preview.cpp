#include "engine/execute/preview.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/execute/table_span.h"

namespace codeanatomy::engine {
namespace {

bool IsRedacted(const spec::TracingConfig& tracing, const std::string& column) {
  const bool is_named = std::ranges::find(tracing.preview_redacted_columns, column) !=
                        tracing.preview_redacted_columns.end();
  switch (tracing.preview_redaction_mode) {
    case spec::RedactionMode::kNone:
      return false;
    case spec::RedactionMode::kDenyList:
      return is_named;
    case spec::RedactionMode::kAllowList:
      return !is_named;
  }
  return true;
}

void Append(std::string& list, const std::string& item) {
  list += fmt::format("{}{}", list.empty() ? "" : ", ", item);
}

Result<OutputPreview> PreviewOutput(Connection& connection, const WrittenOutput& output,
                                    const spec::TracingConfig& tracing) {
  OutputPreview preview{.table = output.plan->target.table_name, .rows = output.rows};
  std::string cells, order;
  for (const std::string& column : output.plan->order)
    Append(order, QuoteIdentifier(column) + " NULLS LAST");
  for (const expr::Field& field : output.plan->schema.fields) {
    const std::string name = QuoteIdentifier(field.name);
    preview.columns.push_back(field.name);
    Append(cells, IsRedacted(tracing, field.name) ? QuoteLiteral(tracing.preview_redaction_token)
                                                  : fmt::format("CAST({} AS VARCHAR)", name));
    if (std::ranges::find(output.plan->order, field.name) == output.plan->order.end())
      Append(order, name + " NULLS LAST");
  }
  if (output.files.empty() && !output.rest) return preview;
  CA_ASSIGN_OR_RETURN(QueryResult result, connection.Query(fmt::format(
                                              "SELECT {} FROM {} ORDER BY {} LIMIT {}", cells,
                                              ScanOutput(output), order, tracing.preview_limit)));
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) return preview;
    for (size_t row = 0; row < chunk->rows(); ++row) {
      auto& texts = preview.cells.emplace_back();
      for (size_t i = 0; i < preview.columns.size(); ++i) {
        const VectorView& column = chunk->column(i);
        texts.push_back(column.is_null(row) ? std::nullopt
                                            : std::optional<std::string>(column.Text(row)));
      }
    }
  }
}

}  // namespace

Result<void> PreviewOutputs(Connection& connection, const std::vector<WrittenOutput>& outputs,
                            const ExecuteOptions& options, ExecutionReport& report) {
  if (!options.tracing.enabled || options.tracing.preview_limit == 0) return {};
  for (const WrittenOutput& output : outputs) {
    const TableSpan span(options, "preview " + output.plan->target.table_name);
    auto preview = PreviewOutput(connection, output, options.tracing);
    if (preview) {
      report.previews.push_back(*std::move(preview));
    } else if (preview.error().code() == ErrorCode::kInterrupted) {
      return std::move(preview.error());
    } else {
      report.warnings.push_back(
          WarningOf(WarningCode::kPlanBundleRuntimeCaptureFailed, preview.error()));
    }
  }
  return {};
}

}  // namespace codeanatomy::engine
