// Text is compared by bytes, as the engine does without a collation. NaN is above every other
// number and equal to itself there, and outside of all bounds: a float column has no upper bound
// where order matters.
#include "engine/scan/can_match.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>

#include "storage/scalar_text.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using expr::ExprKind;
using expr::TypeKind;
using storage::ColumnBounds;
using storage::FileStatistics;
using storage::Value;

/// For some row: the condition is true; it is false. A null is neither.
struct Outcomes {
  bool can_hold = true, can_fail = true;
};
constexpr Outcomes kNever{false, false};

/// The values that an operand takes. A null bound is not known.
struct Range {
  Value low, high;
  bool only_null = false;
  bool can_be_null = true;
  bool may_hold_nan = false;

  /// The upper bound of all values, NaN included.
  const Value& ceiling() const {
    static const Value kUnknown;
    return may_hold_nan ? kUnknown : high;
  }
};

Value ValueOf(const Expr& literal) {
  if (const auto* flag = std::get_if<bool>(&literal.literal)) return Value(*flag);
  if (const auto* integer = std::get_if<int64_t>(&literal.literal)) return Value(*integer);
  if (const auto* number = std::get_if<double>(&literal.literal))
    return std::isnan(*number) ? Value() : Value(*number);
  const auto* text = std::get_if<std::string>(&literal.literal);
  if (text == nullptr) return Value();
  std::optional<int64_t> moment;
  switch (literal.type.kind) {
    case TypeKind::kUtf8:
      return Value(*text);
    case TypeKind::kDate:
      moment = storage::ParseDate(*text);
      break;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      moment = storage::ParseTimestamp(*text);
      break;
    default:
      break;
  }
  return moment ? Value(*moment) : Value();
}

bool IsNullLiteral(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && std::holds_alternative<std::monostate>(expr.literal);
}

Range RangeOf(const Expr& operand, const FileStatistics& statistics) {
  Range range;
  if (operand.kind == ExprKind::kLiteral) {
    range.low = range.high = ValueOf(operand);
    range.only_null = range.can_be_null = IsNullLiteral(operand);
    return range;
  }
  if (operand.kind != ExprKind::kColumn) return range;
  const auto column = statistics.columns.find(operand.name);
  if (column == statistics.columns.end()) return range;
  const ColumnBounds& bounds = column->second;
  range.low = bounds.min;
  range.high = bounds.max;
  range.only_null = bounds.null_count && statistics.rows && *bounds.null_count == *statistics.rows;
  range.can_be_null = bounds.null_count != 0;
  range.may_hold_nan =
      std::holds_alternative<double>(bounds.min) || std::holds_alternative<double>(bounds.max);
  return range;
}

/// Nothing where one is not known or they are of different kinds.
std::partial_ordering Compare(const Value& a, const Value& b) {
  const auto* x = std::get_if<int64_t>(&a);
  const auto* y = std::get_if<int64_t>(&b);
  if (x != nullptr && y != nullptr) return *x <=> *y;
  // The engine compares an integer with a float as floats; rounding keeps the order.
  const auto number = [](const Value& value) -> std::optional<double> {
    if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
  };
  const auto p = number(a), q = number(b);
  if (p && q) return *p <=> *q;
  const auto* s = std::get_if<std::string>(&a);
  const auto* t = std::get_if<std::string>(&b);
  if (s != nullptr && t != nullptr) {
    const int order = s->compare(*t);
    return order <=> 0;
  }
  const auto* f = std::get_if<bool>(&a);
  const auto* g = std::get_if<bool>(&b);
  if (f != nullptr && g != nullptr) return *f <=> *g;
  return std::partial_ordering::unordered;
}

bool CanBeLess(const Range& a, const Range& b) {
  const auto order = Compare(a.low, b.ceiling());
  return !(order > 0 || order == 0);
}
bool CanBeLessOrEqual(const Range& a, const Range& b) { return !(Compare(a.low, b.ceiling()) > 0); }
bool CanBeEqual(const Range& a, const Range& b) {
  if (a.may_hold_nan && b.may_hold_nan) return true;
  return !(Compare(a.low, b.high) > 0) && !(Compare(b.low, a.high) > 0);
}
bool CanDiffer(const Range& a, const Range& b) {
  const auto is_one = [](const Range& range) { return Compare(range.low, range.ceiling()) == 0; };
  return !(is_one(a) && is_one(b) && Compare(a.low, b.low) == 0);
}

