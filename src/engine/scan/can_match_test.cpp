#include "engine/scan/can_match.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/render/duckdb_sql.h"
#include "engine/session/session.h"
#include "expr/expr_text.h"

namespace codeanatomy::engine {
namespace {

using expr::Expr;
using storage::FileStatistics;
using storage::Value;

const expr::Schema kSchema{{{"i", expr::TypeKind::kInt64},
                            {"d", expr::TypeKind::kFloat64},
                            {"s", expr::TypeKind::kUtf8},
                            {"b", expr::TypeKind::kBoolean},
                            {"t", expr::TypeKind::kTimestamp},
                            {"n", expr::TypeKind::kInt64}}};
constexpr std::string_view kTexts[] = {"",     "a",     "ab",   "abc",    "b",
                                       "pkg/", "pkg/x", "pkg0", "\u00e4", "z"};

/// Of two values of one scalar type.
bool Less(const Value& a, const Value& b) {
  if (const auto* x = std::get_if<int64_t>(&a)) return *x < std::get<int64_t>(b);
  if (const auto* x = std::get_if<double>(&a)) return *x < std::get<double>(b);
  if (const auto* x = std::get_if<bool>(&a)) return *x < std::get<bool>(b);
  return std::get<std::string>(a) < std::get<std::string>(b);
}

/// Files of random rows: as a table of the engine, and as what a log would say of them.
class Files {
 public:
  explicit Files(std::mt19937& random) : random_(random) {}

  std::string Rows(size_t files) {
    std::string rows;
    for (size_t file = 0; file < files; ++file) {
      FileStatistics& statistics = statistics_.emplace_back();
      const size_t count = random_() % 6;
      low_ = static_cast<int>(random_() % 12) - 6;
      spread_ = static_cast<int>(random_() % 5) + 1;
      for (size_t row = 0; row < count; ++row)
        rows += fmt::format("{}({}, {})", rows.empty() ? "" : ", ", file, Row(statistics));
      statistics.rows = static_cast<int64_t>(count);
      for (const expr::Field& field : kSchema.fields) Blur(statistics, field.name);
    }
    return rows;
  }

  const FileStatistics& of(size_t file) const { return statistics_[file]; }

 private:
  size_t Pick(size_t count) { return random_() % count; }

  std::string Row(FileStatistics& statistics) {
    std::string row;
    for (const expr::Field& field : kSchema.fields) {
      const auto value = Cell(field);
      storage::ColumnBounds& bounds = statistics.columns[field.name];
      if (!bounds.null_count) bounds.null_count = 0;
      if (value.second.is_null()) ++*bounds.null_count;
      Widen(bounds, value.second, value.first == "'NaN'::DOUBLE");
      row += (row.empty() ? "" : ", ") + value.first;
    }
    return row;
  }

  /// As SQL and as a value; a NaN has no place in bounds.
  std::pair<std::string, Value> Cell(const expr::Field& field) {
    const int number = low_ + static_cast<int>(Pick(static_cast<size_t>(spread_)));
    if (Pick(7) == 0 || field.name == "n") return {"NULL", Value()};
    if (field.name == "i") return {fmt::format("{}", number), Value(int64_t{number})};
    if (field.name == "b") return {number > 0 ? "true" : "false", Value(number > 0)};
    if (field.name == "t") {
      return {fmt::format("to_timestamp({})", number), Value(int64_t{number} * 1'000'000)};
    }
    if (field.name == "d") {
      if (Pick(9) == 0) return {"'NaN'::DOUBLE", Value(0.0)};
      return {fmt::format("{}::DOUBLE", number / 2.0), Value(number / 2.0)};
    }
    const std::string_view text =
        kTexts[static_cast<size_t>(std::clamp(number + 4, 0, int(std::size(kTexts)) - 1))];
    return {QuoteLiteral(text), Value(std::string(text))};
  }

