#include "spec/spec.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

namespace codeanatomy::spec {
namespace {

std::string ReadData(const std::string& name) {
  const char* root = std::getenv("CODEANATOMY_SOURCE_DIR");
  REQUIRE(root != nullptr);
  std::ifstream in(std::string(root) + "/tests/data/spec/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("the example has the documented canonical form and hash") {
  const auto spec = ParseSpec(ReadData("example.json"));
  REQUIRE(spec.has_value());
  const std::string canonical = CanonicalJson(*spec);
  CHECK(canonical.size() == 3524);
  CHECK(SpecHash(*spec) == "2a0db6c91d31f3f037d2945fe0c4fa6ad91c6ac8adc6f11b5fdf554f23a74168");
  const auto again = ParseSpec(canonical);
  REQUIRE(again.has_value());
  CHECK(CanonicalJson(*again) == canonical);
}

TEST_CASE("written defaults and key order do not change the hash") {
  const std::string text = ReadData("example.json");
  const std::string hash = SpecHash(*ParseSpec(text));
  CHECK(SpecHash(*ParseSpec(
            Replaced(text, "{\"lit\":\"Load\"}", "{\"type\":\"Utf8\",\"lit\":\"Load\"}"))) == hash);
  CHECK(SpecHash(*ParseSpec(Replaced(text, "\"compliance_capture\":true",
                                     "\"tuner_mode\":\"Off\",\"compliance_capture\":true"))) ==
        hash);
  CHECK(SpecHash(*ParseSpec(Replaced(text, "\"compliance_capture\":true",
                                     "\"compliance_capture\":false"))) != hash);
}

TEST_CASE("what is not in the format is refused with its path") {
  const std::string text = ReadData("example.json");
  struct Case {
    std::string_view from, to, message;
    ErrorCode code = ErrorCode::kInvalidSpecJson;
  };
  const Case cases[] = {
      {"\"version\":4", "\"version\":3", "version 3", ErrorCode::kSpecVersionUnsupported},
      {"\"version\":4", "\"version\":4,\"extra\":1", "unknown member at $.extra"},
      {"\"version\":4", "\"version\":4,\"version\":4", "\"version\" is repeated"},
      {"\"requires_lineage\":false", "\"requires_lineage\":0",
       "at $.input_relations[0].requires_lineage"},
      {"\"requires_lineage\":false", "\"require_lineage\":false",
       "unknown member at $.input_relations[0].require_lineage"},
      {"\"kind\":\"Normalize\"", "\"kind\":\"normalize\"",
       "at $.view_definitions[0].transform.kind"},
      {"\"namespace\":null", "\"name_space\":null",
       "at $.view_definitions[0].transform.name_space"},
      {"\"join_type\":\"Inner\"", "\"join_type\":\"inner\"",
       "one of Inner, Left, Right, Full, Semi, Anti"},
      {"\"entity_id\":\"Int64\"", "\"entity_id\":\"BIGINT\"",
       "at $.view_definitions[0].output_schema.columns.entity_id"},
      {"{\"lit\":\"Load\"}", "{\"lit\":null}", "this literal needs a \"type\""},
      {"{\"lit\":\"Load\"}", "{\"lit\":\"Load\",\"type\":\"Int64\"}", "predicate.args[1].lit"},
      {"{\"lit\":\"Load\"}", "{\"sql\":\"1\"}", "one of col, lit, fn"},
      {"{\"col\":\"expr_ctx\"}", "{\"col\":\"expr_ctx\",\"lit\":1}", "unknown member"},
      {"\"value\":\"pkg/a.py\"", "\"value\":1", "at $.typed_parameters[0].value.value"},
      {"\"rulepack_profile\":\"Strict\"", "\"rulepack_profile\":\"strict\"",
       "at $.rulepack_profile"},
  };
  for (const Case& test : cases) {
    CAPTURE(test.to);
    const auto spec = ParseSpec(Replaced(text, test.from, test.to));
    REQUIRE_FALSE(spec.has_value());
    CHECK(spec.error().code() == test.code);
    CHECK(spec.error().message().find(test.message) != std::string::npos);
    CAPTURE(spec.error().message());
  }
  CHECK(ParseSpec("{").error().code() == ErrorCode::kInvalidSpecJson);
  CHECK(ParseSpec("[]").error().code() == ErrorCode::kInvalidSpecJson);
  // JSON's grammar allows it, a double cannot hold it.
  CHECK(ParseSpec(R"({"version": 1e999})").error().code() == ErrorCode::kInvalidSpecJson);
}

TEST_CASE("a spec without views or outputs is refused") {
  const std::string head =
      R"({"version":4,"input_relations":[],"join_graph":{"edges":[],"constraints":[]},)"
      R"("rule_intents":[],"rulepack_profile":"Default","output_targets":[],"view_definitions":[)";
  CHECK(ParseSpec(head + "]}").error().code() == ErrorCode::kSpecMissingViewDefinitions);
  CHECK(
      ParseSpec(head +
                R"({"name":"v","view_kind":"projection","view_dependencies":[],)"
                R"("transform":{"kind":"Project","source":"t"},"output_schema":{"columns":{}}}]})")
          .error()
          .code() == ErrorCode::kSpecMissingOutputTargets);
}

TEST_CASE("expressions nested too deep are refused, not followed") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{\"is_null\":";
  deep += "{\"col\":\"x\"}" + std::string(100, '}');
  const auto spec = ParseSpec(Replaced(ReadData("example.json"), "{\"lit\":\"Load\"}", deep));
  REQUIRE_FALSE(spec.has_value());
  CHECK(spec.error().message().find("deeper than 64") != std::string::npos);
}

}  // namespace
}  // namespace codeanatomy::spec
