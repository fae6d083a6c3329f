// IntervalAlign: for each row of one relation the row of another whose interval fits it best. The
// table function interval_align, rendered as the sweep of interval_pairs and a rank.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace codeanatomy::engine {

/// The arguments of a call, in the order of the declaration.
struct IntervalAlign {
  std::string left, right;  // relations
  std::string mode, how;
  std::string left_path, left_start, left_end, right_path, right_start, right_end;
  std::vector<std::string> select_left, select_right;      // empty: all columns
  std::vector<std::pair<std::string, bool>> tie_breakers;  // right column, descending
  bool emit_match_meta = true;
  std::string right_suffix;  // of right columns whose name the left has

  /// `arguments`: values as text, one for each parameter. Errors InvalidArgument: an unknown mode
  /// or `how`.
  static Result<IntervalAlign> Read(std::span<const std::string> arguments);
};

/// Rows with equal path fit by EXACT (equal ends), OVERLAP_BEST (they share a byte) or
/// CONTAINED_BEST (the right holds the left). The score is the length they share; of several the
/// highest score, then tie breakers, start, end and the other columns, all ascending with nulls
/// last. `how` inner drops rows without a match, left keeps them as NO_MATCH.
/// Errors InvalidArgument: a column that the relation does not have.
/// Cost   near linear in both relations and the pairs that fit.
Result<std::string> RenderIntervalAlign(const IntervalAlign& align,
                                        const std::vector<std::string>& left_columns,
                                        const std::vector<std::string>& right_columns);

}  // namespace codeanatomy::engine