Outcomes CompareRanges(std::string_view function, const Range& a, const Range& b) {
  if (function == "eq_null_safe") {
    const bool equal = !a.only_null && !b.only_null && CanBeEqual(a, b);
    return {equal || (a.can_be_null && b.can_be_null), true};
  }
  if (a.only_null || b.only_null) return kNever;
  if (function == "eq") return {CanBeEqual(a, b), CanDiffer(a, b)};
  if (function == "ne") return {CanDiffer(a, b), CanBeEqual(a, b)};
  if (function == "lt") return {CanBeLess(a, b), CanBeLessOrEqual(b, a)};
  if (function == "le") return {CanBeLessOrEqual(a, b), CanBeLess(b, a)};
  if (function == "gt") return {CanBeLess(b, a), CanBeLessOrEqual(a, b)};
  return {CanBeLessOrEqual(b, a), CanBeLess(a, b)};
}

Outcomes BeginsWith(const Range& text, const Range& prefix) {
  if (text.only_null || prefix.only_null) return kNever;
  const auto* wanted = std::get_if<std::string>(&prefix.low);
  const auto* low = std::get_if<std::string>(&text.low);
  if (wanted == nullptr || low == nullptr) return {};
  // Texts with the prefix lie together: none below it, and none above those that begin with it.
  const bool below = Compare(text.high, prefix.low) < 0;
  const bool above = low->compare(0, wanted->size(), *wanted) > 0;
  return {!below && !above, true};
}

Outcomes Judge(const Expr& condition, const FileStatistics& statistics);

Outcomes JudgeCall(const Expr& call, const FileStatistics& statistics) {
  const auto range = [&](size_t i) { return RangeOf(call.args[i], statistics); };
  if (call.name == "and" || call.name == "or") {
    const bool all = call.name == "and";
    Outcomes joined{all, !all};
    for (const Expr& arg : call.args) {
      const Outcomes one = Judge(arg, statistics);
      joined.can_hold = all ? joined.can_hold && one.can_hold : joined.can_hold || one.can_hold;
      joined.can_fail = all ? joined.can_fail || one.can_fail : joined.can_fail && one.can_fail;
    }
    return joined;
  }
  if (call.name == "not") {
    const Outcomes one = Judge(call.args[0], statistics);
    return {one.can_fail, one.can_hold};
  }
  if (call.name == "in") {
    Outcomes any{false, true};
    for (size_t i = 1; i < call.args.size(); ++i) {
      const Outcomes one = CompareRanges("eq", range(0), range(i));
      any = {any.can_hold || one.can_hold, any.can_fail && one.can_fail};
    }
    return any;
  }
  if (call.name == "starts_with") return BeginsWith(range(0), range(1));
  static constexpr std::string_view kComparisons[] = {"eq", "ne", "lt",          "le",
                                                      "gt", "ge", "eq_null_safe"};
  if (std::ranges::find(kComparisons, call.name) == std::end(kComparisons)) return {};
  return CompareRanges(call.name, range(0), range(1));
}

Outcomes Judge(const Expr& condition, const FileStatistics& statistics) {
  switch (condition.kind) {
    case ExprKind::kCall:
      return JudgeCall(condition, statistics);
    case ExprKind::kIsNull: {
      const Expr& operand = condition.args[0];
      if (operand.kind != ExprKind::kColumn && operand.kind != ExprKind::kLiteral) return {};
      const Range range = RangeOf(operand, statistics);
      return {range.can_be_null, !range.only_null};
    }
    case ExprKind::kLiteral:
    case ExprKind::kColumn: {
      const Range range = RangeOf(condition, statistics);
      const Range yes{.low = Value(true), .high = Value(true), .can_be_null = false};
      return CompareRanges("eq", range, yes);
    }
    default:
      return {};
  }
}

}  // namespace

bool CanMatch(const Expr& condition, const FileStatistics& statistics) {
  return Judge(condition, statistics).can_hold;
}

bool IsJudgedByStatistics(const Expr& condition) {
  static constexpr std::string_view kFunctions[] = {
      "eq", "ne", "lt", "le", "gt", "ge", "in", "or", "eq_null_safe", "and", "not", "starts_with"};
  if (condition.kind == ExprKind::kIsNull || condition.kind == ExprKind::kColumn) return true;
  if (condition.kind == ExprKind::kLiteral) return condition.literal == expr::Literal(false);
  return condition.kind == ExprKind::kCall &&
         std::ranges::find(kFunctions, condition.name) != std::end(kFunctions);
}

}  // namespace codeanatomy::engine
