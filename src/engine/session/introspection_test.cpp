#include "engine/session/introspection.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "engine/session/session.h"

namespace codeanatomy::engine {

TEST_CASE("settings are described against the defaults that the caller gives") {
  const Settings medium = SettingsOf({.threads = 3});
  Settings changed = medium;
  changed["default_null_order"] = "nulls_first";
  changed["threads"] = "7";
  const auto states = DescribeSettings(changed, medium);
  REQUIRE_EQ(states.size(), changed.size());
  for (const SettingState& state : states) {
    const bool given = state.name == "default_null_order" || state.name == "threads";
    CHECK_EQ(state.source, given ? "given" : "default");
    CHECK_EQ(state.plans, state.name == "default_null_order" ||
                              state.name == "disabled_optimizers" ||
                              state.name == "preserve_insertion_order");
  }
  CHECK(std::ranges::is_sorted(states, {}, &SettingState::name));
  for (const SettingState& state : DescribeSettings(medium, {})) CHECK_EQ(state.source, "given");
}

TEST_CASE("settings follow from profile and options") {
  CHECK_EQ(SettingsOf({.profile = Profile::kSmall}).at("memory_limit"), "134217728B");
  CHECK_EQ(SettingsOf({.memory_limit_bytes = 1000}).at("memory_limit"), "500B");
  CHECK_EQ(SettingsOf({.memory_limit_bytes = 1000, .engine_memory_bytes = 1}).at("memory_limit"),
           "1B");
  CHECK_FALSE(SettingsOf({}).contains("max_temp_directory_size"));
  CHECK_EQ(SettingsOf({.temp_directory = "/t"}).at("max_temp_directory_size"), "10737418240B");
  const Settings one = SettingsOf({.threads = 1});
  CHECK_EQ(one.at("threads"), "2");
  CHECK_EQ(one.at("external_threads"), "2");
  CHECK_EQ(SettingsOf({.settings = {{"threads", "5"}, {"threads", "6"}}}).at("threads"), "6");
}

TEST_CASE("features are described against the defaults that the caller gives") {
  const auto changed = FeatureGates::Parse({"delta_cdf", "no-metadata_cache"});
  REQUIRE(changed);
  const auto states = DescribeFeatures(*changed, FeatureGates());
  REQUIRE_EQ(states.size(), kFeatureGates.size());
  for (const FeatureState& state : states) {
    CHECK_EQ(state.is_default, state.name != "delta_cdf" && state.name != "metadata_cache");
    CHECK_FALSE(state.meaning.empty());
  }
  for (const FeatureState& state : DescribeFeatures(*changed, *changed)) CHECK(state.is_default);
  const auto again = FeatureGates::Parse(changed->Words());
  REQUIRE(again);
  CHECK_EQ(again->Words(), changed->Words());
}

TEST_CASE("planners come from one list, each with its gate") {
  CHECK_EQ(RegisteredPlanners(FeatureGates()),
           std::vector<std::string_view>{"codeanatomy_domain", "codeanatomy_relations"});
  for (const char* word : {"no-expr_planners", "no-input_plugins"}) {
    const auto gates = FeatureGates::Parse({word});
    REQUIRE(gates);
    CHECK_EQ(RegisteredPlanners(*gates).size(), 1);
  }
}

TEST_CASE("functions are those of the catalogue and of the plugins, sorted") {
  const ExtensionDescriptor plugin{.name = "p", .functions = {"p_a", "p_b"}};
  const auto names = RegisteredFunctions({&plugin, 1});
  CHECK(std::ranges::is_sorted(names));
  CHECK_EQ(names.size(), RegisteredFunctions({}).size() + 2);
  CHECK(std::ranges::binary_search(names, "hash64"));
  CHECK(std::ranges::binary_search(names, "p_b"));
}

}  // namespace codeanatomy::engine
