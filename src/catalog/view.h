// ViewInfo: a relation of every session that is computed from stored tables, never stored (decision
// D19): what another table says under the same node ids is a projection of it.
#pragma once

#include <span>
#include <string_view>

namespace codeanatomy {

struct ViewInfo {
  std::string_view name;
  std::string_view select;  // a SELECT, DuckDB's dialect, over tables and views earlier in the list
  std::string_view summary;  // one line for the reference page
};

/// All evidence views, each after those it reads.
std::span<const ViewInfo> EvidenceViews();
/// nullptr where no evidence view has that name.
const ViewInfo* FindEvidenceView(std::string_view name);

}  // namespace codeanatomy
