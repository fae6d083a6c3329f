#include "engine/render/interval_join.h"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/duckdb/logical_type.h"
#include "engine/render/duckdb_sql.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

using expr::Call;
using expr::Column;

/// Two tables of intervals in few files; some ends are null, some intervals are empty or backwards.
std::string Rows(std::mt19937& random, size_t count) {
  std::string rows;
  for (size_t i = 0; i < count; ++i) {
    const int64_t start = static_cast<int64_t>(random() % 60);
    const int64_t end = start - 2 + static_cast<int64_t>(random() % 20);
    const auto text = [&](int64_t value) {
      return random() % 25 == 0 ? std::string("NULL") : fmt::format("{}", value);
    };
    rows += fmt::format("{}({}, {}, {}, {})", i == 0 ? "" : ", ", i,
                        random() % 30 == 0 ? "NULL" : fmt::format("'f{}'", random() % 3),
                        text(start), text(end));
  }
  return rows;
}

Relation Scan(const char* name) {
  Relation scan;
  scan.name = name;
  scan.schema.fields = {{"id", expr::TypeKind::kInt64},
                        {"path", expr::TypeKind::kUtf8},
                        {"bstart", expr::TypeKind::kInt64},
                        {"bend", expr::TypeKind::kInt64}};
  return scan;
}

Relation Join(spec::JoinType type, std::vector<expr::Expr> predicates) {
  Relation join;
  join.op = RelationOp::kJoin;
  join.join_type = type;
  join.inputs = {Scan("a"), Scan("b")};
  join.join_keys = {{"path", "path"}};
  join.predicates = std::move(predicates);
  join.columns = {{"l_id", Column("l.id")}, {"r_id", Column("r.id")}};
  join.schema.fields = {{"l_id", expr::TypeKind::kInt64}, {"r_id", expr::TypeKind::kInt64}};
  return join;
}

std::string Source(std::string_view name) { return QuoteIdentifier(name); }

const std::vector<std::vector<expr::Expr>>& Conditions() {
  static const std::vector<std::vector<expr::Expr>> all{
      // the left holds the right, and the other way round
      {Call("le", {Column("l.bstart"), Column("r.bstart")}),
       Call("le", {Column("r.bend"), Column("l.bend")})},
      {Call("and", {Call("ge", {Column("l.bstart"), Column("r.bstart")}),
                    Call("le", {Column("l.bend"), Column("r.bend")})})},
      // they overlap
      {Call("lt", {Column("r.bstart"), Column("l.bend")}),
       Call("gt", {Column("r.bend"), Column("l.bstart")})},
      // with more to fulfil
      {Call("le", {Column("l.bstart"), Column("r.bstart")}),
       Call("lt", {Column("r.bend"), Column("l.bend")}),
       Call("ne", {Column("l.id"), Column("r.id")}),
       Call("le", {Column("l.id"), Column("r.bend")})}};
  return all;
}

std::string Naive(const Relation& join) {
  std::string condition = "l.path = r.path";
  expr::Schema pairs;
  for (const char* side : {"l.", "r."}) {
    for (const expr::Field& field : join.inputs[0].schema.fields)
      pairs.fields.push_back({side + field.name, field.type});
  }
  for (const expr::Expr& predicate : join.predicates)
    condition += " AND " + RenderDuckdb(predicate, pairs);
  return fmt::format("SELECT l.id AS l_id, r.id AS r_id FROM a AS l {} JOIN b AS r ON {}",
                     join.join_type == spec::JoinType::kLeft ? "LEFT" : "", condition);
}

}  // namespace

TEST_CASE("the sweep finds what nested loops find") {
  auto session = Session::Create({.threads = 2});
  REQUIRE(session);
  Connection& connection = (*session)->connection();
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    for (const char* table : {"a", "b"}) {
      REQUIRE(connection.Execute(
          fmt::format("CREATE OR REPLACE TABLE {} AS SELECT * FROM (VALUES {}) AS t(id, path, "
                      "bstart, bend)",
                      table, Rows(random, 150))));
    }
    for (const auto& predicates : Conditions()) {
      for (const auto type : {spec::JoinType::kInner, spec::JoinType::kLeft}) {
        const Relation join = Join(type, predicates);
        REQUIRE(FindIntervalJoin(join));
        const std::string ours = RenderDuckdb(join, Source), naive = Naive(join);
        CHECK(ours.find("interval_pairs") != std::string::npos);
        auto differences = connection.Query(fmt::format(
            "SELECT (SELECT count(*) FROM (({0}) EXCEPT ALL ({1}))) + (SELECT count(*) FROM (({1}) "
            "EXCEPT ALL ({0})))",
            ours, naive));
        REQUIRE_MESSAGE(differences.has_value(), ours);
        CHECK_EQ(*differences->SingleInteger(), 0);
        auto rows = connection.Query(fmt::format("SELECT count(*) FROM ({})", ours));
        REQUIRE(rows);
        CHECK_GT(*rows->SingleInteger(), 0);
      }
    }
  }
}

TEST_CASE("only joins of a file that compare both ends are intervals") {
  const auto& holds = Conditions()[0];
  CHECK(FindIntervalJoin(Join(spec::JoinType::kInner, holds)));
  for (const auto type : {spec::JoinType::kRight, spec::JoinType::kFull, spec::JoinType::kSemi,
                          spec::JoinType::kAnti})
    CHECK_FALSE(FindIntervalJoin(Join(type, holds)));
  CHECK_FALSE(FindIntervalJoin(Join(spec::JoinType::kInner, {holds[0]})));
  CHECK_FALSE(FindIntervalJoin(Join(spec::JoinType::kInner, {holds[0], holds[0]})));
  Relation keyed = Join(spec::JoinType::kInner, holds);
  keyed.join_keys.push_back({"id", "id"});
  CHECK_FALSE(FindIntervalJoin(keyed));
  keyed.join_keys = {{"id", "id"}};
  CHECK_FALSE(FindIntervalJoin(keyed));
  Relation texts = Join(spec::JoinType::kInner, holds);
  texts.inputs[0].schema.fields[2].type = expr::TypeKind::kFloat64;
  CHECK_FALSE(FindIntervalJoin(texts));
}

TEST_CASE("a union of interval joins, and one inside another, are statements") {
  auto session = Session::Create({.threads = 1});
  REQUIRE(session);
  Connection& connection = (*session)->connection();
  REQUIRE(connection.Execute(
      "CREATE TABLE a AS SELECT i AS id, 'f' AS path, i AS bstart, 9 - i AS bend FROM range(5) "
      "t(i); CREATE TABLE b AS FROM a"));
  Relation inner = Join(spec::JoinType::kInner, Conditions()[0]);
  inner.columns = {{"id", Column("l.id")},
                   {"path", Column("l.path")},
                   {"bstart", Column("l.bstart")},
                   {"bend", Column("l.bend")}};
  inner.schema = inner.inputs[0].schema;
  Relation outer = Join(spec::JoinType::kInner, Conditions()[0]);
  outer.inputs[0] = inner;
  Relation both;
  both.op = RelationOp::kUnion;
  both.schema = outer.schema;
  both.inputs = {outer, outer};
  auto rows = connection.Query("SELECT count(*) FROM (" + RenderDuckdb(both, Source) + ")");
  REQUIRE_MESSAGE(rows.has_value(), rows.error().ToString());
  // Spans i to 9 - i hold those of greater i: span i has 5 - i below and itself.
  CHECK_EQ(*rows->SingleInteger(), 2 * (25 + 16 + 9 + 4 + 1));
}

}  // namespace codeanatomy::engine
