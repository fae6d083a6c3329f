#include "driver/trace/preview_table.h"

#include <doctest/doctest.h>

namespace codeanatomy::driver {
namespace {

engine::OutputPreview Sample() {
  return {.table = "t",
          .columns = {"id", "text"},
          .rows = 9,
          .cells = {{"1", "one"}, {"2", "two words\nof text"}, {"3", std::nullopt}}};
}

TEST_CASE("what fits stands as it is") {
  CHECK(PreviewTable(Sample(), {}) ==
        "t: 3 of 9 rows\n"
        "id  text\n"
        "──  ──────────────────\n"
        "1   one\n"
        "2   two words\\nof text\n"
        "3   NULL\n");
}

TEST_CASE("wide columns are narrowed and go on below, up to the height") {
  spec::TracingConfig tracing;
  tracing.preview_max_width = 10;
  tracing.preview_min_compacted_col_width = 3;
  tracing.preview_max_row_height = 2;
  CHECK(PreviewTable(Sample(), tracing) ==
        "t: 3 of 9 rows\n"
        "id  text\n"
        "──  ──────\n"
        "1   one\n"
        "2   two wo\n"
        "    rds\\n…\n"
        "3   NULL\n");
  tracing.preview_max_row_height = 1;
  CHECK(PreviewTable(Sample(), tracing).find("\n2   two w…\n") != std::string::npos);
}

TEST_CASE("no column is narrower than the least; the last ones are left out instead") {
  spec::TracingConfig tracing;
  tracing.preview_max_width = 10;
  tracing.preview_min_compacted_col_width = 7;
  CHECK(PreviewTable(Sample(), tracing) ==
        "t: 3 of 9 rows, 1 of 2 columns\n"
        "id\n"
        "──\n"
        "1\n"
        "2\n"
        "3\n");
  tracing.preview_max_width = 1;
  CHECK(PreviewTable(Sample(), tracing).find("1 of 2 columns") != std::string::npos);
}

TEST_CASE("widths are those of a terminal") {
  spec::TracingConfig tracing;
  tracing.preview_max_width = 5;
  tracing.preview_min_compacted_col_width = 5;
  const engine::OutputPreview preview{
      .table = "t", .columns = {"a"}, .rows = 2, .cells = {{"日本語"}, {"\x01\xff"}}};
  CHECK(PreviewTable(preview, tracing) ==
        "t: 2 of 2 rows\n"
        "a\n"
        "─────\n"
        "日本\n"
        "語\n"
        "\\x01\xff\n");
}

TEST_CASE("no rows, no columns") {
  CHECK(PreviewTable({.table = "t", .columns = {"a"}}, {}) == "t: 0 of 0 rows\na\n─\n");
}

}  // namespace
}  // namespace codeanatomy::driver
