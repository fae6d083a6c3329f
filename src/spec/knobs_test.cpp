#include "spec/knobs.h"

#include <doctest/doctest.h>

namespace codeanatomy::spec {
namespace {

Result<RuntimeProfile> Parsed(std::vector<std::string> settings) { return ParseKnobs(settings); }

TEST_CASE("knobs are read by the types of their members") {
  const auto knobs = Parsed({"row_group_rows=1000", "enable_top_n=false", "snapshot_cache_ttl=30",
                             "row_group_rows=2000"});
  REQUIRE(knobs);
  CHECK(knobs->row_group_rows == 2000);
  CHECK(knobs->enable_top_n == false);
  CHECK(knobs->snapshot_cache_ttl == "30");
  CHECK_FALSE(knobs->batch_size.has_value());
  CHECK(knobs->name.empty());
}

TEST_CASE("what is no knob and no value is refused with the text that was given") {
  for (const std::string text :
       {"nothing=1", "name=small", "", "=", "row_group_rows",
        "row_group_rows=", "row_group_rows=1x", "row_group_rows=99999999999999999999",
        "enable_top_n=1", "snapshot_cache_ttl="}) {
    const auto refused = Parsed({text});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
    CHECK(refused.error().subject() == text);
  }
}

TEST_CASE("a profile over another keeps what it says") {
  RuntimeProfile under = *Parsed({"row_group_rows=1000", "enable_top_n=false", "batch_size=7"});
  under.name = "small";
  const RuntimeProfile over = *Parsed({"row_group_rows=5", "show_schema=false"});
  const RuntimeProfile all = Overlay(over, under);
  CHECK(all.row_group_rows == 5);
  CHECK(all.enable_top_n == false);
  CHECK(all.batch_size == 7);
  CHECK(all.show_schema == false);
  CHECK(all.name == "small");
  const auto texts = KnobTexts(all);
  CHECK(texts == std::vector<std::string>{"row_group_rows=5", "batch_size=7", "enable_top_n=false",
                                          "show_schema=false"});
  CHECK(KnobTexts(*ParseKnobs(texts)) == texts);
}

}  // namespace
}  // namespace codeanatomy::spec