  static void Widen(storage::ColumnBounds& bounds, const Value& value, bool is_nan) {
    if (value.is_null() || is_nan) return;
    if (bounds.min.is_null() || Less(value, bounds.min)) bounds.min = value;
    if (bounds.max.is_null() || Less(bounds.max, value)) bounds.max = value;
  }

  /// Bounds may be wider than the data, and anything may be missing.
  void Blur(FileStatistics& statistics, const std::string& name) {
    storage::ColumnBounds& bounds = statistics.columns[name];
    if (Pick(6) == 0) bounds.min = Value();
    if (Pick(6) == 0) bounds.max = Value();
    if (Pick(6) == 0) bounds.null_count.reset();
    if (auto* text = std::get_if<std::string>(&bounds.min); text != nullptr && Pick(3) == 0)
      text->resize(text->size() / 2);
    if (auto* text = std::get_if<std::string>(&bounds.max); text != nullptr && Pick(3) == 0)
      *text += "\U0010ffff";
    if (Pick(12) == 0) statistics.columns.erase(name);
    if (Pick(20) == 0) statistics.rows.reset();
  }

  std::mt19937& random_;
  std::vector<FileStatistics> statistics_;
  int low_ = 0, spread_ = 1;
};

class Conditions {
 public:
  explicit Conditions(std::mt19937& random) : random_(random) {}

  Expr Make(int depth = 3) {
    const size_t kind = random_() % (depth == 0 ? 6 : 9);
    if (kind == 6) return expr::Call("and", {Make(depth - 1), Make(depth - 1)});
    if (kind == 7) return expr::Call("or", {Make(depth - 1), Make(depth - 1)});
    if (kind == 8) return expr::Call("not", {Make(depth - 1)});
    if (kind == 0) return expr::IsNull(AnyColumn());
    if (kind == 1) return random_() % 2 == 0 ? expr::Column("b") : expr::Bool(random_() % 2 == 0);
    if (kind == 2) return expr::Call("starts_with", {expr::Column("s"), expr::Text(AnyText())});
    const expr::Field& field = kSchema.fields[random_() % kSchema.fields.size()];
    if (kind == 3) {
      std::vector<Expr> args{expr::Column(field.name)};
      for (size_t i = random_() % 3 + 1; i > 0; --i) args.push_back(LiteralOf(field));
      return expr::Call("in", std::move(args));
    }
    static constexpr std::string_view kComparisons[] = {"eq", "ne", "lt",          "le",
                                                        "gt", "ge", "eq_null_safe"};
    const std::string_view function = kComparisons[random_() % std::size(kComparisons)];
    Expr left = expr::Column(field.name);
    Expr right = random_() % 8 == 0 ? expr::Column(field.name) : LiteralOf(field);
    if (field.name == "i" && random_() % 4 == 0) right = expr::Column("n");
    if (random_() % 3 == 0) std::swap(left, right);
    return expr::Call(function, {std::move(left), std::move(right)});
  }

 private:
  std::string_view AnyText() { return kTexts[random_() % std::size(kTexts)]; }
  Expr AnyColumn() { return expr::Column(kSchema.fields[random_() % kSchema.fields.size()].name); }

  Expr LiteralOf(const expr::Field& field) {
    const int number = static_cast<int>(random_() % 16) - 8;
    if (random_() % 12 == 0) return expr::Null(field.type);
    switch (field.type.kind) {
      case expr::TypeKind::kUtf8:
        return expr::Text(AnyText());
      case expr::TypeKind::kBoolean:
        return expr::Bool(number > 0);
      case expr::TypeKind::kFloat64:
        return number == 7 ? expr::Float(std::nan("")) : expr::Float(number / 2.0);
      case expr::TypeKind::kTimestamp: {
        Expr literal = expr::Text(fmt::format("1970-01-01T00:00:{:02}", std::abs(number)));
        literal.type = field.type;
        return literal;
      }
      default:
        return expr::Integer(number);
    }
  }

