#include "query/format/table_printer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <utf8proc.h>

#include "query/format/value_text.h"

namespace codeanatomy::query {
namespace {

using engine::Chunk;
using engine::QueryResult;

constexpr size_t kGap = 2;        // blanks between columns
constexpr size_t kMinColumn = 8;  // no column is cut below this
constexpr std::string_view kRule = "─";
constexpr std::string_view kCut = "…";
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kDim = "\033[2m";
constexpr std::string_view kReset = "\033[0m";
constexpr std::string_view kNull = "NULL";

struct Cell {
  std::string text;
  bool is_null = false;
};
using CellRow = std::vector<Cell>;

/// The code point at `at` and its length in bytes; a bad byte counts as one column of its own.
std::pair<utf8proc_int32_t, size_t> Decode(std::string_view text, size_t at) {
  utf8proc_int32_t point = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &point);
  if (length <= 0) return {0xfffd, 1};
  return {point, static_cast<size_t>(length)};
}

size_t PointWidth(utf8proc_int32_t point) {
  return static_cast<size_t>(std::max(0, utf8proc_charwidth(point)));
}

bool IsNumber(const engine::LogicalType& type) {
  constexpr auto kNumbers = std::to_array<duckdb_type>(
      {DUCKDB_TYPE_TINYINT, DUCKDB_TYPE_SMALLINT, DUCKDB_TYPE_INTEGER, DUCKDB_TYPE_BIGINT,
       DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UINTEGER, DUCKDB_TYPE_UBIGINT,
       DUCKDB_TYPE_HUGEINT, DUCKDB_TYPE_UHUGEINT, DUCKDB_TYPE_FLOAT, DUCKDB_TYPE_DOUBLE,
       DUCKDB_TYPE_DECIMAL});
  return std::find(kNumbers.begin(), kNumbers.end(), type.id) != kNumbers.end();
}

std::vector<CellRow> ReadCells(const Chunk& chunk, size_t columns) {
  std::vector<CellRow> rows(chunk.rows());
  std::string text;
  for (size_t row = 0; row < chunk.rows(); ++row) {
    for (size_t i = 0; i < columns; ++i) {
      if (chunk.column(i).is_null(row)) {
        rows[row].push_back({std::string(kNull), true});
        continue;
      }
      text.clear();
      AppendPlain(chunk.column(i), row, text);
      rows[row].push_back({EscapeControls(text), false});
    }
  }
  return rows;
}

/// Narrows the widest columns until the table fits.
void FitWidths(std::vector<size_t>& widths, size_t limit) {
  if (limit == 0 || widths.empty()) return;
  auto total = [&] {
    size_t sum = kGap * (widths.size() - 1);
    for (const size_t width : widths) sum += width;
    return sum;
  };
  for (size_t excess = total(); excess > limit; excess = total()) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kMinColumn) return;
    --*widest;
  }
}

class Layout {
 public:
  Layout(const QueryResult& result, const std::vector<CellRow>& sample, const TableStyle& style)
      : style_(style) {
    for (size_t i = 0; i < result.column_count(); ++i) {
      names_.push_back(EscapeControls(result.column_name(i)));
      right_.push_back(IsNumber(result.column_type(i)));
      size_t width = std::max<size_t>(1, DisplayWidth(names_.back()));
      for (const CellRow& row : sample) width = std::max(width, DisplayWidth(row[i].text));
      widths_.push_back(width);
    }
    FitWidths(widths_, style.width);
  }

  void AppendHeading(std::string& out) const {
    for (size_t i = 0; i < names_.size(); ++i) AppendCell(names_[i], i, kBold, out);
    EndLine(out);
    for (size_t i = 0; i < names_.size(); ++i) {
      if (i > 0) out.append(kGap, ' ');
      for (size_t n = 0; n < widths_[i]; ++n) out += kRule;
    }
    out += '\n';
  }

  void AppendRow(const CellRow& row, std::string& out) const {
    for (size_t i = 0; i < row.size(); ++i) {
      AppendCell(row[i].text, i, row[i].is_null ? kDim : std::string_view(), out);
    }
    EndLine(out);
  }

 private:
  void AppendCell(std::string_view text, size_t column, std::string_view attribute,
                  std::string& out) const {
    if (column > 0) out.append(kGap, ' ');
    const std::string cut = CutToWidth(text, widths_[column]);
    const size_t padding = widths_[column] - std::min(widths_[column], DisplayWidth(cut));
    if (right_[column]) out.append(padding, ' ');
    const bool colored = style_.color && !attribute.empty();
    if (colored) out += attribute;
    out += cut;
    if (colored) out += kReset;
    if (!right_[column]) out.append(padding, ' ');
  }

  static void EndLine(std::string& out) {
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
  }

  const TableStyle& style_;
  std::vector<std::string> names_;
  std::vector<bool> right_;
  std::vector<size_t> widths_;
};

}  // namespace

std::string EscapeControls(std::string_view text) {
  std::string escaped;
  for (size_t at = 0; at < text.size();) {
    const auto [point, length] = Decode(text, at);
    if (point == '\n') {
      escaped += "\\n";
    } else if (point == '\t') {
      escaped += "\\t";
    } else if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
      fmt::format_to(std::back_inserter(escaped), "\\x{:02x}", point);
    } else {
      escaped += text.substr(at, length);
    }
    at += length;
  }
  return escaped;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const auto [point, length] = Decode(text, at);
    width += PointWidth(point);
    at += length;
  }
  return width;
}

std::string CutToWidth(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  size_t used = 0, at = 0;
  while (at < text.size()) {
    const auto [point, length] = Decode(text, at);
    if (used + PointWidth(point) + 1 > width) break;
    used += PointWidth(point);
    at += length;
  }
  return std::string(text.substr(0, at)) + std::string(kCut);
}

Result<size_t> PrintTable(QueryResult& result, const TableStyle& style, const TextSink& sink) {
  CA_ASSIGN_OR_RETURN(const Chunk* chunk, result.Next());
  std::vector<CellRow> cells;
  if (chunk != nullptr) cells = ReadCells(*chunk, result.column_count());
  const Layout layout(result, cells, style);
  std::string text;
  layout.AppendHeading(text);
  size_t rows = 0;
  while (chunk != nullptr) {
    for (const CellRow& row : cells) layout.AppendRow(row, text);
    rows += cells.size();
    CA_RETURN_IF_ERROR(sink(text));
    text.clear();
    CA_ASSIGN_OR_RETURN(chunk, result.Next());
    if (chunk != nullptr) cells = ReadCells(*chunk, result.column_count());
  }
  fmt::format_to(std::back_inserter(text), "({} {})\n", rows, rows == 1 ? "row" : "rows");
  CA_RETURN_IF_ERROR(sink(text));
  return rows;
}

}  // namespace codeanatomy::query
