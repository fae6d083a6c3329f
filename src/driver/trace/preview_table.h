// PreviewTable: the first rows of an output as a table of text.
#pragma once

#include <string>

#include "engine/execute/preview.h"
#include "spec/runtime_config.h"

namespace codeanatomy::driver {

/// Title, header, rule and rows; columns are two blanks apart. Lines are at most
/// `preview_max_width` columns of a terminal wide: the widest columns are narrowed first, none
/// below `preview_min_compacted_col_width`, and where that is not enough the last ones are left
/// out, which the title says. What does not fit into its column goes on below, up to
/// `preview_max_row_height` lines per row; the last line of what is cut ends with "…". Control
/// characters are escaped.
std::string PreviewTable(const engine::OutputPreview& preview, const spec::TracingConfig& tracing);

}  // namespace codeanatomy::driver
