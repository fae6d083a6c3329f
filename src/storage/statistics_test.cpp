#include <doctest/doctest.h>

#include "storage/data_file.h"

namespace codeanatomy::storage {
namespace {

Schema MakeSchema(std::string_view fields) {
  return *ParseSchema(R"({"type":"struct","fields":[)" + std::string(fields) + "]}", "");
}

std::string Statistics(std::string_view type, const std::string& min, const std::string& max) {
  DataFile file{.rows = 3};
  file.columns = {{.column = "c", .min = min, .max = max, .null_count = 1}};
  return StatisticsJson(MakeSchema(R"({"name":"c","type":")" + std::string(type) + "\"}"), file);
}

std::string Bounds(const std::string& min, const std::string& max) {
  return R"({"numRecords":3,"minValues":{"c":)" + min + R"(},"maxValues":{"c":)" + max +
         R"(},"nullCount":{"c":1}})";
}

const std::string kNone = R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{"c":1}})";

TEST_CASE("bounds by type") {
  CHECK_EQ(Statistics("long", "-9223372036854775808", "7"), Bounds("-9223372036854775808", "7"));
  CHECK_EQ(Statistics("decimal(10,2)", "-1.50", "2"), Bounds("-1.50", "2.00"));
  CHECK_EQ(Statistics("double", "-1e-300", "3"), Bounds("-1e-300", "3.0"));
  CHECK_EQ(Statistics("date", "2020-01-01", "2020-01-10"),
           Bounds("\"2020-01-01\"", "\"2020-01-10\""));
  CHECK_EQ(Statistics("string", "a\"", "b"), Bounds(R"("a\"")", "\"b\""));
  CHECK_EQ(Statistics("boolean", "0", "1"), kNone);
  CHECK_EQ(Statistics("binary", "01", "02"), kNone);
  CHECK_EQ(Statistics("double", "-inf", "inf"), kNone);
}

TEST_CASE("timestamps are widened to milliseconds") {
  CHECK_EQ(
      Statistics("timestamp", "2020-01-01 00:00:00.123456+00", "2020-01-01 00:00:00.123456+00"),
      Bounds("\"2020-01-01T00:00:00.123Z\"", "\"2020-01-01T00:00:00.124Z\""));
  CHECK_EQ(Statistics("timestamp_ntz", "1969-12-31 23:59:59.9999", "2020-01-01 00:00:00"),
           Bounds("\"1969-12-31T23:59:59.999\"", "\"2020-01-01T00:00:00.000\""));
}

TEST_CASE("long text is cut; the upper bound stays above everything it stands for") {
  const std::string a(32, 'a');
  CHECK_EQ(Statistics("string", a, a), Bounds("\"" + a + "\"", "\"" + a + "\""));
  CHECK_EQ(Statistics("string", a + "x", a + "x"),
           Bounds("\"" + a + "\"", "\"" + a.substr(1) + "b\""));
  // Code points, not bytes; a last one that has no successor is dropped.
  std::string e;
  for (int i = 0; i < 40; ++i) e += "é";
  const std::string cut = e.substr(0, 64);
  CHECK_EQ(Statistics("string", e, e), Bounds("\"" + cut + "\"", "\"" + e.substr(0, 62) + "ê\""));
  const std::string top = a.substr(1) + "\U0010ffff";
  CHECK_EQ(Statistics("string", top + "z", top + "z"),
           Bounds("\"" + top + "\"", "\"" + a.substr(2) + "b\""));
  std::string highest;
  for (int i = 0; i < 33; ++i) highest += "\U0010ffff";
  const std::string only_min = Statistics("string", highest, highest);
  CHECK_NE(only_min.find("\"maxValues\":{}"), std::string::npos);
  // Surrogates are no code points of UTF-8.
  const std::string below = a.substr(1) + "\xed\x9f\xbf";
  CHECK_NE(Statistics("string", below, below + "z")
               .find("\"maxValues\":{\"c\":\"" + a.substr(1) + "\xee\x80\x80\"}"),
           std::string::npos);
}

TEST_CASE("structs nest; lists, partition columns, NaN and further columns have none") {
  DataFile file{.rows = 1};
  file.partition_values = {{"p", "x"}};
  file.columns = {{.column = "s.a", .min = "1", .max = "2", .null_count = 0},
                  {.column = "l.element", .min = "1", .max = "2"},
                  {.column = "p", .min = "1", .max = "2", .null_count = 0},
                  {.column = "n", .min = "1", .max = "2", .null_count = 0, .has_nan = true}};
  const Schema schema =
      MakeSchema(R"({"name":"p","type":"long"},)"
                 R"({"name":"s","type":{"type":"struct","fields":[{"name":"a","type":"long"}]}},)"
                 R"({"name":"l","type":{"type":"array","elementType":"long","containsNull":true}},)"
                 R"({"name":"n","type":"double"},{"name":"s.a","type":"long"})");
  CHECK_EQ(StatisticsJson(schema, file),
           R"({"numRecords":1,"minValues":{"s":{"a":1}},"maxValues":{"s":{"a":2}},)"
           R"("nullCount":{"s":{"a":0},"n":0}})");

  std::string fields;
  DataFile wide{.rows = 1};
  for (int i = 0; i < 40; ++i) {
    const std::string name = "c" + std::to_string(i);
    fields += (i == 0 ? "" : ",") + (R"({"name":")" + name + R"(","type":"long"})");
    wide.columns.push_back({.column = name, .null_count = 0});
  }
  const std::string json = StatisticsJson(MakeSchema(fields), wide);
  CHECK_NE(json.find("\"c31\":0"), std::string::npos);
  CHECK_EQ(json.find("\"c32\""), std::string::npos);
}

}  // namespace
}  // namespace codeanatomy::storage
