#include "engine/render/spark_sql.h"

#include <doctest/doctest.h>

#include "expr/json_reader.h"

namespace codeanatomy::engine {
namespace {

using namespace expr;

std::string Spark(const Expr& expr) {
  const auto sql = RenderSpark(expr);
  return sql ? *sql : sql.error().ToString();
}

TEST_CASE("names, literals and operators in Spark's dialect") {
  const Expr x = Column("x");
  CHECK_EQ(Spark(Call("gt", {x, Integer(0)})), "(`x` > 0)");
  CHECK_EQ(Spark(Call("eq", {Column("a`b"), Text("it's \\ \n")})), R"((`a``b` = 'it\'s \\ \n'))");
  CHECK_EQ(Spark(Call("and", {Bool(true), Call("not", {IsNull(x)}), Bool(false)})),
           "(true AND (NOT (`x` IS NULL)) AND false)");
  CHECK_EQ(Spark(Call("in", {x, Integer(-1), Integer(2)})), "(`x` IN ((-1), 2))");
  CHECK_EQ(Spark(Call("lt", {x, Float(0.5)})), "(`x` < CAST('0.5' AS DOUBLE))");
  CHECK_EQ(Spark(Call("eq_null_safe", {x, Null(TypeKind::kUtf8)})),
           "(`x` <=> CAST(NULL AS STRING))");
  CHECK_EQ(Spark(Call("starts_with", {x, Text("a")})), "startswith(`x`, 'a')");
  CHECK_EQ(Spark(Cast(x, TypeKind::kInt64)), "CAST(`x` AS BIGINT)");
  Expr branch;
  branch.kind = ExprKind::kCase;
  branch.args = {Bool(true), Integer(1), Null(TypeKind::kNull)};
  CHECK_EQ(Spark(branch), "CASE WHEN true THEN 1 END");
  branch.args.back() = Integer(2);
  CHECK_EQ(Spark(branch), "CASE WHEN true THEN 1 ELSE 2 END");
}

TEST_CASE("what has no form there is refused by name") {
  for (const char* name : {"span_len", "matches", "hash64"}) {
    const auto sql = RenderSpark(Call(name, {Column("x")}));
    REQUIRE_FALSE(sql.has_value());
    CHECK_NE(sql.error().message().find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace codeanatomy::engine
