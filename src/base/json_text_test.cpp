#include "base/json_text.h"

#include <doctest/doctest.h>

namespace codeanatomy {
namespace {

std::string Text(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

std::string Path(std::string_view text) {
  std::string out;
  AppendJsonPath(out, text);
  return out;
}

TEST_CASE("json strings escape what JSON asks for") {
  CHECK(Text("a\"b\\c\n\r\t") == "\"a\\\"b\\\\c\\n\\r\\t\"");
  CHECK(Text(std::string_view("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\x7f\"");
  CHECK(Text("é€😀") == "\"é€😀\"");
}

TEST_CASE("lone surrogates become escapes, other broken bytes U+FFFD") {
  CHECK(Text("\xed\xa0\x80x") == "\"\\ud800x\"");
  CHECK(Text("\xed\xbf\xbf") == "\"\\udfff\"");
  CHECK(Text("\xffz") == "\"\xef\xbf\xbdz\"");
  CHECK(Text("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("paths keep every byte") {
  CHECK(Path("a\xff.py") == "\"a\\udcff.py\"");
  CHECK(Path("\xed\xa0\x80") == "\"\\udced\\udca0\\udc80\"");
  CHECK(Path("é") == "\"é\"");
  CHECK(Path("\xc3") == "\"\\udcc3\"");
}

}  // namespace
}  // namespace codeanatomy
