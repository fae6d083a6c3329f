// The aligned table of RowPrinter.
#pragma once

#include "query/format/row_printer.h"

namespace codeanatomy::query {

Result<size_t> PrintTable(engine::QueryResult& result, const TableStyle& style,
                          const TextSink& sink);

/// A cell's text as a terminal may show it: control characters as \n, \t, \x1b, other bytes
/// verbatim.
std::string EscapeControls(std::string_view text);
/// Columns that a terminal needs for the text.
size_t DisplayWidth(std::string_view text);
/// At most `width` columns of the text, the last one … where something was cut.
std::string CutToWidth(std::string_view text, size_t width);

}  // namespace codeanatomy::query
