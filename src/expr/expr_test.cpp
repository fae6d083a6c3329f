#include <doctest/doctest.h>

#include "expr/expr_text.h"
#include "expr/json_reader.h"
#include "expr/type_check.h"

namespace codeanatomy::expr {
namespace {

Expr FromText(std::string_view text) {
  auto expr = ParseExprText(text);
  REQUIRE_MESSAGE(expr.has_value(), text);
  return *std::move(expr);
}

TEST_CASE("the notation, the tree and the JSON form say the same") {
  for (std::string_view text :
       {"name", "l.name", "'it''s'", "-7", "1.5", "true", "null('Utf8')", "eq(a, 'x')",
        "cast(a, 'Int32')", "try_cast(a, 'List<Utf8>')", "case(eq(a, 1), 'one', 'more')",
        "case(eq(a, 1), 'one')", "is_null(hash64('BLOCK', a, b))", "param(2)", "2.0"}) {
    CAPTURE(text);
    const Expr expr = FromText(text);
    CHECK(ToText(expr) == text);
    JsonReader reader;
    Expr again;
    Read(reader, Write(expr), "$", again);
    CHECK_FALSE(reader.error.has_value());
    CHECK(again == expr);
  }
  for (std::string_view text : {"", "eq(a", "eq(a,)", "'open", "1x", "a b", "cast(a)", "null()"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseExprText(text).has_value());
  }
}

TEST_CASE("types are read back as written") {
  for (std::string_view text :
       {"Utf8", "Boolean", "Int32", "Int64", "Float64", "Date", "Timestamp", "TimestampNtz",
        "Binary", "Span", "List<Utf8>", "Map<Utf8,List<Int64>>",
        "List<Struct<name:Utf8,spans:List<Span>>>"}) {
    CAPTURE(text);
    const auto type = ParseType(text);
    REQUIRE(type.has_value());
    CHECK(type->ToString() == text);
  }
  for (std::string_view text : {"", "int", "List", "List<Utf8", "List<Utf8>>", "Map<Int64,Utf8>",
                                "Struct<>", "Struct<a>"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseType(text).has_value());
  }
}

TEST_CASE("expressions are typed before anything runs") {
  const Schema schema{{{"t", TypeKind::kUtf8},
                       {"i", TypeKind::kInt32},
                       {"j", TypeKind::kInt64},
                       {"f", TypeKind::kFloat64},
                       {"b", TypeKind::kBoolean},
                       {"s", TypeKind::kSpan},
                       {"l", Type::List(TypeKind::kInt64)},
                       {"m", Type::Map(TypeKind::kUtf8)}}};
  const std::vector<Type> parameters = {TypeKind::kUtf8};
  struct Case {
    std::string_view text, type;  // type empty: refused
  };
  const Case cases[] = {
      {"eq(t, 'x')", "Boolean"},
      {"eq(i, f)", "Boolean"},
      {"add(i, j)", "Int64"},
      {"add(i, i)", "Int32"},
      {"mul(j, f)", "Float64"},
      {"div(i, j)", "Float64"},
      {"coalesce(i, null('Int64'), 3)", "Int64"},
      {"case(b, i, f)", "Float64"},
      {"case(b, t)", "Utf8"},
      {"in(t, 'a', 'b', param(1))", "Boolean"},
      {"concat(t, t)", "Utf8"},
      {"list(i, j)", "List<Int64>"},
      {"list_contains(l, i)", "Boolean"},
      {"element(l, 1)", "Int64"},
      {"element(m, 'k')", "Utf8"},
      {"map_entries(m)", "List<Struct<key:Utf8,value:Utf8>>"},
      {"struct('a', i, 'b', t)", "Struct<a:Int32,b:Utf8>"},
      {"field(struct('a', i), 'a')", "Int32"},
      {"field(s, 'bstart')", "Int64"},
      {"span_contains(s, span_make(j, 5))", "Boolean"},
      {"hash64('BLOCK', j, t)", "Int64"},
      {"stable_hash128(t, j)", "Utf8"},
      {"hash64()", "Int64"},
      {"cast(t, 'Int64')", "Int64"},
      {"eq(t, 1)", ""},
      {"eq(t)", ""},
      {"eq(missing, 1)", ""},
      {"nosuch(t)", ""},
      {"add(t, 1)", ""},
      {"and(b, i)", ""},
      {"not(t)", ""},
      {"case(i, t, t)", ""},
      {"case(b, t, i)", ""},
      {"in(t, 1)", ""},
      {"element(t, 1)", ""},
      {"field(s, 'nosuch')", ""},
      {"hash64(f)", ""},
      {"cast(l, 'Int64')", ""},
      {"matches(t, t)", ""},
      {"param(2)", ""},
  };
  for (const Case& test : cases) {
    CAPTURE(test.text);
    const auto type = CheckExpr(FromText(test.text), {schema, parameters}, "$");
    CHECK(type.has_value() == !test.type.empty());
    if (type.has_value()) CHECK(type->ToString() == test.type);
    if (!type.has_value()) CHECK(type.error().code() == ErrorCode::kExpressionTypeError);
  }
  CHECK(CheckExpr(FromText("and(b, eq(t, 1))"), {schema, {}}, "$.predicate")
            .error()
            .message()
            .find("$.predicate.args[1]") != std::string::npos);
  CHECK_FALSE(CheckPredicate(FromText("add(i, 1)"), {schema, {}}, "$").has_value());
}

}  // namespace
}  // namespace codeanatomy::expr
