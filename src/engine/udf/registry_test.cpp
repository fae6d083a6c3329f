#include "engine/udf/registry.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/hash.h"
#include "catalog/function.h"
#include "engine/session/session.h"

namespace codeanatomy::engine {
namespace {

std::unique_ptr<Session> OpenSession() {
  auto session = Session::Create({});
  REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().ToString()));
  std::set<std::string> names;
  for (const FunctionInfo& function : kFunctions) {
    if (function.kind != FunctionKind::kTable) names.emplace(function.name);
  }
  auto installed = InstallMacros((*session)->connection(), names);
  REQUIRE_MESSAGE(installed.has_value(), (installed ? "" : installed.error().ToString()));
  return *std::move(session);
}

/// The expression's value as text; "NULL" and "ERROR …" for the others.
std::string Evaluate(Session& session, std::string_view expression) {
  auto result =
      session.connection().Query(fmt::format("SELECT coalesce(({})::VARCHAR, 'NULL')", expression));
  if (!result) return "ERROR " + result.error().ToString();
  return *result->SingleText();
}

TEST_CASE("every function gives its documented example") {
  auto session = OpenSession();
  for (const FunctionInfo& function : kFunctions) {
    if (function.kind == FunctionKind::kTable) continue;
    CHECK_MESSAGE(Evaluate(*session, function.example) == function.result,
                  std::string(function.example));
  }
}

TEST_CASE("every function gives the values of its vectors") {
  auto session = OpenSession();
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  for (const FunctionInfo& function : kFunctions) {
    if (function.kind == FunctionKind::kTable) continue;
    CAPTURE(std::string(function.name));
    std::ifstream in(fmt::format("{}/tests/data/functions/{}.txt", root, function.name));
    size_t vectors = 0;
    for (std::string line; std::getline(in, line); ++vectors) {
      const size_t tab = line.find('\t');
      REQUIRE(tab != std::string::npos);
      const std::string expression = line.substr(0, tab);
      CHECK(expression.find(function.name) != std::string::npos);
      CHECK_MESSAGE(Evaluate(*session, expression) == line.substr(tab + 1), expression);
    }
    CHECK(vectors >= 3);
  }
}

// make bench-functions measures the pairs; here they are complete and can be run.
TEST_CASE("every function has a pair for its speed, or the reason why not") {
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  std::ifstream in(fmt::format("{}/tests/data/functions/speed.tsv", root));
  size_t lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    CAPTURE(line);
    REQUIRE(lines < kFunctions.size());
    const FunctionInfo& function = kFunctions[lines];  // in the catalogue's order
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    CHECK(line.substr(0, first) == function.name);
    const std::string ours = line.substr(first + 1, second - first - 1);
    CHECK((ours == "-") == (function.form == FunctionForm::kBuiltIn &&
                            function.kind != FunctionKind::kTable));
    CHECK(second + 1 < line.size());
    if (ours != "-") CHECK(ours.find(function.name) != std::string::npos);
  }
  CHECK(lines == kFunctions.size());
}

TEST_CASE("a name that is no parameter is answered with the right ones") {
  auto session = OpenSession();
  const std::string error = Evaluate(*session, "utf8_normalize('a', fold := true)");
  CHECK(error.starts_with("ERROR SQL_INVALID"));
  CHECK(error.find("utf8_normalize") != std::string::npos);
}

TEST_CASE("installing twice is harmless") {
  auto session = OpenSession();
  CHECK(InstallFunctions(session->connection()));
  CHECK(Evaluate(*session, "hash64('abc')") == "1423657621850124518");
}

TEST_CASE("a macro brings those it uses") {
  auto session = Session::Create({});
  REQUIRE(session);
  CHECK(InstallMacros((*session)->connection(), {"CDF_is_upsert", "no_such_function"}));
  CHECK(Evaluate(**session, "cdf_is_upsert('insert')") == "true");
  CHECK(Evaluate(**session, "span_make(1, 2)").starts_with("ERROR SQL_INVALID"));
}

TEST_CASE("hash64 equals the vectors of the data model") {
  auto session = OpenSession();
  CHECK(Evaluate(*session, "hash64('abc')") == "1423657621850124518");
  CHECK(Evaluate(*session, "hash64('abc', NULL)") == "1423657621850124518");
  CHECK(Evaluate(*session, "hash64(NULL, 'abc', NULL::BIGINT)") == "1423657621850124518");
  CHECK(Evaluate(*session, "hash64('METHOD', 'pkg/mod.py', 'A::f#1')") == "5136019113826787853");
  CHECK(Evaluate(*session, "hash64(5136019113826787853, 7)") == "7456844717545105275");
  CHECK(Evaluate(*session, "hash64(5136019113826787853, 7::TINYINT)") == "7456844717545105275");
  CHECK(Evaluate(*session, "hash64('abc'::ENUM('abc'))") == "1423657621850124518");
  const int64_t expected =
      Hash64().Add("a rather long text of more than twelve bytes").Add(int64_t{-1}).Finish();
  CHECK(Evaluate(*session, "hash64('a rather long text of more than twelve bytes', -1)") ==
        fmt::format("{}", expected));
  CHECK(Evaluate(*session, "hash64(1.5)").starts_with("ERROR SQL_INVALID"));
  CHECK(Evaluate(*session, "hash64(DATE '2020-01-01')").starts_with("ERROR SQL_INVALID"));
}