  std::mt19937& random_;
};

TEST_CASE("a file with a row that the engine finds is never left out") {
  std::mt19937 random(7);
  auto session = Session::Create({.threads = 1});
  REQUIRE(session.has_value());
  Connection& connection = (*session)->connection();
  constexpr size_t kFiles = 40;
  Files files(random);
  const std::string rows = files.Rows(kFiles);
  REQUIRE(
      connection.Execute("CREATE TABLE t (file INTEGER, i BIGINT, d DOUBLE, s VARCHAR, b BOOLEAN, "
                         "t TIMESTAMPTZ, n BIGINT); INSERT INTO t VALUES " +
                         rows));
  Conditions conditions(random);
  size_t left_out = 0, empty = 0;
  for (int round = 0; round < 600; ++round) {
    const Expr condition = conditions.Make();
    CAPTURE(expr::ToText(condition));
    auto result = connection.Query(
        fmt::format("SELECT DISTINCT file FROM t WHERE {}", RenderDuckdb(condition, kSchema)));
    REQUIRE_MESSAGE(result.has_value(), result.error().ToString());
    std::vector<bool> found(kFiles);
    while (true) {
      const auto chunk = result->Next();
      REQUIRE(chunk.has_value());
      if (*chunk == nullptr) break;
      for (size_t row = 0; row < (*chunk)->rows(); ++row)
        found[static_cast<size_t>((*chunk)->column(0).Integer(row))] = true;
    }
    for (size_t file = 0; file < kFiles; ++file) {
      CAPTURE(file);
      const bool can = CanMatch(condition, files.of(file));
      CHECK((can || !found[file]));
      empty += found[file] ? 0 : 1;
      left_out += can ? 0 : 1;
    }
  }
  // Statistics that say much leave out much: without it the test would pass on "always".
  CHECK(left_out * 3 > empty);
}

TEST_CASE("what statistics say of single conditions") {
  FileStatistics file;
  file.rows = 10;
  file.columns["x"] = {Value(int64_t{5}), Value(int64_t{9}), 0};
  file.columns["all_null"] = {Value(), Value(), 10};
  file.columns["path"] = {Value(std::string("pkg/a.py")), Value(std::string("pkg/c.py")), 2};
  const std::pair<std::string_view, bool> cases[] = {
      {"eq(x, 4)", false},
      {"eq(x, 5)", true},
      {"lt(x, 5)", false},
      {"le(x, 5)", true},
      {"gt(x, 9)", false},
      {"ne(x, 7)", true},
      {"lt(7, x)", true},
      {"lt(9, x)", false},
      {"in(x, 1, 2)", false},
      {"in(x, 1, 8)", true},
      {"is_null(x)", false},
      {"not(is_null(x))", true},
      {"is_null(all_null)", true},
      {"eq(all_null, 1)", false},
      {"not(eq(all_null, 1))", false},
      {"eq(path, 'pkg/b.py')", true},
      {"eq(path, 'lib/b.py')", false},
      {"is_null(path)", true},
      {"starts_with(path, 'pkg/b')", true},
      {"starts_with(path, 'pkg/d')", false},
      {"starts_with(path, 'app')", false},
      {"starts_with(path, '')", true},
      {"or(eq(x, 4), eq(path, 'q'))", false},
      {"or(eq(x, 5), eq(path, 'q'))", true},
      {"and(eq(x, 5), eq(path, 'q'))", false},
      {"eq(unknown, 1)", true},
      {"eq(length(path), 1)", true},
      {"false", false},
  };
  for (const auto& [text, can] : cases) {
    CAPTURE(text);
    const auto condition = expr::ParseExprText(text);
    REQUIRE_MESSAGE(condition.has_value(), condition.error().ToString());
    CHECK(CanMatch(*condition, file) == can);
  }
}

}  // namespace
}  // namespace codeanatomy::engine
