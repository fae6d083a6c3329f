#include "driver/reference/reference_pages.h"

#include <doctest/doctest.h>

namespace codeanatomy::driver {

TEST_CASE("every subject has a page whose rows fit its columns") {
  for (const std::string_view subject : ReferenceSubjects()) {
    const ReferencePage page = FindReferencePage(subject).value_or(ReferencePage{});
    REQUIRE(page.subject == subject);
    CHECK(page.file.ends_with(".md"));
    for (const ReferenceSection& section : page.sections) {
      for (const auto& row : section.rows) CHECK(row.size() == section.columns.size());
    }
  }
  CHECK_FALSE(FindReferencePage("no such subject").has_value());
}

TEST_CASE("a page in its three forms") {
  ReferenceSection section{.title = "S", .columns = {{"name", true}, {"meaning"}, {"n"}}};
  section.rows.push_back({"a→", "x | <y>", int64_t{1}});
  section.rows.push_back({"long", "", true});
  const ReferencePage page{"s", "s.md", "T", "I.", {section}};

  CHECK(ToText(page) ==
        "S\n"
        "name  meaning  n\n"
        "a→    x | <y>  1\n"
        "long           true\n");
  CHECK(
      ToMarkdown(page).ends_with("# T\n\nI.\n\n## S\n\n"
                                 "| name | meaning | n |\n|---|---|---|\n"
                                 "| `a→` | x \\| \\<y> | 1 |\n"
                                 "| `long` | | true |\n"));
  CHECK(ToJson(page) ==
        R"({"subject":"s","title":"T","sections":[{"title":"S","text":"","rows":[)"
        R"({"name":"a→","meaning":"x | <y>","n":1},{"name":"long","meaning":"","n":true}]}]})");
}

}  // namespace codeanatomy::driver
