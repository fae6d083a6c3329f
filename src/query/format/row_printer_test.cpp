#include "query/format/row_printer.h"

#include <doctest/doctest.h>

#include "engine/session/session.h"
#include "query/format/table_printer.h"

namespace codeanatomy::query {
namespace {

std::string Print(std::string_view sql, RowFormat format, TableStyle style = {}) {
  auto session = engine::Session::Create({});
  REQUIRE_MESSAGE(session.has_value(), (session ? "" : session.error().ToString()));
  auto result = (*session)->connection().Query(sql);
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().ToString()));
  std::string text;
  auto rows = PrintRows(*result, format, style, [&](std::string_view part) -> Result<void> {
    text += part;
    return {};
  });
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().ToString()));
  return text;
}

std::string JsonValue(std::string_view expression) {
  const std::string text = Print("SELECT " + std::string(expression) + " AS v", RowFormat::kJson);
  return text.substr(7, text.size() - 7 - 4);  // [\n{"v": … }\n]\n
}

TEST_CASE("JSON has one object per line") {
  CHECK(Print("SELECT * FROM (VALUES (1, 'a\"\n'), (NULL, NULL)) t(n, s)", RowFormat::kJson) ==
        "[\n{\"n\":1,\"s\":\"a\\\"\\n\"},\n{\"n\":null,\"s\":null}\n]\n");
  CHECK(Print("SELECT 1 AS a WHERE false", RowFormat::kJson) == "[]\n");
}

TEST_CASE("values of every type as JSON") {
  CHECK(JsonValue("true") == "true");
  CHECK(JsonValue("9223372036854775807") == "9223372036854775807");
  CHECK(JsonValue("18446744073709551615::UBIGINT") == "18446744073709551615");
  CHECK(JsonValue("-170141183460469231731687303715884105727::HUGEINT") ==
        "-170141183460469231731687303715884105727");
  CHECK(JsonValue("0.1::DOUBLE") == "0.1");
  CHECK(JsonValue("'nan'::DOUBLE") == "\"NaN\"");
  CHECK(JsonValue("-1.50::DECIMAL(9,2)") == "\"-1.50\"");
  CHECK(JsonValue("DATE '1969-12-31'") == "\"1969-12-31\"");
  CHECK(JsonValue("TIMESTAMP '2020-01-02 03:04:05.678'") == "\"2020-01-02T03:04:05.678000\"");
  CHECK(JsonValue("TIMESTAMPTZ '2020-01-02 03:04:05+00'") == "\"2020-01-02T03:04:05.000000Z\"");
  CHECK(JsonValue("TIMESTAMP_S '2020-01-02 03:04:05'") == "\"2020-01-02T03:04:05.000000\"");
  CHECK(JsonValue("TIME '03:04:05'") == "\"03:04:05.000000\"");
  CHECK(JsonValue("INTERVAL 1 DAY") == "\"0 months 1 days 0 us\"");
  CHECK(JsonValue("'\\xFF\\x00'::BLOB") == "\"/wA=\"");
  CHECK(JsonValue("'6f0ec6e0-0000-1000-8000-00000000abcd'::UUID") ==
        "\"6f0ec6e0-0000-1000-8000-00000000abcd\"");
  CHECK(JsonValue("'b'::ENUM('a','b')") == "\"b\"");
  CHECK(JsonValue("NULL") == "null");
  CHECK(JsonValue("[1, NULL]") == "[1,null]");
  CHECK(JsonValue("{'a': 1, 'b': [{'c': 'x'}]}") == "{\"a\":1,\"b\":[{\"c\":\"x\"}]}");
  CHECK(JsonValue("MAP {'b': 1, 'a': 2}") == "[[\"a\",2],[\"b\",1]]");
}

TEST_CASE("CSV quotes what needs it and tells null from empty") {
  CHECK(Print("SELECT 1 AS n, 'a,b' AS \"x,y\", '' AS e, NULL AS z, 'say \"hi\"' AS q, [1] AS l",
              RowFormat::kCsv) ==
        "n,\"x,y\",e,z,q,l\r\n1,\"a,b\",\"\",,\"say \"\"hi\"\"\",[1]\r\n");
}

TEST_CASE("tables are aligned, numbers to the right") {
  CHECK(Print("SELECT * FROM (VALUES ('METHOD', 12), ('é', NULL)) t(kind, n)", RowFormat::kTable) ==
        "kind       n\n──────  ────\nMETHOD    12\né       NULL\n(2 rows)\n");
  CHECK(Print("SELECT 'abcdefghijklmnopqrstuvwxyz' AS a, 1 AS b", RowFormat::kTable,
              {.width = 15}) == "a             b\n────────────  ─\nabcdefghijk…  1\n(1 row)\n");
}

TEST_CASE("escape sequences in names do not reach the terminal") {
  CHECK(EscapeControls("a\x1b[31mb\n\t\x7f") == "a\\x1b[31mb\\n\\t\\x7f");
  CHECK(EscapeControls("\xc2\x9b") == "\\x9b");
  CHECK(DisplayWidth("日本") == 4);
  CHECK(CutToWidth("日本語", 5) == "日本…");
  CHECK(CutToWidth("abc", 3) == "abc");
}

}  // namespace
}  // namespace codeanatomy::query
