#include "storage/test_environment.h"

namespace codeanatomy::storage {
namespace {

Schema MakeSchema(std::string_view fields) {
  return *ParseSchema(R"({"type":"struct","fields":[)" + std::string(fields) + "]}", "");
}

/// The row as read and written again, or the error's message.
std::string Echo(std::string_view type, std::string_view value) {
  const Schema schema = MakeSchema(R"({"name":"c","type":)" + std::string(type) + "}");
  const auto rows = ParseRows(schema, R"({"c":)" + std::string(value) + "}", "rows");
  if (!rows) return rows.error().message();
  std::string json;
  AppendRowJson(schema, (*rows)[0], json);
  return json.substr(5, json.size() - 6);
}

TEST_CASE("value forms of every type") {
  CHECK_EQ(Echo("\"long\"", "-9223372036854775808"), "-9223372036854775808");
  CHECK_EQ(Echo("\"byte\"", "127"), "127");
  CHECK_EQ(Echo("\"boolean\"", "false"), "false");
  CHECK_EQ(Echo("\"double\"", "0"), "0.0");
  CHECK_EQ(Echo("\"double\"", "\"NaN\""), "\"NaN\"");
  CHECK_EQ(Echo("\"float\"", "\"-Infinity\""), "\"-Infinity\"");
  CHECK_EQ(Echo("\"float\"", "0.1"), "0.1");
  CHECK_EQ(Echo("\"decimal(20,4)\"", "\"-1.5\""), "\"-1.5000\"");
  CHECK_EQ(Echo("\"date\"", "\"1969-12-31\""), "\"1969-12-31\"");
  CHECK_EQ(Echo("\"timestamp\"", "\"2020-01-01T02:00:00+02:00\""),
           "\"2020-01-01T00:00:00.000000Z\"");
  CHECK_EQ(Echo("\"timestamp_ntz\"", "\"2020-01-01T02:00:00\""), "\"2020-01-01T02:00:00.000000\"");
  CHECK_EQ(Echo("\"binary\"", "\"AAE=\""), "\"AAE=\"");
  CHECK_EQ(Echo("\"string\"", R"("a\"\n\u00e9")"), R"("a\"\né")");
  CHECK_EQ(Echo("\"string\"", "null"), "null");
  CHECK_EQ(Echo(R"({"type":"array","elementType":"long","containsNull":true})", "[1,null]"),
           "[1,null]");
  const char* map =
      R"({"type":"map","keyType":"string","valueType":"double","valueContainsNull":true})";
  CHECK_EQ(Echo(map, R"([["z",null],["a",1]])"), R"([["a",1.0],["z",null]])");
  CHECK_EQ(Echo(map, R"({"z":null,"a":1})"), R"([["a",1.0],["z",null]])");
  CHECK_EQ(
      Echo(R"({"type":"struct","fields":[{"name":"x","type":"long"},{"name":"y","type":"date"}]})",
           R"({"y":"2020-01-01"})"),
      R"({"x":null,"y":"2020-01-01"})");
}

TEST_CASE("what does not fit is named with line and column") {
  CHECK_EQ(Echo("\"byte\"", "128"), "line 1: c: byte expected");
  CHECK_EQ(Echo("\"long\"", "1.5"), "line 1: c: long expected");
  CHECK_EQ(Echo("\"long\"", "9223372036854775808"), "line 1: c: long expected");
  CHECK_EQ(Echo("\"string\"", "1"), "line 1: c: string expected");
  CHECK_EQ(Echo("\"float\"", "1e39"), "line 1: c: float expected");
  CHECK_EQ(Echo("\"decimal(4,1)\"", "\"1.55\""), "line 1: c: decimal(4,1) expected");
  CHECK_EQ(Echo("\"date\"", "\"2021-02-29\""), "line 1: c: date expected");
  CHECK_EQ(Echo("\"binary\"", "\"A\""), "line 1: c: binary expected");
  CHECK_EQ(
      Echo(R"({"type":"struct","fields":[{"name":"x","type":"long","nullable":false}]})", "{}"),
      "line 1: c.x: not null expected");
  CHECK_EQ(Echo(R"({"type":"map","keyType":"long","valueType":"long"})", "[[1,2],[1,3]]"),
           "line 1: c: distinct keys expected");

  const Schema schema = MakeSchema(R"({"name":"a","type":"long","nullable":false})");
  const auto message = [&](std::string_view text) {
    const auto rows = ParseRows(schema, text, "rows");
    return rows ? fmt::format("{} rows", rows->size()) : rows.error().message();
  };
  CHECK_EQ(message(""), "0 rows");
  CHECK_EQ(message("{\"a\":1}\n\n  \n{\"a\":2}"), "2 rows");
  CHECK_EQ(message("{\"a\":1}\n{\"a\":null}"), "line 2: a: not null expected");
  CHECK_EQ(message("{\"a\":1,\"b\":2}"), "line 1: b: no member expected");
  CHECK_EQ(message("{\"a\":1,\"a\":2}"), "line 1: a: one member expected");
  CHECK_EQ(message("[1]"), "line 1: : an object expected");
  CHECK(message("{\"a\":1").starts_with("line 1: not readable as JSON"));
  CHECK(message("{\"a\":1}x").starts_with("line 1: not readable as JSON"));
  CHECK(message(std::string(100'000, '[')).starts_with("line 1: not readable as JSON"));
}

TEST_CASE("the digest does not depend on the order of rows or files") {
  TestEnvironment one, two;
  const Schema schema = MakeSchema(R"({"name":"a","type":"long"})");
  const auto write = [&](TestEnvironment& test, std::string_view json) {
    std::vector<Row> rows = *ParseRows(schema, json, "");
    REQUIRE(WriteTable(test.environment, "/out/t", {.schema = schema}, rows, {}));
  };
  write(one, "{\"a\":1}\n{\"a\":2}\n{\"a\":null}");
  write(two, "{\"a\":2}");
  write(two, "{\"a\":null}\n{\"a\":1}");
  const auto digest = [](TestEnvironment& test) {
    return *TableDigest(test.environment, *Snapshot::Load(test.environment, "/out/t"));
  };
  CHECK_EQ(digest(one), digest(two));
  CHECK_EQ(digest(one), Hex(Sha256::Of("{\"a\":1}\n{\"a\":2}\n{\"a\":null}\n")));
}

}  // namespace
}  // namespace codeanatomy::storage
