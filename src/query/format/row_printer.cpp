#include "query/format/row_printer.h"

#include <fmt/format.h>

#include "query/format/table_printer.h"
#include "query/format/value_text.h"

namespace codeanatomy::query {
namespace {

using engine::Chunk;
using engine::QueryResult;

constexpr size_t kFlushBytes = 64 * 1024;

Result<size_t> PrintJson(QueryResult& result, const TextSink& sink) {
  std::vector<std::string> keys;  // `{"a":`, `,"b":` …
  for (size_t i = 0; i < result.column_count(); ++i) {
    keys.emplace_back(i == 0 ? "{" : ",");
    AppendJsonString(result.column_name(i), keys.back());
    keys.back() += ':';
  }
  std::string text = "[";
  size_t rows = 0;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) break;
    for (size_t row = 0; row < chunk->rows(); ++row, ++rows) {
      text += rows == 0 ? "\n" : ",\n";
      for (size_t i = 0; i < keys.size(); ++i) {
        text += keys[i];
        AppendJson(chunk->column(i), row, text);
      }
      text += '}';
      if (text.size() < kFlushBytes) continue;
      CA_RETURN_IF_ERROR(sink(text));
      text.clear();
    }
  }
  text += rows == 0 ? "]\n" : "\n]\n";
  CA_RETURN_IF_ERROR(sink(text));
  return rows;
}

void AppendCsvCell(std::string_view cell, std::string& out) {
  if (!cell.empty() && cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

Result<size_t> PrintCsv(QueryResult& result, const TextSink& sink) {
  std::string text, cell;
  for (size_t i = 0; i < result.column_count(); ++i) {
    if (i > 0) text += ',';
    AppendCsvCell(result.column_name(i), text);
  }
  text += "\r\n";
  size_t rows = 0;
  while (true) {
    CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
    if (chunk == nullptr) break;
    for (size_t row = 0; row < chunk->rows(); ++row, ++rows) {
      for (size_t i = 0; i < result.column_count(); ++i) {
        if (i > 0) text += ',';
        if (chunk->column(i).is_null(row)) continue;
        cell.clear();
        AppendPlain(chunk->column(i), row, cell);
        AppendCsvCell(cell, text);
      }
      text += "\r\n";
      if (text.size() < kFlushBytes) continue;
      CA_RETURN_IF_ERROR(sink(text));
      text.clear();
    }
  }
  CA_RETURN_IF_ERROR(sink(text));
  return rows;
}

}  // namespace

Result<size_t> PrintRows(QueryResult& result, RowFormat format, const TableStyle& style,
                         const TextSink& sink) {
  switch (format) {
    case RowFormat::kJson:
      return PrintJson(result, sink);
    case RowFormat::kCsv:
      return PrintCsv(result, sink);
    case RowFormat::kTable:
      break;
  }
  return PrintTable(result, style, sink);
}

}  // namespace codeanatomy::query
