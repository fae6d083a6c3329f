#include "storage/schema.h"

#include <doctest/doctest.h>

namespace codeanatomy::storage {
namespace {

constexpr char kEveryType[] =
    R"({"type":"struct","fields":[)"
    R"({"name":"s","type":"string","nullable":true,"metadata":{"comment":"a \"b\"","semantic_type":"span"}},)"
    R"({"name":"l","type":"long","nullable":false,"metadata":{}},)"
    R"({"name":"i","type":"integer","nullable":true,"metadata":{}},)"
    R"({"name":"h","type":"short","nullable":true,"metadata":{}},)"
    R"({"name":"y","type":"byte","nullable":true,"metadata":{}},)"
    R"({"name":"f","type":"float","nullable":true,"metadata":{"n":1}},)"
    R"({"name":"d","type":"double","nullable":true,"metadata":{}},)"
    R"j({"name":"m","type":"decimal(38,10)","nullable":true,"metadata":{}},)j"
    R"({"name":"b","type":"boolean","nullable":true,"metadata":{}},)"
    R"({"name":"x","type":"binary","nullable":true,"metadata":{}},)"
    R"({"name":"dt","type":"date","nullable":true,"metadata":{}},)"
    R"({"name":"ts","type":"timestamp","nullable":true,"metadata":{}},)"
    R"({"name":"tn","type":"timestamp_ntz","nullable":true,"metadata":{}},)"
    R"({"name":"a","type":{"type":"array","elementType":"long","containsNull":false},"nullable":true,"metadata":{}},)"
    R"({"name":"mp","type":{"type":"map","keyType":"string","valueType":{"type":"struct","fields":[)"
    R"({"name":"q","type":"date","nullable":true,"metadata":{}}]},"valueContainsNull":true},"nullable":true,"metadata":{}}]})";

TEST_CASE("a schema string of every type is read and written back") {
  const Result<Schema> schema = ParseSchema(kEveryType, "log");
  REQUIRE(schema);
  CHECK_EQ(ToJson(*schema), kEveryType);
  CHECK_EQ(ToText(schema->Find("mp")->type), "map<string,struct<q:date>>");
  CHECK_EQ(schema->Find("m")->type.precision, 38);
  CHECK_EQ(schema->Find("none"), nullptr);
  CHECK(CheckColumnNames(*schema));
}

TEST_CASE("what is no schema, and types we lack, are told apart") {
  const auto code = [](std::string_view json) {
    const Result<Schema> schema = ParseSchema(json, "log");
    return schema ? "" : GetErrorCodeInfo(schema.error().code()).name;
  };
  CHECK_EQ(code(""), "DELTA_CORRUPT");
  CHECK_EQ(code("[]"), "DELTA_CORRUPT");
  CHECK_EQ(code(R"({"type":"struct"})"), "DELTA_CORRUPT");
  CHECK_EQ(code(R"({"type":"struct","fields":[{"name":"a"}]})"), "DELTA_CORRUPT");
  CHECK_EQ(code(R"({"type":"struct","fields":[{"name":"a","type":"variant"}]})"),
           "DELTA_FEATURE_UNSUPPORTED");
  CHECK_EQ(code(R"j({"type":"struct","fields":[{"name":"a","type":"decimal(39,0)"}]})j"),
           "DELTA_FEATURE_UNSUPPORTED");
  // Deeper than any parser of ours recurses.
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"type":"array","elementType":)";
  CHECK_EQ(code(R"({"type":"struct","fields":[{"name":"a","type":)" + deep), "DELTA_CORRUPT");
}

TEST_CASE("declared tables keep semantic types in the field metadata") {
  static constexpr ColumnInfo kColumns[] = {{"file_id", "Int64", true, "file_id"},
                                            {"spans", "List<Struct<a:Int64,b:Utf8>>"},
                                            {"attrs", "Map<Utf8,Utf8>"}};
  const Schema schema = SchemaOf(TableInfo{.name = "t", .columns = kColumns});
  CHECK_EQ(
      ToJson(schema),
      R"({"type":"struct","fields":[)"
      R"({"name":"file_id","type":"long","nullable":false,"metadata":{"semantic_type":"file_id"}},)"
      R"({"name":"spans","type":{"type":"array","elementType":{"type":"struct","fields":[)"
      R"({"name":"a","type":"long","nullable":true,"metadata":{}},)"
      R"({"name":"b","type":"string","nullable":true,"metadata":{}}]},"containsNull":true},"nullable":true,"metadata":{}},)"
      R"({"name":"attrs","type":{"type":"map","keyType":"string","valueType":"string","valueContainsNull":true},"nullable":true,"metadata":{}}]})");
}

TEST_CASE("differences are named") {
  const auto schema = [](std::string_view fields) {
    return *ParseSchema(R"({"type":"struct","fields":[)" + std::string(fields) + "]}", "");
  };
  const Schema table = schema(R"({"name":"a","type":"long"},{"name":"b","type":"date"})");
  CHECK_FALSE(DescribeDifference(table, table));
  CHECK_EQ(DescribeDifference(table, schema(R"({"name":"a","type":"long"})")),
           "the table's column b is missing");
  CHECK_EQ(DescribeDifference(table,
                              schema(R"({"name":"a","type":"string"},{"name":"b","type":"date"})")),
           "column a is long in the table and string in the rows");
  CHECK_EQ(
      DescribeDifference(table, schema(R"({"name":"b","type":"date"},{"name":"a","type":"long"})")),
      "column a stands at another place");
  CHECK_FALSE(CheckColumnNames(schema(R"({"name":"a","type":"long"},{"name":"A","type":"date"})")));
  CHECK_FALSE(CheckColumnNames(schema("")));
}

}  // namespace
}  // namespace codeanatomy::storage
