#include "engine/session/interval_align.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "engine/duckdb/logical_type.h"
#include "engine/render/interval_join.h"

namespace codeanatomy::engine {
namespace {

constexpr std::string_view kModes[] = {"CONTAINED_BEST", "EXACT", "OVERLAP_BEST"};

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> ListOf(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    parts.emplace_back(Trimmed(text.substr(0, comma)));
    text.remove_prefix(std::min(text.size(), comma + 1));
  }
  return parts;
}

std::string Names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + QuoteIdentifier(name);
  return out;
}

Result<void> CheckColumn(const std::string& name, const std::vector<std::string>& columns,
                         const std::string& relation) {
  if (std::ranges::find(columns, name) != columns.end()) return {};
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} has no column {}", relation, name),
               name, "DESCRIBE lists them");
}

Result<void> Check(const IntervalAlign& align, const std::vector<std::string>& left,
                   const std::vector<std::string>& right) {
  for (const std::string* name : {&align.left_path, &align.left_start, &align.left_end})
    CA_RETURN_IF_ERROR(CheckColumn(*name, left, align.left));
  for (const std::string* name : {&align.right_path, &align.right_start, &align.right_end})
    CA_RETURN_IF_ERROR(CheckColumn(*name, right, align.right));
  for (const std::string& name : align.select_left)
    CA_RETURN_IF_ERROR(CheckColumn(name, left, align.left));
  for (const std::string& name : align.select_right)
    CA_RETURN_IF_ERROR(CheckColumn(name, right, align.right));
  for (const auto& [name, descending] : align.tie_breakers)
    CA_RETURN_IF_ERROR(CheckColumn(name, right, align.right));
  return {};
}

/// The two inequalities of a mode; equal ends are both of them with equality of the starts beside.
IntervalJoin JoinOf(const IntervalAlign& align) {
  IntervalJoin join{.left_key = align.left_path, .right_key = align.right_path};
  if (align.mode == "OVERLAP_BEST") {
    join.a = align.left_start;
    join.b = align.right_end;
    join.c = align.right_start;
    join.d = align.left_end;
    join.strict_start = join.strict_end = true;
  } else {
    join.a = align.left_end;
    join.b = align.right_end;
    join.c = align.right_start;
    join.d = align.left_start;
  }
  return join;
}

/// The best pair of each left row: "l.row", "r.row", score.
std::string Best(const IntervalAlign& align, const std::vector<std::string>& right_columns) {
  const auto l = [](const std::string& name) { return "l." + QuoteIdentifier(name); };
  const auto r = [](const std::string& name) { return "r." + QuoteIdentifier(name); };
  const std::string score =
      fmt::format("CAST(greatest(0, least({0}, {1}) - greatest({2}, {3})) AS DOUBLE)",
                  l(align.left_end), r(align.right_end), l(align.left_start), r(align.right_start));
  std::string order = "score DESC";
  for (const auto& [name, descending] : align.tie_breakers)
    order += fmt::format(", {} {} NULLS LAST", r(name), descending ? "DESC" : "ASC");
  order += fmt::format(", {}, {}", r(align.right_start), r(align.right_end));
  for (const std::string& name : right_columns) order += fmt::format(", {} NULLS LAST", r(name));
  const std::string pairs =
      align.mode == "EXACT"
          ? fmt::format("ca_l AS l JOIN ca_r AS r ON {} = {} AND {} = {} AND {} = {}",
                        l(align.left_path), r(align.right_path), l(align.left_start),
                        r(align.right_start), l(align.left_end), r(align.right_end))
          : "ca_l AS l JOIN ca_pairs AS p ON p.\"l.row\" = l.\"l.row\" JOIN ca_r AS r ON "
            "p.\"r.row\" = r.\"r.row\"";
  return fmt::format(
      "ca_best AS (SELECT l.\"l.row\", r.\"r.row\", {} AS score FROM {} QUALIFY row_number() OVER "
      "(PARTITION BY l.\"l.row\" ORDER BY {}) = 1)",
      score, pairs, order);
}

}  // namespace

Result<IntervalAlign> IntervalAlign::Read(std::span<const std::string> arguments) {
  size_t next = 0;
  const auto take = [&] { return arguments[next++]; };
  IntervalAlign align{.left = take(), .right = take(), .mode = take(), .how = take()};
  for (std::string* name : {&align.left_path, &align.left_start, &align.left_end, &align.right_path,
                            &align.right_start, &align.right_end})
    *name = take();
  align.select_left = ListOf(take());
  align.select_right = ListOf(take());
  for (const std::string& word : ListOf(take())) {
    const size_t blank = std::min(word.find(' '), word.size());
    const std::string order = AsciiLower(Trimmed(std::string_view(word).substr(blank)));
    if (!order.empty() && order != "asc" && order != "desc")
      return Error(ErrorCode::kInvalidArgument, "a tie breaker is a column, with asc or desc",
                   word);
    align.tie_breakers.emplace_back(word.substr(0, blank), order == "desc");
  }
  align.emit_match_meta = take() == "true";
  align.right_suffix = take();
  if (std::ranges::find(kModes, align.mode) == std::end(kModes)) {
    return Error(ErrorCode::kInvalidArgument, "no mode of interval_align", align.mode,
                 "modes are CONTAINED_BEST, EXACT and OVERLAP_BEST");
  }
  if (align.how != "inner" && align.how != "left")
    return Error(ErrorCode::kInvalidArgument, "rows are joined inner or left", align.how);
  return align;
}

Result<std::string> RenderIntervalAlign(const IntervalAlign& align,
                                        const std::vector<std::string>& left_columns,
                                        const std::vector<std::string>& right_columns) {
  CA_RETURN_IF_ERROR(Check(align, left_columns, right_columns));
  const std::vector<std::string>& left =
      align.select_left.empty() ? left_columns : align.select_left;
  const std::vector<std::string>& right =
      align.select_right.empty() ? right_columns : align.select_right;
  std::string columns;
  const auto add = [&](std::string_view side, const std::string& name, const std::string& as) {
    columns += fmt::format("{}{}.{} AS {}", columns.empty() ? "" : ", ", side,
                           QuoteIdentifier(name), QuoteIdentifier(as));
  };
  for (const std::string& name : left) add("l", name, name);
  for (const std::string& name : right) {
    const bool clash = std::ranges::find(left, name) != left.end();
    add("r", name, clash ? name + align.right_suffix : name);
  }
  if (align.emit_match_meta) {
    columns += fmt::format(
        ", CASE WHEN b.score IS NULL THEN 'NO_MATCH' ELSE {} END AS match_kind, b.score AS "
        "match_score",
        QuoteLiteral(align.mode));
  }
  return fmt::format(
      "SELECT * FROM ({}, {} SELECT {} FROM ca_l AS l {} ca_best AS b ON b.\"l.row\" = l.\"l.row\" "
      "LEFT JOIN ca_r AS r ON r.\"r.row\" = b.\"r.row\")",
      IntervalPairs(JoinOf(align), Names(left_columns), QuoteIdentifier(align.left),
                    Names(right_columns), QuoteIdentifier(align.right)),
      Best(align, right_columns), columns, align.how == "left" ? "LEFT JOIN" : "JOIN");
}

}  // namespace codeanatomy::engine