TEST_CASE("hash64 over columns and constants agrees with row-wise hashing") {
  auto session = OpenSession();
  const std::string rows =
      "(SELECT hash64('K', 'p' || i, CASE WHEN i % 3 > 0 THEN i END) AS h, i FROM range(10000) "
      "t(i))";
  CHECK(Evaluate(*session, "SELECT count(*) FROM " + rows + " WHERE h IS NULL OR h < 0") == "0");
  const int64_t with = Hash64().Add("K").Add("p4999").Add(int64_t{4999}).Finish();
  CHECK(Evaluate(*session, "SELECT h FROM " + rows + " WHERE i = 4999") == fmt::format("{}", with));
  const int64_t without = Hash64().Add("K").Add("p3000").Finish();
  CHECK(Evaluate(*session, "SELECT h FROM " + rows + " WHERE i = 3000") ==
        fmt::format("{}", without));
}

TEST_CASE("null rules") {
  auto session = OpenSession();
  auto is = [&](std::string_view expression, std::string_view value) {
    CHECK_MESSAGE(Evaluate(*session, expression) == value, std::string(expression));
  };
  is("stable_hash128('')", "e3b0c44298fc1c149afbf4c8996fb924");
  is("stable_hash128('abc')", "ba7816bf8f01cfea414140de5dae2223");
  is("stable_hash128(NULL, NULL)", "NULL");
  is("stable_hash128(12, true) = stable_hash128('12', 'true')", "true");
  is("stable_id(NULL, 'a')", "NULL");
  is("stable_id('a', NULL)", "NULL");
  is("stable_id_parts(NULL, 'a')", "NULL");
  is("stable_id_parts('x', NULL) = 'x:' || stable_hash128('__NULL__')", "true");
  is("stable_hash_any(NULL) = stable_hash128('__NULL__')", "true");
  is("stable_hash_any('  ') = stable_hash128('')", "true");
  is("prefixed_hash64('a', NULL)", "NULL");
  is("span_len(span_make(NULL, 3))", "NULL");
  is("span_make(1, 2, line_base := NULL).line_base", "NULL");
  is("span_contains(span_make(0, 9), span_make(4, 9, end_exclusive := false))", "false");
  is("span_overlaps(span_make(0, 4, end_exclusive := false), span_make(4, 6))", "true");
  is("span_id('S', 'r', NULL, 1, 2)", "NULL");
  is("span_id('S', 'r', 'p', 1, 2, kind := 'k') = hash64('S:k', 'r', 'p', 1, 2)", "true");
  is("utf8_normalize('   ')", "NULL");
  is("utf8_normalize('É', form := 'NFD', casefold := false) = 'E' || chr(769)", "true");
  is("cdf_change_rank(NULL)", "NULL");
  is("cdf_change_rank('other')", "-1");
  is("list_compact(NULL)", "NULL");
  CHECK(Evaluate(*session, "utf8_normalize('a', form := 'NFX')").starts_with("ERROR"));
}

TEST_CASE("columns in other units") {
  auto session = OpenSession();
  auto is = [&](std::string_view expression, std::string_view value) {
    CHECK_MESSAGE(Evaluate(*session, expression) == value, std::string(expression));
  };
  is("col_to_byte('aé😀b', 0, 'utf8')", "0");
  is("col_to_byte('aé😀b', -3, 'utf8')", "0");
  is("col_to_byte('aé😀b', 3, 'UTF-8')", "3");
  is("col_to_byte('aé😀b', 4, 2)", "7");
  is("col_to_byte('aé😀b', 3, NULL)", "7");
  is("col_to_byte('aé😀b', 99, 'utf32')", "8");
  is("col_to_byte(NULL, 99, 'utf32')", "NULL");
  CHECK(Evaluate(*session, "col_to_byte('aé😀b', 2, 'utf8')").starts_with("ERROR"));
  CHECK(Evaluate(*session, "col_to_byte('aé😀b', 3, 'utf16')").starts_with("ERROR"));
}

}  // namespace
}  // namespace codeanatomy::engine
